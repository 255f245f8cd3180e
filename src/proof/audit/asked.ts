import type { Check } from '../../check/check.ts';
import type { Turn } from '../../conversation/turns.ts';
import { type Message, type ProtocolName, readProtocols } from '../../dialogue/layer.ts';
import { ADDRESS_TYPE } from '../../protocol/socks5/codes.ts';
import type { ConfiguredCheck, Remark } from '../configured.ts';
import type { CapturedReplies } from '../counterparts.ts';
import { httpRequestBytes } from '../http-rule.ts';
import { clientOf, differenceOf } from './difference.ts';

/** Bytes that a configuration sends, and the line that says so. */
export interface Sent {
  readonly line: number;
  readonly bytes: Uint8Array;
}

/** What a configuration asks for, compared with a captured dialogue. */
export type Asked =
  /** It asks the same, as far as it goes: how long each request is, and what the server is taken to answer. */
  | {
      readonly kind: 'the same';
      readonly requestLengths: readonly number[];
      readonly replies: CapturedReplies;
      /** What is assumed. */
      readonly remarks: readonly Remark[];
      /** Where it asks for something else, which is taken to be answered alike. */
      readonly elsewhere: Remark | undefined;
    }
  /** What is answered is not in the capture, from this line on. */
  | { readonly kind: 'otherwise'; readonly remark: Remark; readonly requests: number };

/** What a configured check sends, in order. */
export function sentBy({ checker }: ConfiguredCheck): Sent[] {
  switch (checker.kind) {
    case 'tcp-check':
      return checker.rules.flatMap(({ line, rule }) => (rule.kind === 'send' ? [{ line, bytes: rule.bytes }] : []));
    case 'http-check':
      return checker.http === undefined ? [] : [{ line: checker.line, bytes: httpRequestBytes(checker.http.send) }];
    case 'connect':
    case 'other':
      return [];
  }
}

/** The protocol that bytes begin with, whatever a server says to them, behind a PROXY header. */
export function protocolOf(sent: readonly Sent[]): ProtocolName | undefined {
  const { protocols } = readMessages(talkOf([joined(sent.map(({ bytes }) => bytes))], []));
  return protocols.find((protocol) => protocol !== 'proxy-protocol');
}

/**
 * Compares what a configuration sends with the requests of a check, message by message, the captured replies standing for what its server says.
 * `closing`: is anything expected after the last of them?
 */
export function compareRequests(configured: ConfiguredCheck, check: Check): Asked {
  const sent = sentBy(configured);
  const captured = check.steps.flatMap((step) => (step.kind === 'send' ? [step.bytes] : []));
  const own = joined(sent.map(({ bytes }) => bytes));
  const theirs = joined(captured);
  const read = readMessages(talkOf(turnsBy(configured, sent), check.replies));
  const pending = read.messages.filter(({ side }) => side === 'client');
  const expected = readMessages(talkOf(captured, check.replies)).messages;
  const remarks: Remark[] = [];
  let elsewhere: Remark | undefined;
  const requestLengths: number[] = [];
  const names = new Map<number, number>();
  let at = 0;
  let captureAt = 0;
  const lineAt = (offset: number): number => lineOf(sent, offset);
  const otherwise = (text: string, line = lineAt(at)): Asked => ({
    kind: 'otherwise',
    remark: { line, text },
    requests: requestLengths.length,
  });

  for (const bytes of captured) {
    const end = captureAt + bytes.length;
    const messages = expected.filter((each) => each.side === 'client' && each.start >= captureAt && each.end <= end);
    captureAt = end;
    if (at >= own.length && messages[0]?.kind !== 'header') break;
    if (messages.at(-1)?.end !== end) {
      // Of what is not understood the bytes themselves have to be the same.
      if (!startsWith(own.subarray(at), bytes)) return otherwise('sends something else than the capture');
      at += bytes.length;
      requestLengths.push(bytes.length);
      continue;
    }
    const start = at;
    for (const theirMessage of messages) {
      if (theirMessage.kind === 'header' && pending[0]?.kind !== 'header') {
        if (!configured.writesProxyHeader) return otherwise('sends no PROXY header, and the capture has one');
        continue;
      }
      const message = pending.shift();
      if (message === undefined) return otherwise(unreadText(own.subarray(at), read.awaited));
      const sameBytes =
        Buffer.compare(
          own.subarray(message.start, message.end),
          theirs.subarray(theirMessage.start, theirMessage.end),
        ) === 0;
      const difference = differenceOf(message, theirMessage, chosenBehind(theirMessage, expected), sameBytes);
      if (difference?.kind === 'otherwise') return otherwise(difference.text, lineAt(message.start));
      if (difference !== undefined) {
        const remark = { line: lineAt(message.start), text: difference.text };
        remarks.push(remark);
        if (difference.kind === 'another place') elsewhere ??= remark;
      }
      for (const [theirs, ours] of nameLengths(theirMessage, message)) names.set(theirs, ours);
      at = message.end;
    }
    requestLengths.push(at - start);
  }
  if (configured.writesProxyHeader && !expected.some(({ kind }) => kind === 'header'))
    return otherwise('has HAProxy write a PROXY header, and the capture has none', sent[0]?.line ?? configured.line);
  if (at < own.length && looksBehind(configured, lineAt(at)))
    return otherwise('sends more than the capture, and what is answered to that is not known');
  return { kind: 'the same', requestLengths, replies: renamed(check.replies, names), remarks, elsewhere };
}

