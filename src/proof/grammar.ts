import type { ReplyMessage } from '../check/exchange.ts';
import type { AssertedObservation } from '../check/observe.ts';
import { accepts } from '../check/status.ts';
import type { Alternative } from './alternative.ts';
import { brokenGreetings, decisiveLength as greetingLength, healthyGreetings } from './banner.ts';
import { brokenResponses, healthyResponses, otherPreambles } from './http.ts';
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

/** A message of which a check asserts something. */
export type AssertedMessage = ReplyMessage & { readonly observation: AssertedObservation };

export const isAsserted = (message: ReplyMessage): message is AssertedMessage =>
  message.observation.kind !== 'preamble';

/** What a broken server may say in place of a message. */
export function brokenAlternatives({ observation }: AssertedMessage): Alternative[] {
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

/** What another healthy server may say in place of a message; `before` is the one before it in the same reply. */
export function healthyAlternatives({ observation, bytes }: ReplyMessage, before?: ReplyMessage): Alternative[] {
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

/** The status that a response comes down to, 0 for what is no response. */
const statusIn = (bytes: Uint8Array): number =>
  Number(
    /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.[01] ([0-9]{3})/.exec(Buffer.from(bytes).toString('latin1'))?.[1] ??
      0,
  );

/** What a proxy says behind a grant when it tries the destination only then, before anybody has asked. */
export const UNASKED: readonly Alternative[] = [
  { name: 'HTTP 502', bytes: Buffer.from('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n') },
  { name: 'a TLS alert', bytes: Uint8Array.of(21, 3, 3, 0, 2, 2, 80) },
];

/** Is it a proxy's grant? */
export function opensTunnel({ observation }: AssertedMessage): boolean {
  switch (observation.kind) {
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
      return false;
  }
}

/** Of an unknown protocol nothing is known but how its reply begins. */
function brokenData(head: Uint8Array): Alternative[] {
  const other = head.map((byte) => byte ^ 0xff);
  return [{ name: 'a reply that begins otherwise', bytes: other }];
}

/** How many bytes of a message have to be there before it can be told whether it is healthy. */
export function decisiveLength({ observation }: AssertedMessage): number {
  switch (observation.kind) {
    case 'HTTP response':
      return 'HTTP/1.1 204'.length;
    case 'data':
      return 1;
    case 'banner':
      return greetingLength(observation);
    case 'Redis reply':
      return decisiveRedisLength(observation);
    case 'TLS ServerHello':
      return 6; // record header and message type
    case 'SOCKS5 method':
    case 'SOCKS5 password status':
    case 'SOCKS5 reply':
    case 'SOCKS4 reply':
      return 2; // VER and what it says
  }
}
