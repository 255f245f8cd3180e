const NOTHING: Buffer = Buffer.alloc(0);

/** Bytes that arrive in chunks and are taken in pieces of another size. */
export class ChunkQueue {
  #head = NOTHING;
  #at = 0;
  /** The chunks behind the first. */
  readonly #behind: Buffer[] = [];
  #length = 0;
  #taken = 0;

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#behind.push(chunk);
    this.#length += chunk.length;
    if (this.#at === this.#head.length) this.#advance();
  }

  /** How many bytes wait. */
  get length(): number {
    return this.#length;
  }

  /** How many bytes were taken or dropped before: the offset of the next one. */
  get offset(): number {
    return this.#taken;
  }

  /** The chunk that holds the next byte, which stands at `at`: for a reader that needs no view of each piece. */
  get head(): Buffer {
    return this.#head;
  }

  get at(): number {
    return this.#at;
  }

  /** Sees to it that the next `length` bytes stand together in `head`; false while fewer wait. Only what lies across chunks is copied. */
  gather(length: number): boolean {
    if (this.#head.length - this.#at >= length) return true;
    if (this.#length < length) return false;
    const parts = [this.#head.subarray(this.#at)];
    let have = this.#head.length - this.#at;
    let count = 0;
    for (; have < length; count++) {
      const chunk = this.#behind[count] as Buffer;
      parts.push(chunk);
      have += chunk.length;
    }
    const last = this.#behind[count - 1] as Buffer;
    const spare = have - length;
    this.#behind.splice(0, count, ...(spare > 0 ? [last.subarray(last.length - spare)] : []));
    this.#head = Buffer.concat(parts, length);
    this.#at = 0;
    return true;
  }

  /** The next `length` bytes, or undefined while fewer wait. */
  take(length: number): Buffer | undefined {
    if (!this.gather(length)) return undefined;
    const bytes = this.#head.subarray(this.#at, this.#at + length);
    this.drop(length);
    return bytes;
  }

  /** Drops up to `length` bytes and says how many. */
  drop(length: number): number {
    const dropped = Math.min(length, this.#length);
    this.#length -= dropped;
    this.#taken += dropped;
    this.#at += dropped;
    while (this.#at >= this.#head.length && this.#behind.length > 0) this.#advance();
    return dropped;
  }

  /** Goes on with the chunk behind the first, as far into it as the position is beyond the end of that. */
  #advance(): void {
    this.#at -= this.#head.length;
    this.#head = this.#behind.shift() as Buffer;
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
