import type { PcapBuffer } from 'pcap-parser';

/**
 * Whole records of a capture in the place of the Buffer that pcap-parser expects. It reads numbers at the start of what is left, takes the
 * packet's bytes, and goes on with the rest: of a Buffer it makes three views a packet, of this the one that is needed.
 */
export class Records implements PcapBuffer {
  readonly #bigEndian: boolean;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }

  /** Goes on with the records that stand at `at`. */
  hold(bytes: Buffer, at: number, length: number): void {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = at + length;
  }

  get length(): number {
    return this.#end - this.#at;
  }

  /** pcap-parser puts the name of this method together from `readUInt32` and its `endianness`, which is empty here. */
  readUInt32(offset: number): number {
    const at = this.#at + offset;
    return this.#bigEndian ? this.#bytes.readUInt32BE(at) : this.#bytes.readUInt32LE(at);
  }

  slice(start: 0, end: number): Buffer;
  slice(start: number): this;
  slice(start: number, end?: number): Buffer | this {
    if (end !== undefined) return this.#bytes.subarray(this.#at + start, this.#at + end);
    this.#at += start;
    return this;
  }
}
