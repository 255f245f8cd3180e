import type { Input } from 'pcap-parser';

/** Where a packet's bytes stand: `start` and `end` are those of the packet that was cut off last, until the next one is. */
export interface Place {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Whole records of a capture in the place of the Buffer that pcap-parser expects. It reads numbers at the start of what is left, cuts off the
 * packet's bytes, and goes on with the rest: of a Buffer it would make three views a packet, of this it makes none.
 */
export class Records implements Input<Place>, Place {
  readonly #bigEndian: boolean;
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  #at = 0;
  #behind = 0;

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }

  /** Goes on with the records that stand at `at`. */
  hold(bytes: Buffer, at: number, length: number): void {
    this.bytes = bytes;
    this.#at = at;
    this.#behind = at + length;
  }

  get length(): number {
    return this.#behind - this.#at;
  }

  /** pcap-parser puts the name of this method together from `readUInt32` and its `endianness`, which is empty here. */
  readUInt32(offset: number): number {
    const at = this.#at + offset;
    return this.#bigEndian ? this.bytes.readUInt32BE(at) : this.bytes.readUInt32LE(at);
  }

  slice(start: number, end?: number): this {
    if (end === undefined) this.#at += start;
    else {
      this.start = this.#at + start;
      this.end = this.#at + end;
    }
    return this;
  }
}
