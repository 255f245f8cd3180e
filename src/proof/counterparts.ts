import { isText } from '../bytes/printable.ts';
import type { ReplyMessage as CapturedMessage } from '../check/exchange.ts';
import type { AssertedObservation } from '../check/observe.ts';
import { accepts } from '../check/status.ts';
import type { Alternative } from './alternative.ts';
import { brokenGreetings, decisiveLength as greetingLength, healthyGreetings } from './banner.ts';
import { type Behavior, type Reaction, SILENCE, says, trickled } from './behavior.ts';
import { brokenResponses, healthyResponses, otherPreambles } from './http.ts';
import { HEX_MATCH_LENGTH } from './model.ts';
import { brokenRedisReplies, decisiveRedisLength, healthyRedisReplies } from './redis.ts';
import { brokenReplies as brokenSocks4Replies, healthyReplies as healthySocks4Replies } from './socks4.ts';
import {
  brokenMethodSelections,
  brokenPasswordStatuses,
  brokenReplies,
  healthyPasswordStatuses,
  healthyReplies,
} from './socks5.ts';
import { brokenHellos, healthyHellos } from './tls.ts';

/** The captured server: for each exchange the messages of its reply; the first is its greeting, mostly empty. */
export type CapturedReplies = readonly (readonly CapturedMessage[])[];

type AssertedMessage = CapturedMessage & { readonly observation: AssertedObservation };
const isAsserted = (message: CapturedMessage): message is AssertedMessage => message.observation.kind !== 'preamble';

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
  return replies.flatMap((all, at) => {
    const followed = at + 1 < replies.length;
    // A preamble may be missing: nothing can be broken about it.
    const messages = all.filter(isAsserted);
    if (messages.length === 0) return [];
    const label = (name: string) => `reply ${at}: ${name}`;
    const twin = (name: string, reaction: Reaction, silent = false): Twin => ({
      name: label(name),
      behavior: behaviorOf(replies, at, reaction),
      silent,
      gated: allKnown(messages),
    });
    const whole = joined(all);
    const decisive = decisiveLength(messages);
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
      ...(followed && opensTunnel(messages)
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
            behavior: behaviorOf(replies, at, reaction, captured),
            gated,
          };
          if (inOnePiece) return [whole];
          return [
            whole,
            {
              name: `${whole.name}, one byte at a time`,
              behavior: behaviorOf(replies, at, trickled(reaction, TRICKLE), captured),
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

/** The captured server up to exchange `at`, where it reacts otherwise; what `after` says of later exchanges, else silence. */
function behaviorOf(
  replies: CapturedReplies,
  at: number,
  reaction: Reaction,
  after: readonly Reaction[] = [],
): Behavior {
  return {
    reactions: [...replies.slice(0, at).map((messages) => says(joined(messages))), reaction, ...after.slice(at + 1)],
  };
}

/** Of several messages in one reply the first has its name alone. */
const nameOf = (name: string, index: number): string => (index === 0 ? name : `then ${name}`);

function brokenAlternatives({ observation }: AssertedMessage): Alternative[] {
  switch (observation.kind) {
    case 'SOCKS5 method':
      return brokenMethodSelections(observation.version, observation.method);
    case 'SOCKS5 password status':
      return brokenPasswordStatuses(observation.version);
    case 'SOCKS5 reply':
      return brokenReplies(observation.version, observation.nameLengths[0] ?? 9);
    case 'SOCKS4 reply':
      return brokenSocks4Replies();
    case 'TLS ServerHello':
      return brokenHellos();
    case 'HTTP response':
      return brokenResponses(observation.status, observation.tunnel).filter(
        ({ bytes }) => !accepts(observation.accepted ?? [], statusIn(bytes)),
      );
    case 'banner':
      return brokenGreetings(observation);
    case 'Redis reply':
      return brokenRedisReplies(observation);
    case 'data':
      return brokenData(observation.head);
  }
}

function healthyAlternatives({ observation, bytes }: CapturedMessage, before?: CapturedMessage): Alternative[] {
  switch (observation.kind) {
    case 'SOCKS5 password status':
      return healthyPasswordStatuses(observation.version);
    case 'SOCKS5 reply':
      return healthyReplies(observation.version, observation.nameLengths);
    case 'SOCKS4 reply':
      return healthySocks4Replies();
    case 'TLS ServerHello':
      return healthyHellos(bytes);
    case 'HTTP response':
      return healthyResponses(bytes, observation.status, observation.tunnel);
    case 'banner':
      return healthyGreetings(observation, bytes);
    case 'preamble':
      // Of several in a row the first one stands for all.
      return before?.observation.kind === 'preamble' ? [] : otherPreambles(observation.said);
    case 'Redis reply':
      return healthyRedisReplies(observation);
    case 'SOCKS5 method':
    case 'data':
      return [];
  }
}

/** The status that a response begins with, 0 for what is no response. */
const statusIn = (bytes: Uint8Array): number =>
  Number(/^HTTP\/1\.[01] ([0-9]{3})/.exec(Buffer.from(bytes.subarray(0, 12)).toString('latin1'))?.[1] ?? 0);

/** What a proxy says behind a grant when it tries the destination only then, before anybody has asked. */
const UNASKED: readonly Alternative[] = [
  { name: 'HTTP 502', bytes: Buffer.from('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n') },
  { name: 'a TLS alert', bytes: Uint8Array.of(21, 3, 3, 0, 2, 2, 80) },
];

/** Does the reply end with a proxy's grant? */
function opensTunnel(messages: readonly AssertedMessage[]): boolean {
  const observation = messages.at(-1)?.observation;
  switch (observation?.kind) {
    case 'SOCKS5 reply':
    case 'SOCKS4 reply':
      return true;
    case 'HTTP response':
      return observation.tunnel;
    case 'SOCKS5 method':
    case 'SOCKS5 password status':
    case 'banner':
    case 'Redis reply':
    case 'TLS ServerHello':
    case 'data':
    case undefined:
      return false;
  }
}

/** Of an unknown protocol nothing is known but how its reply begins. */
function brokenData(head: Uint8Array): Alternative[] {
  const other = head.map((byte) => byte ^ 0xff);
  return [{ name: 'a reply that begins otherwise', bytes: other }];
}

/** How many bytes of a reply have to be there before it can be told whether it is healthy. */
function decisiveLength(messages: readonly AssertedMessage[]): number {
  const { observation } = messages.at(-1) as AssertedMessage;
  const before = joined(messages.slice(0, -1)).length;
  switch (observation.kind) {
    case 'HTTP response':
      return before + 'HTTP/1.1 204'.length;
    case 'data':
      return before + 1;
    case 'banner':
      return before + greetingLength(observation);
    case 'Redis reply':
      return before + decisiveRedisLength(observation);
    case 'TLS ServerHello':
      return before + 6; // record header and message type
    case 'SOCKS5 method':
    case 'SOCKS5 password status':
    case 'SOCKS5 reply':
    case 'SOCKS4 reply':
      return before + 2; // VER and what it says
  }
}

const isKnown = ({ observation }: CapturedMessage): boolean => observation.kind !== 'data';
const allKnown = (messages: readonly CapturedMessage[]): boolean => messages.every(isKnown);
const closing = (reaction: Reaction = SILENCE): Reaction => ({ ...reaction, ending: 'FIN' });
const NOTHING = new Uint8Array(0);
const joined = (messages: readonly CapturedMessage[]): Uint8Array => Buffer.concat(messages.map(({ bytes }) => bytes));
