const EMPTY = new Uint8Array(0);
const LEAST = 256;

/** Bytes at positions that may be negative and arrive in any order, in one growing block. What was not written reads as zero. */
export class SparseBytes {
  /** The bytes, and behind them as many marks: 1 where one was written. While all stands in one piece, there are no marks yet. */
  #block = EMPTY;
  /** The position of the block's first byte. */
  #low = 0;
  /** What was written lies from here to the end. */
  #start = Number.POSITIVE_INFINITY;
  #end = Number.NEGATIVE_INFINITY;
  #inOnePiece = true;

  write(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    this.#reserve(position, end);
    this.#block.set(bytes, position - this.#low);
    if (this.#inOnePiece && this.#start < this.#end && (position > this.#end || end < this.#start)) {
      this.#inOnePiece = false;
      this.#mark(this.#start, this.#end);
    }
    if (!this.#inOnePiece) this.#mark(position, end);
    if (position < this.#start) this.#start = position;
    if (end > this.#end) this.#end = end;
  }

  /** A view of the positions from `start` to `end`; the next write may leave it behind. */
  read(start: number, end: number): Uint8Array {
    if (end <= start) return EMPTY;
    this.#reserve(start, end);
    return this.#block.subarray(start - this.#low, end - this.#low);
  }

  /** Bytes of memory that it takes. */
  get size(): number {
    return this.#block.length;
  }

  /** Nothing was written from here on. */
  get end(): number {
    return this.#end;
  }

  isWritten(position: number): boolean {
    if (position < this.#start || position >= this.#end) return false;
    return this.#inOnePiece || this.#block[this.#block.length / 2 + position - this.#low] === 1;
  }

  /** The first position from `start` to `end` that was written, or that was not; `end` where there is none. */
  find(written: boolean, start: number, end: number): number {
    if (start >= this.#end) return written ? end : start;
    if (this.#inOnePiece) {
      if (start < this.#start) return written ? Math.min(this.#start, end) : start;
      return written ? start : Math.min(this.#end, end);
    }
    this.#reserve(start, end);
    const marks = this.#block.length / 2 - this.#low;
    const found = this.#block.indexOf(written ? 1 : 0, marks + start);
    return found < 0 ? end : Math.min(found - marks, end);
  }

  #mark(start: number, end: number): void {
    const marks = this.#block.length / 2 - this.#low;
    this.#block.fill(1, marks + start, marks + end);
  }

  #reserve(start: number, end: number): void {
    const { length } = this.#block;
    const half = length / 2;
    const low = this.#low;
    const high = low + half;
    if (end <= start || (length > 0 && start >= low && end <= high)) return;
    // Room to spare in the direction of growth, so that writing byte by byte is not quadratic.
    const newLow = length === 0 ? start : start < low ? start - (half >> 1) : low;
    const newHigh = length === 0 ? end : end > high ? end + (half >> 1) : high;
    const size = Math.max(newHigh - newLow, LEAST);
    const block = new Uint8Array(2 * size);
    if (length > 0) {
      block.set(this.#block.subarray(0, half), low - newLow);
      block.set(this.#block.subarray(half), size + low - newLow);
    }
    this.#block = block;
    this.#low = newLow;
  }
}
