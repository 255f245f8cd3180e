import type { ReplyMessage as CapturedMessage } from '../check/exchange.ts';
import { accepts } from '../check/status.ts';
import type { Alternative } from './alternative.ts';
import { type Behavior, type Reaction, SILENCE, says, trickled } from './behavior.ts';
import { brokenResponses, healthyResponses } from './http.ts';
import { brokenReplies as brokenSocks4Replies, healthyReplies as healthySocks4Replies } from './socks4.ts';
import { brokenMethodSelections, brokenPasswordStatuses, brokenReplies, healthyReplies } from './socks5.ts';
import { brokenHellos, healthyHellos } from './tls.ts';

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
/** How much of the time that a check has a slow server takes for all of its replies. */
const SLOW_SHARE = 0.5;

/** Every way that the grammars know for the captured server to be broken, at each exchange in turn. */
export function twinsOf(replies: CapturedReplies): Twin[] {
  return replies.flatMap((messages, at) => {
    const followed = at + 1 < replies.length;
    if (messages.length === 0) return [];
    const label = (name: string) => `reply ${at}: ${name}`;
    const twin = (name: string, reaction: Reaction, silent = false): Twin => ({
      name: label(name),
      behavior: behaviorOf(replies, at, reaction),
      silent,
      gated: allKnown(messages),
    });
    const whole = joined(messages);
    const decisive = decisiveLength(messages);
    const half = whole.subarray(0, Math.floor(decisive / 2));
    return [
      twin('silence', SILENCE, true),
      twin('closed without a word', says(NOTHING, 'FIN')),
      twin('reset', says(NOTHING, 'RST')),
      twin('half of what decides, then silence', says(half), true),
      twin('half of what decides, then closed', says(half, 'FIN')),
      ...(followed && whole.length > decisive
        ? [
            twin('granted, and the rest never comes', says(whole.subarray(0, decisive)), true),
            twin('granted, then closed', says(whole.subarray(0, decisive), 'FIN')),
          ]
        : []),
      ...messages.flatMap((message, index) => {
        const before = joined(messages.slice(0, index));
        return brokenAlternatives(message).flatMap(({ name, bytes }) => {
          const said = Buffer.concat([before, bytes]);
          // Behind a message that shares the buffer HAProxy cannot say how many bytes decide.
          const undecided = said.length < decisive || index > 0;
          return [
            twin(`${name}, then closed`, says(said, 'FIN')),
            twin(`${name}, and the connection lingers`, says(said), undecided),
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
        healthyAlternatives(message).flatMap(({ name, bytes }) => {
          const reaction = says(
            Buffer.concat([joined(messages.slice(0, index)), bytes, joined(messages.slice(index + 1))]),
          );
          return [
            { name: `reply ${at}: ${name}`, behavior: behaviorOf(replies, at, reaction, captured), gated },
            {
              name: `reply ${at}: ${name}, one byte at a time`,
              behavior: behaviorOf(replies, at, trickled(reaction, TRICKLE), captured),
              gated,
            },
          ];
        }),
      ),
    ),
  ];
}

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

function brokenAlternatives({ observation }: CapturedMessage): Alternative[] {
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
    case 'data':
      return brokenData(observation.head);
  }
}

function healthyAlternatives({ observation, bytes }: CapturedMessage): Alternative[] {
  switch (observation.kind) {
    case 'SOCKS5 reply':
      return healthyReplies(observation.version, observation.nameLengths);
    case 'SOCKS4 reply':
      return healthySocks4Replies();
    case 'TLS ServerHello':
      return healthyHellos(bytes);
    case 'HTTP response':
      return healthyResponses(bytes, observation.status);
    case 'SOCKS5 method':
    case 'SOCKS5 password status':
    case 'data':
      return [];
  }
}

/** The status that a response begins with, 0 for what is no response. */
const statusIn = (bytes: Uint8Array): number =>
  Number(/^HTTP\/1\.[01] ([0-9]{3})/.exec(Buffer.from(bytes.subarray(0, 12)).toString('latin1'))?.[1] ?? 0);

/** Of an unknown protocol nothing is known but how its reply begins. */
function brokenData(head: Uint8Array): Alternative[] {
  const other = head.map((byte) => byte ^ 0xff);
  return [{ name: 'a reply that begins otherwise', bytes: other }];
}

/** How many bytes of a reply have to be there before it can be told whether it is healthy. */
function decisiveLength(messages: readonly CapturedMessage[]): number {
  const { observation } = messages.at(-1) as CapturedMessage;
  const before = joined(messages.slice(0, -1)).length;
  switch (observation.kind) {
    case 'HTTP response':
      return before + 'HTTP/1.1 204'.length;
    case 'data':
      return before + 1;
    case 'TLS ServerHello':
      return before + 6; // record header and message type
    case 'SOCKS5 method':
    case 'SOCKS5 password status':
    case 'SOCKS5 reply':
    case 'SOCKS4 reply':
      return before + 2; // VER and what it says
  }
}

const allKnown = (messages: readonly CapturedMessage[]): boolean =>
  messages.every(({ observation }) => observation.kind !== 'data');
const closing = (reaction: Reaction = SILENCE): Reaction => ({ ...reaction, ending: 'FIN' });
const NOTHING = new Uint8Array(0);
const joined = (messages: readonly CapturedMessage[]): Uint8Array => Buffer.concat(messages.map(({ bytes }) => bytes));
