import type { Check } from '../check/check.ts';
import type { Sample } from '../check/sample.ts';
import { asksAlike, type Recorded, recordedServer } from './recorded.ts';
import { runScript, type Script } from './script.ts';

/** A dialogue that failed, and why. */
export interface Lookalike {
  readonly stream: number;
  readonly reason: string;
  readonly frame: number | undefined;
}

/** The failure, what was asked in it, and a server that behaves as that one did. */
type Failure = Lookalike & Recorded;

/** Failures that are kept; each of them is tried against each check that asks the same. */
const MAX_FAILURES = 1000;
/** Bytes that are kept of each message. */
const MAX_MESSAGE = 2048;
/** Failures that are told of one check. */
const TOLD = 3;

/** Dialogues that failed: a check that passes on their servers cannot tell good from bad. */
export class Failures {
  readonly #kept: Failure[] = [];

  add(sample: Sample, reason: string, frame: number | undefined): void {
    if (this.#kept.length >= MAX_FAILURES) return;
    const { stream, exchanges, hungUp } = sample;
    this.#kept.push({ stream, reason, frame, ...recordedServer(exchanges, hungUp, MAX_MESSAGE) });
  }

  /** For each check the failures that it would take for successes: dialogues that ask the same, as far as they go. */
  lookalikesOf(scripts: ReadonlyMap<Check, Script>): Map<Check, Lookalike[]> {
    return new Map([...scripts].map(([check, script]) => [check, this.#passing(check, script)]));
  }

  #passing({ asked, timeout }: Check, script: Script): Lookalike[] {
    return this.#kept
      .filter((failure) => asksAlike(asked, failure.asked))
      .filter(({ behavior }) => runScript(script, behavior, timeout * 1000).status === 'L7OK')
      .sort((a, b) => a.stream - b.stream)
      .slice(0, TOLD)
      .map(({ stream, reason, frame }) => ({ stream, reason, frame }));
  }
}
