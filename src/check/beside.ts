import type { Allowance, Dialogue } from '../dialogue/dialogue.ts';
import type { Message } from '../dialogue/layer.ts';
import { flawIn, neededMessages, usedSpans } from './evidence.ts';
import { type Exchange, exchangesOf } from './exchange.ts';

/**
 * What a check leaves out of HTTP, since another exchange decided: each request that was answered before or after that one, as the demand for
 * credentials before the request that brings them, with the exchanges of the layers around it.
 */
export function exchangesBeside(dialogue: Dialogue, allowed: ReadonlySet<Allowance>): readonly (readonly Exchange[])[] {
  const needed = neededMessages(dialogue);
  let outer: readonly Message[] = [];
  return dialogue.layers.flatMap(({ messages }) => {
    const around = outer;
    outer = [...outer, ...messages.filter((message) => needed.includes(message))];
    return answeredIn(messages)
      .filter(([request]) => !needed.includes(request))
      .flatMap((own) => {
        const used = [...around, ...own];
        const spans = usedSpans(dialogue, used);
        if (flawIn(dialogue, spans, allowed) !== undefined) return [];
        const exchanges = exchangesOf(dialogue, used, spans, {});
        return 'reason' in exchanges ? [] : [exchanges];
      });
  });
}

/** The requests of a layer that came alone, each with what was answered to it. */
function answeredIn(messages: readonly Message[]): [Message, ...Message[]][] {
  return messages.flatMap((message, at): [Message, ...Message[]][] => {
    if (message.protocol !== 'http' || message.kind !== 'request' || messages[at - 1]?.side === 'client') return [];
    const next = messages.findIndex(({ side }, other) => other > at && side === 'client');
    const answer = messages.slice(at + 1, next === -1 ? undefined : next);
    return answer.length === 0 ? [] : [[message, ...answer]];
  });
}
