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

/** How many numbers a row takes: stream, client's address and port, frame of the outcome, frames, bytes, what is common. */
const WIDTH = 7;
const NO_FRAME = -1;

/** The rows of a list, kept as numbers: a capture can hold a hundred thousand conversations that are much alike. */
export class RowList implements Iterable<Row> {
  readonly #numbers: number[] = [];
  readonly #addresses = new Interned<string>();
  readonly #common = new Interned<Common>();

  add({ stream, client, frames, bytes, server, protocols, outcome, destination, warnings }: Row): void {
    const address = this.#addresses.numberOf(client.address, () => client.address);
    const key = JSON.stringify([server, protocols, outcome.kind, outcome.reason, destination, warnings]);
    const common = this.#common.numberOf(key, () => {
      return { server, protocols, outcome: { ...outcome, frame: undefined }, destination, warnings };
    });
    this.#numbers.push(stream, address, client.port, outcome.frame ?? NO_FRAME, frames, bytes, common);
  }

  /** The rows in order of their numbers. */
  *[Symbol.iterator](): Generator<Row> {
    const numbers = this.#numbers;
    const starts = Uint32Array.from({ length: numbers.length / WIDTH }, (_, at) => at * WIDTH);
    starts.sort((a, b) => (numbers[a] as number) - (numbers[b] as number));
    for (const start of starts) {
      const [stream, address, port, frame, frames, bytes, common] = numbers.slice(start, start + WIDTH) as Packed;
      const shared = this.#common.values[common] as Common;
      yield {
        ...shared,
        stream,
        client: { address: this.#addresses.values[address] as string, port },
        outcome: { ...shared.outcome, frame: frame === NO_FRAME ? undefined : frame },
        frames,
        bytes,
      };
    }
  }
}

type Packed = [
  stream: number,
  address: number,
  port: number,
  frame: number,
  frames: number,
  bytes: number,
  common: number,
];
