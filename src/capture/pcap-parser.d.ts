declare module 'pcap-parser' {
  import type { EventEmitter } from 'node:events';

  interface PacketHeader {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  }
  interface Packet {
    readonly header: PacketHeader;
    readonly data: Buffer;
  }
  interface GlobalHeader {
    readonly snapshotLength: number;
    readonly linkLayerType: number;
  }
  interface Parser extends EventEmitter {
    /** What it has not consumed; the next chunk is copied behind it, unless it is null. */
    buffer: Buffer | null;
    on(event: 'packet', listener: (packet: Packet) => void): this;
    on(event: 'globalHeader', listener: (header: GlobalHeader) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }
  /** Parses what the stream emits as `data`; the stream must have `pause` and `resume`. */
  export function parse(stream: EventEmitter): Parser;
}
