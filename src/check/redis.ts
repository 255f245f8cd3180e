import type { Turn } from '../conversation/turns.ts';
import type { Message } from '../dialogue/layer.ts';
import { isError, NEEDLESS, replyTitle } from '../protocol/redis/codes.ts';
import type { Assertion } from './assert.ts';
import type { Observation } from './observe.ts';
import { HEX_DIGITS, lines, literalText, oneOf, type PatternPart } from './pattern.ts';

type Reply = Extract<Observation, { kind: 'Redis reply' }>;

/** Without the commands that a check can do without, where they were sent by themselves, and the replies to them. */
export function neededOfRedis(messages: readonly Message[], turns: readonly Turn[]): Message[] {
  const isTurn = ({ side, start, end }: Message) =>
    turns.some((turn) => turn.side === side && turn.start === start && turn.end === end);
  const needless = (message: Message | undefined) =>
    message?.kind === 'redis command' && NEEDLESS.has(message.name) && isTurn(message);
  const last = messages.findLastIndex(({ kind }) => kind === 'redis command');
  return messages.filter((message, at) => {
    const command = message.kind === 'redis reply' ? at - 1 : at;
    return command >= last || !needless(messages[command]);
  });
}

/** How like replies are asserted: a status and what is not there by its words, all else by its kind. */
export function redisAssertion(samples: readonly Reply[]): Assertion {
  const [{ type, text }] = samples as [Reply, ...Reply[]];
  const said = samples.every(isSaid);
  const outcome = oneOf(
    samples.map((each) => (said ? [literalText(wordsOf(each))] : [literalText(each.type), ...firstOf(each)])),
  );
  const counts = new Set(samples.map((each) => each.lines));
  return {
    outcome: { pattern: outcome, comment: replyTitle(type, text) },
    whole: said
      ? undefined
      : {
          pattern: [literalText(type), lines(counts.size === 1 ? (samples[0]?.lines ?? 1) : 1)],
          comment: `${replyTitle(type, '')}, to its end`,
        },
    text: true,
    prefix: Buffer.from(said ? `${type}${text}` : type, 'latin1'),
    ...(!said && {
      weakness: { code: 'redis-value', message: `of the ${replyTitle(type, '')} its kind is asserted, not its value` },
    }),
  };
}

/** Do the words of the first line say all that there is? */
const isSaid = ({ type, text }: Reply): boolean => '+_#'.includes(type) || isError(type) || isMissing(text);

/** A string or an array that is not there has the length -1. */
const isMissing = (text: string): boolean => text === '-1';

/** Of an error the word that says which; in a counted string it stands behind the count. */
function wordsOf({ type, text }: Reply): string {
  if (type === '!') return type;
  return type === '-' ? `${type}${text.split(' ', 1)[0]}` : `${type}${text}\r\n`;
}

/** Replies that are samples of one check: of one kind, and those that say it all in the same words. */
export const redisLikeness = (reply: Reply): string => (isSaid(reply) ? wordsOf(reply) : reply.type);

/** A length that is no -1; a number may be negative. */
const firstOf = ({ type }: Reply): PatternPart[] =>
  ':,('.includes(type) ? [] : [{ kind: 'halves', high: '3', low: HEX_DIGITS.slice(0, 10) }];
