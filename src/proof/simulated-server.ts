import type { Behavior, Ending } from './behavior.ts';

/** The described server's side of the connection: what is on its way, and when it arrives. */
export class SimulatedServer {
  readonly #behavior: Behavior;
  #reactions = 0;
  #coming: { readonly at: number; readonly bytes?: Uint8Array; readonly ending?: Ending }[] = [];

  constructor(behavior: Behavior) {
    this.#behavior = behavior;
  }

  /** A request has arrived, or the connection was made. */
  react(now: number): void {
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
    const arrived = this.#coming.filter(({ at }) => at <= now);
    this.#coming = this.#coming.filter(({ at }) => at > now);
    return {
      bytes: arrived.flatMap(({ bytes }) => bytes ?? []),
      ending: arrived.find(({ ending }) => ending !== undefined)?.ending,
    };
  }

  nextArrival(): number | undefined {
    return this.#coming[0]?.at;
  }
}
