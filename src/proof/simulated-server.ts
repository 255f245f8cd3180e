import type { Behavior, Ending } from './behavior.ts';

/** The described server's side of the connection: what is on its way, and when it arrives. */
export class SimulatedServer {
  readonly #behavior: Behavior;
  #reactions = 0;
  /** In order of time; those before `#taken` have been taken. */
  readonly #coming: { readonly at: number; readonly bytes?: Uint8Array; readonly ending?: Ending }[] = [];
  #taken = 0;

  readonly #requestLengths: readonly number[];
  /** Bytes received, and how many the next reaction waits for. */
  #received = 0;
  #due = 0;

  constructor(behavior: Behavior, requestLengths: readonly number[]) {
    this.#behavior = behavior;
    this.#requestLengths = requestLengths;
  }

  /** The connection is made. */
  accept(now: number): void {
    this.receive(0, now);
  }

  /** So many bytes of the client have arrived. */
  receive(length: number, now: number): void {
    this.#received += length;
    while (this.#received >= this.#due) {
      this.#due += this.#requestLengths[this.#reactions] ?? Number.POSITIVE_INFINITY;
      this.#react(now);
    }
  }

  #react(now: number): void {
    const reaction = this.#behavior.reactions[this.#reactions++];
    if (reaction === undefined) return;
    let at = Math.max(now, this.#coming.at(-1)?.at ?? 0);
    for (const { delay, bytes } of reaction.pieces) {
      at += delay;
      this.#coming.push({ at, bytes });
    }
    if (reaction.ending !== undefined) this.#coming.push({ at, ending: reaction.ending });
  }

  /** Takes what has arrived. */
  arrivedBy(now: number): { bytes: Uint8Array[]; ending: Ending } {
    const bytes: Uint8Array[] = [];
    let ending: Ending;
    for (
      let next = this.#coming[this.#taken];
      next !== undefined && next.at <= now;
      next = this.#coming[++this.#taken]
    ) {
      if (next.bytes !== undefined) bytes.push(next.bytes);
      ending ??= next.ending;
    }
    return { bytes, ending };
  }

  nextArrival(): number | undefined {
    return this.#coming[this.#taken]?.at;
  }
}
