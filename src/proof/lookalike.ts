import { askedBy, type Check } from '../check/check.ts';
import type { Sample } from '../check/sample.ts';
import { type Behavior, says } from './behavior.ts';
import { runScript, type Script } from './script.ts';

/** A dialogue that failed, and why. */
export interface Lookalike {
  readonly stream: number;
  readonly reason: string;
  readonly frame: number | undefined;
}

/** The failure, what was asked in it, and a server that behaves as that one did. */
interface Failure extends Lookalike {
  readonly asked: readonly string[];
  readonly behavior: Behavior;
}

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
    const replies = exchanges.map(({ reply }) => Buffer.concat(reply.map(({ bytes }) => bytes.slice(0, MAX_MESSAGE))));
    const reactions = replies.map((bytes, at) => says(bytes, at + 1 === replies.length ? hungUp?.by : undefined));
    const greeted = exchanges[0]?.request === undefined;
    const behavior = { reactions: greeted ? reactions : [says(new Uint8Array(0)), ...reactions] };
    this.#kept.push({ stream, reason, frame, asked: askedBy(sample), behavior });
  }

  /** For each check the failures that it would take for successes: dialogues that ask the same, as far as they go. */
  lookalikesOf(scripts: ReadonlyMap<Check, Script>): Map<Check, Lookalike[]> {
    return new Map([...scripts].map(([check, script]) => [check, this.#passing(check, script)]));
  }

  #passing({ asked, timeout }: Check, script: Script): Lookalike[] {
    return this.#kept
      .filter((failure) => failure.asked.every((each, at) => at >= asked.length || each === asked[at]))
      .filter(({ behavior }) => runScript(script, behavior, timeout * 1000).status === 'L7OK')
      .sort((a, b) => a.stream - b.stream)
      .slice(0, TOLD)
      .map(({ stream, reason, frame }) => ({ stream, reason, frame }));
  }
}
