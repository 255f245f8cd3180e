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
      let count = 0;
      for (let have = 0; have < length; count++) have += (this.#chunks[count] as Buffer).length;
      first = Buffer.concat(this.#chunks.slice(0, count));
      this.#chunks.splice(0, count, first);
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

/** The bytes end where more were expected. */
export class CutOff extends Error {
  override readonly name = 'CutOff';
}

/** Bytes that arrive in chunks and are asked for, piece by piece. Throws CutOff where they end inside a piece. */
export class ChunkPuller {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #queue = new ChunkQueue();

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Is there another byte? */
  async more(): Promise<boolean> {
    return this.#queue.length > 0 || (await this.#pull());
  }

  async take(length: number): Promise<Buffer> {
    for (;;) {
      const piece = this.#queue.take(length);
      if (piece !== undefined) return piece;
      if (!(await this.#pull())) throw new CutOff(`${this.#queue.length} of ${length} bytes`);
    }
  }

  async skip(length: number): Promise<void> {
    for (let left = length - this.#queue.drop(length); left > 0; left -= this.#queue.drop(left)) {
      if (!(await this.#pull())) throw new CutOff(`${left} bytes to skip`);
    }
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Waits for a chunk that is not empty; false at the end. */
  async #pull(): Promise<boolean> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done) return false;
      this.#queue.push(value);
      if (value.length > 0) return true;
    }
  }
}
