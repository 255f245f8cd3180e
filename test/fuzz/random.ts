/** Random numbers that a seed determines: the same seed gives the same mutant on every machine. */
export class Random {
  #state: number;

  /** The numbers of one iteration: those of its neighbors have nothing to do with them. */
  constructor(seed: number, iteration: number) {
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(iteration + 1, 0xc2b2ae35);
  }

  /** 32 bits (splitmix32). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state ^ (this.#state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** From 0 to `bound` - 1; 0 where there is nothing to choose from. */
  below(bound: number): number {
    return bound < 1 ? 0 : this.next() % bound;
  }

  /** From `low` to `high`. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True in one of `count` cases. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[this.below(items.length)] as Item;
  }

  /** Each item with an even chance. */
  some<Item>(items: readonly Item[]): Item[] {
    return items.filter(() => this.oneIn(2));
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** The start and end of a stretch of something of this length, a short one rather than a long one. */
  span(length: number): [start: number, end: number] {
    const start = this.below(length + 1);
    return [start, Math.min(length, start + this.below(this.oneIn(4) ? length : 32) + 1)];
  }
}
