import type { Row } from './analysis.ts';

/** What many conversations of a capture have in common. */
type Common = Pick<Row, 'server' | 'protocols' | 'outcome' | 'destination' | 'warnings'>;

/** Values by number, each kept once. */
class Interned<Value> {
  readonly values: Value[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(key: string, make: () => Value): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.values.length);
    return this.values.push(make()) - 1;
  }
}

/** Client addresses by number: an IPv4 address is one, the others are kept. */
class Addresses {
  readonly #others = new Interned<string>();

  numberOf(address: string): number {
    if (address.includes(':')) return -1 - this.#others.numberOf(address, () => address);
    return address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);
  }

  textOf(number: number): string {
    if (number < 0) return this.#others.values[-1 - number] as string;
    return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
  }
}

/** What of a row is kept as a number, in this order. */
const COLUMNS = ['stream', 'address', 'port', 'frame', 'frames', 'bytes', 'common'] as const;
type Packed = Record<(typeof COLUMNS)[number], number>;
const WIDTH = COLUMNS.length;
const NO_FRAME = -1;
/** As many stand in one block: an array of all of them would be copied each time it grows. */
const BLOCK_ROWS = 4096;

/** The rows of a list, kept as numbers: a capture can hold a hundred thousand conversations that are much alike. */
export class RowList implements Iterable<Row> {
  readonly #blocks: Float64Array[] = [];
  #count = 0;
  readonly #addresses = new Addresses();
  readonly #common = new Interned<Common>();

  add({ stream, client, frames, bytes, server, protocols, outcome, destination, warnings }: Row): void {
    const key = JSON.stringify([server, protocols, outcome.kind, outcome.reason, destination, warnings]);
    const common = this.#common.numberOf(key, () => {
      return { server, protocols, outcome: { ...outcome, frame: undefined }, destination, warnings };
    });
    const address = this.#addresses.numberOf(client.address);
    const frame = outcome.frame ?? NO_FRAME;
    const packed: Packed = { stream, address, port: client.port, frame, frames, bytes, common };
    if (this.#count % BLOCK_ROWS === 0) this.#blocks.push(new Float64Array(BLOCK_ROWS * WIDTH));
    const start = (this.#count++ % BLOCK_ROWS) * WIDTH;
    COLUMNS.forEach((column, at) => {
      (this.#blocks.at(-1) as Float64Array)[start + at] = packed[column];
    });
  }

  /** The rows in order of their numbers. */
  *[Symbol.iterator](): Generator<Row> {
    const order = Uint32Array.from({ length: this.#count }, (_, at) => at);
    order.sort((a, b) => this.#number(a, 'stream') - this.#number(b, 'stream'));
    for (const at of order) {
      const shared = this.#common.values[this.#number(at, 'common')] as Common;
      const frame = this.#number(at, 'frame');
      yield {
        ...shared,
        stream: this.#number(at, 'stream'),
        client: { address: this.#addresses.textOf(this.#number(at, 'address')), port: this.#number(at, 'port') },
        outcome: { ...shared.outcome, frame: frame === NO_FRAME ? undefined : frame },
        frames: this.#number(at, 'frames'),
        bytes: this.#number(at, 'bytes'),
      };
    }
  }

  #number(row: number, column: keyof Packed): number {
    const block = this.#blocks[Math.floor(row / BLOCK_ROWS)] as Float64Array;
    return block[(row % BLOCK_ROWS) * WIDTH + COLUMNS.indexOf(column)] as number;
  }
}
