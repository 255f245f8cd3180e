import { isText } from '../bytes/printable.ts';
import type { ReplyMessage as CapturedMessage } from '../check/exchange.ts';
import { type Behavior, type Reaction, SILENCE, says, trickled } from './behavior.ts';
import {
  type AssertedMessage,
  brokenAlternatives,
  decisiveLength,
  healthyAlternatives,
  isAsserted,
  opensTunnel,
  UNASKED,
} from './grammar.ts';
import { HEX_MATCH_LENGTH } from './model.ts';

/** The captured server: for each exchange the messages of its reply; the first is its greeting, mostly empty. */
export type CapturedReplies = readonly (readonly CapturedMessage[])[];

/** The captured server with one thing broken. */
export interface Twin {
  readonly name: string;
  readonly behavior: Behavior;
  /** It says less than what tells a broken server from a slow one: it can only be found out by the timeout. */
  readonly silent: boolean;
  /** Is the protocol of the broken reply known? */
  readonly gated: boolean;
}

/** The captured server, healthy but different. */
export interface Variant {
  readonly name: string;
  readonly behavior: Behavior;
  /** Are the protocols of all replies known? */
  readonly gated: boolean;
}

/** Milliseconds between the bytes of a reply that trickles in. */
const TRICKLE = 1;
/** What tells that a reply is broken stands in its first bytes, however long it is. */
const DECIDING = { first: 32, last: 0 };
/** How much of the time that a check has a slow server takes for all of its replies. */
const SLOW_SHARE = 0.5;

/** Every way that the grammars know for the captured server to be broken, at each exchange in turn. */
export function twinsOf(replies: CapturedReplies): Twin[] {
  const captured = replies.map((messages) => says(joined(messages)));
  return replies.flatMap((all, at) => {
    const followed = at + 1 < replies.length;
    // A preamble may be missing: nothing can be broken about it.
    const messages = all.filter(isAsserted);
    if (messages.length === 0) return [];
    const label = (name: string) => `reply ${at}: ${name}`;
    const twin = (name: string, reaction: Reaction, silent = false): Twin => ({
      name: label(name),
      behavior: { reactions: [...captured.slice(0, at), reaction] },
      silent,
      gated: allKnown(messages),
    });
    const whole = joined(all);
    const [last] = messages.slice(-1);
    const decisive = joined(messages.slice(0, -1)).length + decisiveLength(last as AssertedMessage);
    const half = whole.subarray(0, Math.floor(decisive / 2));
    return [
      twin('silence', SILENCE, true),
      twin('closed without a word', says(NOTHING, 'FIN')),
      twin('reset', says(NOTHING, 'RST')),
      twin('half of what decides, then silence', says(half), true),
      twin('half of what decides, then closed', says(half, 'FIN')),
      ...(messages.length > 1
        ? [
            twin('what comes first, and then silence', says(joined(messages.slice(0, -1))), true),
            twin('what comes first, then closed', says(joined(messages.slice(0, -1)), 'FIN')),
          ]
        : []),
      ...(followed && whole.length > decisive
        ? [
            twin('granted, and the rest never comes', says(whole.subarray(0, decisive)), true),
            twin('granted, then closed', says(whole.subarray(0, decisive), 'FIN')),
          ]
        : []),
      ...(followed ? [twin('said in full, then closed', says(whole, 'FIN'))] : []),
      ...(followed ? [twin('said in full, then reset', says(whole, 'RST'))] : []),
      ...(followed && opensTunnel(last as AssertedMessage)
        ? UNASKED.flatMap(({ name, bytes }) => [
            twin(`granted, and ${name} at once, then closed`, says(Buffer.concat([whole, bytes]), 'FIN')),
            // The next send drops it, and nothing more comes.
            twin(`granted, and ${name} at once, and the connection lingers`, says(Buffer.concat([whole, bytes])), true),
          ])
        : []),
      ...messages.flatMap((message, index) => {
        const before = joined(messages.slice(0, index));
        // Behind a message of unknown length that shares the buffer HAProxy cannot say what decides.
        return brokenAlternatives(message).flatMap(({ name: words, bytes, undecided = false }) => {
          const name = nameOf(words, index);
          const said = Buffer.concat([before, bytes]);
          const silent = undecided || said.length < decisive || (index > 0 && !isKnown(message));
          return [
            twin(`${name}, then closed`, says(said, 'FIN')),
            twin(`${name}, and the connection lingers`, says(said), silent),
            twin(`${name}, one byte at a time`, trickled(says(said), TRICKLE, DECIDING), silent),
          ];
        });
      }),
    ];
  });
}

/** Every way that the grammars know for the captured server to be healthy. `timeout` is what the check may take, in milliseconds. */
export function variantsOf(replies: CapturedReplies, timeout: number): Variant[] {
  const captured = replies.map((messages) => says(joined(messages)));
  const gated = replies.every(allKnown);
  const speaking = captured.filter(({ pieces }) => pieces.length > 0).length;
  const slow = (reaction: Reaction): Reaction => ({
    ...reaction,
    pieces: reaction.pieces.map((piece) => ({ ...piece, delay: (SLOW_SHARE * timeout) / speaking })),
  });
  return [
    { name: 'as captured', behavior: { reactions: captured }, gated },
    { name: 'as captured, then closed', behavior: { reactions: captured.with(-1, closing(captured.at(-1))) }, gated },
    {
      name: 'every reply one byte at a time',
      behavior: { reactions: captured.map((each) => trickled(each, TRICKLE)) },
      gated,
    },
    { name: 'slow', behavior: { reactions: captured.map(slow) }, gated },
    ...replies.flatMap((messages, at) =>
      messages.flatMap((message, index) =>
        healthyAlternatives(message, messages[index - 1]).flatMap(({ name: words, bytes, inOnePiece }) => {
          const name = nameOf(words, index);
          const said = Buffer.concat([joined(messages.slice(0, index)), bytes, joined(messages.slice(index + 1))]);
          if (index + 1 < messages.length && !canBeSeen(said, messages.at(-1) as CapturedMessage)) return [];
          const reaction = says(said);
          const whole = {
            name: `reply ${at}: ${name}`,
            behavior: { reactions: captured.with(at, reaction) },
            gated,
          };
          if (inOnePiece) return [whole];
          return [
            whole,
            {
              name: `${whole.name}, one byte at a time`,
              behavior: { reactions: captured.with(at, trickled(reaction, TRICKLE)) },
              gated,
            },
          ];
        }),
      ),
    ),
  ];
}

/** Behind a very long head HAProxy sees text, and nothing else. */
const canBeSeen = (said: Uint8Array, { bytes }: CapturedMessage): boolean =>
  said.length <= HEX_MATCH_LENGTH || isText(bytes);

/** Of several messages in one reply the first has its name alone. */
const nameOf = (name: string, index: number): string => (index === 0 ? name : `then ${name}`);

const isKnown = ({ observation }: CapturedMessage): boolean => observation.kind !== 'data';
const allKnown = (messages: readonly CapturedMessage[]): boolean => messages.every(isKnown);
const closing = (reaction: Reaction = SILENCE): Reaction => ({ ...reaction, ending: 'FIN' });
const NOTHING = new Uint8Array(0);
const joined = (messages: readonly CapturedMessage[]): Uint8Array => Buffer.concat(messages.map(({ bytes }) => bytes));
