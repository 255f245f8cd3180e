declare module 'pcap-parser' {
  import type { EventEmitter } from 'node:events';

  interface PacketHeader {
    readonly timestampSeconds: number;
    readonly timestampMicroseconds: number;
    readonly capturedLength: number;
    readonly originalLength: number;
  }
  /** What it does with its input behind the global header; `Data` is what it takes for a packet's bytes, and hands on. */
  interface Input<Data> {
    readonly length: number;
    slice(start: 0, end: number): Data;
    slice(start: number): Input<Data>;
  }
  interface Packet<Data> {
    readonly header: PacketHeader;
    readonly data: Data;
  }
  interface GlobalHeader {
    readonly snapshotLength: number;
    readonly linkLayerType: number;
  }
  interface Parser<Data> extends EventEmitter {
    /** What it has not consumed; the next chunk is copied behind it, unless it is null. */
    buffer: Input<Data> | null;
    /** Behind `readUInt32` the name of the method that reads a number: `LE` or `BE`, as the global header told. */
    endianness: string;
    on(event: 'packet', listener: (packet: Packet<Data>) => void): this;
    on(event: 'globalHeader', listener: (header: GlobalHeader) => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }
  /** Parses what the stream emits as `data`; the stream must have `pause` and `resume`. */
  export function parse<Data>(stream: EventEmitter): Parser<Data>;
}
