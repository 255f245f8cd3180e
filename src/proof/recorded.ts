import { askedBy } from '../check/check.ts';
import type { Exchange } from '../check/exchange.ts';
import type { Sample } from '../check/sample.ts';
import { type Behavior, says } from './behavior.ts';

/** What was asked in a dialogue, request by request, and a server that behaves as that one did. */
export interface Recorded {
  readonly asked: readonly string[];
  readonly behavior: Behavior;
}

/** The server of a dialogue as the exchanges with it show it. Of each message at most `longest` bytes are kept. */
export function recordedServer(
  exchanges: readonly Exchange[],
  hungUp: Sample['hungUp'],
  longest = Number.POSITIVE_INFINITY,
): Recorded {
  const replies = exchanges.map(({ reply }) => Buffer.concat(reply.map(({ bytes }) => bytes.slice(0, longest))));
  const reactions = replies.map((bytes, at) => says(bytes, at + 1 === replies.length ? hungUp?.by : undefined));
  const greeted = exchanges[0]?.request === undefined;
  return {
    asked: askedBy({ exchanges }),
    behavior: { reactions: greeted ? reactions : [says(new Uint8Array(0)), ...reactions] },
  };
}

/** Do two ask the same, as far as both go? */
export const asksAlike = (one: readonly string[], other: readonly string[]): boolean =>
  one.every((each, at) => at >= other.length || each === other[at]);
