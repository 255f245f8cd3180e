const EMPTY = new Uint8Array(0);
const LEAST = 256;

/** Bytes at positions that may be negative and arrive in any order, in one growing block. What was not written reads as zero. */
export class SparseBytes {
  #block: Uint8Array = EMPTY;
  /** 1 where a byte of the block was written. While all stands in one piece, there are no marks. */
  #marks: Uint8Array | undefined;
  /** The position of the block's first byte. */
  #low = 0;
  /** What was written lies from here to the end. */
  #start = Number.POSITIVE_INFINITY;
  #end = Number.NEGATIVE_INFINITY;

  write(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    this.#reserve(position, end);
    this.#block.set(bytes, position - this.#low);
    if (this.#marks === undefined && this.#start < this.#end && (position > this.#end || end < this.#start)) {
      this.#marks = new Uint8Array(this.#block.length);
      this.#mark(this.#start, this.#end);
    }
    this.#mark(position, end);
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
    return this.#block.length + (this.#marks?.length ?? 0);
  }

  /** Nothing was written from here on. */
  get end(): number {
    return this.#end;
  }

  isWritten(position: number): boolean {
    if (position < this.#start || position >= this.#end) return false;
    return this.#marks === undefined || this.#marks[position - this.#low] === 1;
  }

  /** The first position from `start` to `end` that was written, or that was not; `end` where there is none. */
  find(written: boolean, start: number, end: number): number {
    if (start >= this.#end) return written ? end : start;
    if (this.#marks === undefined) {
      if (start < this.#start) return written ? Math.min(this.#start, end) : start;
      return written ? start : Math.min(this.#end, end);
    }
    this.#reserve(start, end);
    const found = this.#marks.indexOf(written ? 1 : 0, start - this.#low);
    return found < 0 ? end : Math.min(found + this.#low, end);
  }

  #mark(start: number, end: number): void {
    this.#marks?.fill(1, start - this.#low, end - this.#low);
  }

  #reserve(start: number, end: number): void {
    const { length } = this.#block;
    const low = this.#low;
    const high = low + length;
    if (end <= start || (length > 0 && start >= low && end <= high)) return;
    // Room to spare in the direction of growth, so that writing byte by byte is not quadratic.
    const newLow = length === 0 ? start : start < low ? start - (length >> 1) : low;
    const newHigh = length === 0 ? end : end > high ? end + (length >> 1) : high;
    const size = Math.max(newHigh - newLow, LEAST);
    this.#block = moved(this.#block, size, low - newLow);
    if (this.#marks !== undefined) this.#marks = moved(this.#marks, size, low - newLow);
    this.#low = newLow;
  }
}

/** The bytes in a block of this size, from `at` on. */
function moved(bytes: Uint8Array, size: number, at: number): Uint8Array {
  const block = new Uint8Array(size);
  if (bytes.length > 0) block.set(bytes, at);
  return block;
}