/** What is said in the order of exchanges; the server may speak first. */
interface Talk {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
  readonly turns: readonly Pick<Turn, 'side' | 'end'>[];
}

/** What a client says in turns, and what the captured server says to each of them. */
function talkOf(requests: readonly Uint8Array[], replies: CapturedReplies): Talk {
  const said = replies.map((messages) => joined(messages.map(({ bytes }) => bytes)));
  const turns: Pick<Turn, 'side' | 'end'>[] = [{ side: 'server', end: said[0]?.length ?? 0 }];
  const ends = { client: 0, server: said[0]?.length ?? 0 };
  requests.forEach((bytes, at) => {
    ends.client += bytes.length;
    ends.server += said[at + 1]?.length ?? 0;
    turns.push({ side: 'client', end: ends.client }, { side: 'server', end: ends.server });
  });
  return { client: joined(requests), server: joined(said), turns };
}

/** What is sent before anything is expected is one turn. */
function turnsBy({ checker }: ConfiguredCheck, sent: readonly Sent[]): Uint8Array[] {
  if (checker.kind !== 'tcp-check') return sent.map(({ bytes }) => bytes);
  const turns: Uint8Array[][] = [];
  let listening = true;
  for (const { rule } of checker.rules) {
    if (rule.kind === 'send') {
      if (listening) turns.push([]);
      turns.at(-1)?.push(rule.bytes);
    }
    listening = rule.kind !== 'send';
  }
  return turns.map(joined);
}

/** Protocols may lie in each other's tunnels this deep. */
const NESTING = 8;

/** The messages of both sides, one protocol inside the other, as far as they can be read. */
function readMessages({ client, server, turns }: Talk): {
  messages: Message[];
  protocols: ProtocolName[];
  awaited: string | undefined;
} {
  const { layers } = readProtocols({ client, server }, turns, NESTING);
  const outcome = layers.at(-1)?.outcome;
  return {
    messages: layers.flatMap(({ messages }) => messages),
    protocols: layers.map(({ protocol }) => protocol),
    awaited: outcome?.kind === 'unfinished' && outcome.side === 'client' ? outcome.awaited : undefined,
  };
}

/** What stands there in place of the message that is due. */
function unreadText(rest: Uint8Array, awaited: string | undefined): string {
  if (awaited !== undefined) return `sends no whole ${awaited}, which the server waits for`;
  const protocol = readMessages(talkOf([rest], [])).protocols[0];
  return `sends ${clientOf(protocol ?? 'unknown')}, and the capture has another protocol there`;
}

/** The method that the captured server chose behind a greeting. */
function chosenBehind(greeting: Message, messages: readonly Message[]): number | undefined {
  const selection = messages.slice(messages.indexOf(greeting)).find(({ kind }) => kind === 'method selection');
  return selection?.kind === 'method selection' ? selection.method : undefined;
}

/** How long the name is that a SOCKS5 request asks for, which servers echo: in the capture, and here. */
function nameLengths(captured: Message, sent: Message): [number, number][] {
  if (captured.kind !== 'request' || captured.protocol !== 'socks5') return [];
  if (sent.kind !== 'request' || sent.protocol !== 'socks5') return [];
  if ([captured, sent].some(({ address }) => address.type !== ADDRESS_TYPE.domain)) return [];
  return [[captured.address.length, sent.address.length]];
}

/** The replies as they are to a request for a name of another length. */
const renamed = (replies: CapturedReplies, names: ReadonlyMap<number, number>): CapturedReplies =>
  replies.map((messages) =>
    messages.map((message) => {
      const { observation } = message;
      if (observation.kind !== 'SOCKS5 reply') return message;
      const lengths = observation.nameLengths.map((length) => names.get(length) ?? length);
      return { ...message, observation: { ...observation, nameLengths: lengths } };
    }),
  );

/** Is anything expected behind a line? */
const looksBehind = ({ checker }: ConfiguredCheck, line: number): boolean =>
  checker.kind === 'tcp-check' && checker.rules.some((each) => each.rule.kind === 'expect' && each.line > line);

/** The line that sends the byte at an offset, or the last one that sends anything. */
function lineOf(sent: readonly Sent[], offset: number): number {
  let end = 0;
  for (const { line, bytes } of sent) {
    end += bytes.length;
    if (offset < end) return line;
  }
  return sent.at(-1)?.line ?? 0;
}

const startsWith = (bytes: Uint8Array, start: Uint8Array): boolean =>
  bytes.length >= start.length && start.every((byte, at) => bytes[at] === byte);
const joined = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);
