/** Bytes at positions that may be negative and arrive in any order, in one growing block. What was not written reads as zero. */
export class SparseBytes {
  #block = new Uint8Array(0);
  /** The position of the block's first byte. */
  #low = 0;

  write(position: number, bytes: Uint8Array): void {
    this.#reserve(position, position + bytes.length);
    this.#block.set(bytes, position - this.#low);
  }

  /** A view of the positions from `start` to `end`. */
  read(start: number, end: number): Uint8Array {
    if (end <= start) return EMPTY;
    this.#reserve(start, end);
    return this.#block.subarray(start - this.#low, end - this.#low);
  }

  #reserve(start: number, end: number): void {
    const { length } = this.#block;
    const low = this.#low;
    const high = low + length;
    if (end <= start || (length > 0 && start >= low && end <= high)) return;
    // Room to spare in the direction of growth, so that writing byte by byte is not quadratic.
    const newLow = length === 0 ? start : start < low ? start - (length >> 1) : low;
    const newHigh = length === 0 ? end : end > high ? end + (length >> 1) : high;
    const block = new Uint8Array(Math.max(newHigh - newLow, 256));
    if (length > 0) block.set(this.#block, low - newLow);
    this.#block = block;
    this.#low = newLow;
  }
}

const EMPTY = new Uint8Array(0);
