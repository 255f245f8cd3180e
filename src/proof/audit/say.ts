import { printable, printableBytes } from '../../bytes/printable.ts';
import type { ReplyMessage } from '../../check/exchange.ts';
import { isAsserted } from '../../check/observe.ts';
import { statusText } from '../../check/status.ts';
import type { HttpExpect } from '../http-rule.ts';
import type { ProofRow } from '../prove.ts';
import type { ExpectRule } from '../rule.ts';

/** What kind of message a reply is. */
export type ReplyKind = ReplyMessage['observation']['kind'];

/** Bytes and characters that are shown of a pattern or a reply. */
const SHOWN_BYTES = 24;
const SHOWN_CHARACTERS = 48;

const shortened = (text: string): string =>
  text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS - 3)}...` : text;

/** A rule as it is written: `binary 0500`, `! rstring ^HTTP`. */
export function ruleWords(rule: ExpectRule | HttpExpect): string {
  const not = rule.inverse ? '! ' : '';
  return `${not}${rule.match} ${patternWords(rule)}`;
}

/** The pattern as it is written. */
export function patternWords(rule: ExpectRule | HttpExpect): string {
  if (rule.match === 'status') return statusText(rule.ranges);
  if (rule.match === 'binary') return shortened(Buffer.from(rule.pattern, 'latin1').toString('hex'));
  return shortened(printableBytes(Buffer.from(rule.pattern, 'latin1')));
}

/** Bytes of a reply: the first line of a text, or else hex, in pairs. */
export function replyWords(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  const [, line] = /^([\x20-\x7e]{4,})/.exec(text) ?? [];
  if (line !== undefined) return `"${shortened(line)}"`;
  if (bytes.length === 0) return 'nothing';
  const shown = Buffer.from(bytes.subarray(0, SHOWN_BYTES))
    .toString('hex')
    .replace(/..(?!$)/g, '$& ');
  return bytes.length > SHOWN_BYTES ? `${shown} ...` : shown;
}

/** Hex without gaps, as it stands in rules. */
export const hexWords = (bytes: Uint8Array): string =>
  `${Buffer.from(bytes.subarray(0, SHOWN_BYTES)).toString('hex')}${bytes.length > SHOWN_BYTES ? '...' : ''}`;

/** The status of an HTTP response, and where its head and status line end; undefined for what is none. */
export function httpReply(bytes: Uint8Array): { status: string; lineEnd: number; headEnd: number } | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const status = /^HTTP\/1\.[0-9] ([0-9]{3})/.exec(text)?.[1];
  if (status === undefined) return undefined;
  const end = /\r?\n\r?\n/.exec(text);
  const lineEnd = text.search(/\r?\n/);
  return {
    status,
    lineEnd: lineEnd === -1 ? text.length : lineEnd,
    headEnd: end === null ? text.length : end.index + end[0].length,
  };
}

/** What a broken server said, with an article: `the refusal 05 05 00 01`, `the page of a 404`. `offset` is where something was found in it. */
export function brokenWords(bytes: Uint8Array, name: string, kind: ReplyKind | undefined, offset: number): string {
  const http = httpReply(bytes);
  if (http !== undefined) {
    const what = offset >= http.headEnd ? 'page' : offset >= http.lineEnd ? 'headers' : 'status line';
    return `the ${what} of a ${http.status}`;
  }
  const refusal = kind === 'SOCKS5 reply' && bytes[0] === 5 && bytes[1] !== 0;
  return refusal ? `the refusal ${replyWords(bytes)}` : `${replyWords(bytes)} (${printable(name)})`;
}

/** What is answered at a place, in words. */
export function replyName(messages: readonly ReplyMessage[]): string {
  const { observation } = messages.findLast((message) => isAsserted(message.observation)) ?? {};
  switch (observation?.kind) {
    case 'SOCKS5 method':
      return 'the choice of a SOCKS5 method';
    case 'SOCKS5 password status':
      return 'the answer to the password';
    case 'SOCKS5 reply':
    case 'SOCKS4 reply':
      return 'the reply to the SOCKS request';
    case 'HTTP response':
      return observation.tunnel ? 'the answer to CONNECT' : 'the answer of the origin';
    case 'TLS ServerHello':
      return 'the ServerHello';
    case 'banner':
      return 'the greeting of the origin';
    case 'Redis reply':
      return 'the answer of Redis';
    case 'data':
      return 'the answer in the tunnel';
    case 'preamble':
    case undefined:
      return 'the answer';
  }
}

/** The name of a twin or variant without the reply that it is about. */
export const plainName = (name: string): string => name.replace(/^reply [0-9]+: /, '');

/** All that a server says at a time. */
export const bytesOf = (reaction: ProofRow['behavior']['reactions'][number] | undefined): Uint8Array =>
  Buffer.concat((reaction?.pieces ?? []).map(({ bytes }) => bytes));
