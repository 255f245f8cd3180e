/** Bytes that arrive in chunks and are taken in pieces of another size. */
export class ChunkQueue {
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #taken = 0;

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** How many bytes were taken or dropped before: the offset of the next one. */
  get offset(): number {
    return this.#taken;
  }

  /** The next `length` bytes without taking them, or undefined while fewer wait. */
  peek(length: number): Buffer | undefined {
    if (this.#length < length) return undefined;
    let first = this.#chunks[0];
    if (first === undefined) return Buffer.alloc(0);
    if (first.length < length) {
      // Join only as many chunks as are needed: what is asked for is bounded, what waits need not be.
      const joined: Buffer[] = [];
      for (let have = 0; have < length; ) {
        const chunk = this.#chunks.shift() as Buffer;
        joined.push(chunk);
        have += chunk.length;
      }
      first = Buffer.concat(joined);
      this.#chunks.unshift(first);
    }
    return first.subarray(0, length);
  }

  /** The next `length` bytes, or undefined while fewer wait. */
  take(length: number): Buffer | undefined {
    const bytes = this.peek(length);
    if (bytes !== undefined) this.drop(length);
    return bytes;
  }

  /** Drops up to `length` bytes and says how many. */
  drop(length: number): number {
    let left = Math.min(length, this.#length);
    const dropped = left;
    while (left > 0) {
      const first = this.#chunks[0] as Buffer;
      if (first.length <= left) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(left);
      left -= Math.min(left, first.length);
    }
    this.#length -= dropped;
    this.#taken += dropped;
    return dropped;
  }
}
