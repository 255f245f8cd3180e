import type { Message } from '../dialogue/layer.ts';
import type { BannerProtocol } from '../protocol/banner/codes.ts';
import { isInterim } from '../protocol/http/codes.ts';
import { ADDRESS_TYPE, methodName } from '../protocol/socks5/codes.ts';
import { type DataSample, dataSampleOf } from './data.ts';
import type { StatusRange } from './status.ts';

/** What a check needs to know of a server's message: small, so that many samples can be kept. */
export type Observation =
  | { readonly kind: 'SOCKS5 method'; readonly version: number; readonly method: number }
  | { readonly kind: 'SOCKS5 password status'; readonly version: number; readonly status: number }
  | {
      readonly kind: 'SOCKS5 reply';
      readonly version: number;
      readonly code: number;
      /** VER to ATYP: its bytes up to the first that change from session to session. */
      readonly head: Uint8Array;
      /** Octets of the names that the bound address may be: the one it is, and the requested one, which servers echo. */
      readonly nameLengths: readonly number[];
    }
  | {
      readonly kind: 'SOCKS4 reply';
      readonly version: number;
      readonly result: number;
    }
  | ResponseSample
  | Preamble
  | {
      readonly kind: 'banner';
      readonly protocol: BannerProtocol;
      readonly opening: string;
      /** Does it say that the server will not serve? */
      readonly refused: boolean;
      /** Does MySQL name an authentication method behind the challenge, as servers since 5.5 do? */
      readonly namesMethod: boolean;
    }
  | {
      readonly kind: 'Redis reply';
      readonly type: string;
      /** The first line, without its type. */
      readonly text: string;
      readonly lines: number;
    }
  | { readonly kind: 'TLS ServerHello' }
  | (DataSample & { readonly kind: 'data' });

/** A final HTTP response. */
export interface ResponseSample {
  readonly kind: 'HTTP response';
  readonly status: number;
  /** Does it open the tunnel that a CONNECT asked for? */
  readonly tunnel: boolean;
  /** The statuses that the user takes in its place. */
  readonly accepted?: readonly StatusRange[];
  /** What stood before its status line. */
  readonly preamble: readonly Preamble['said'][];
}

/** What may stand before the status line of a response, or may not: it is never asserted. */
export interface Preamble {
  readonly kind: 'preamble';
  readonly said: 'interim response' | 'empty lines';
}

/** What a check asserts something of. */
export type AssertedObservation = Exclude<Observation, Preamble>;

export const isAsserted = (observation: Observation): observation is AssertedObservation =>
  observation.kind !== 'preamble';

/** VER, REP, RSV and ATYP. */
const HEAD_LENGTH = 4;

/**
 * The observation that a server's message amounts to; undefined for a message of the client's. `before` is what was said before it,
 * `captured` is when, in seconds since 1970.
 */
export function observe(
  message: Message,
  serverBytes: Uint8Array,
  before: readonly Message[],
  captured: number,
): Observation | undefined {
  switch (message.kind) {
    case 'header':
    case 'command':
    case 'redis command':
    case 'greeting':
    case 'password request':
    case 'client hello':
    case 'alert':
    case 'request':
      return undefined;
    case 'method selection':
      return { kind: 'SOCKS5 method', version: message.version, method: message.method };
    case 'password status':
      return { kind: 'SOCKS5 password status', version: message.version, status: message.status };
    case 'reply': {
      if (message.protocol === 'socks4')
        return { kind: 'SOCKS4 reply', version: message.version, result: message.result };
      const { version, code, boundAddress } = message;
      const request = before.findLast((each) => each.protocol === 'socks5' && each.kind === 'request');
      const names = [request?.address, boundAddress].filter((address) => address?.type === ADDRESS_TYPE.domain);
      const head = serverBytes.slice(message.start, Math.min(message.end, message.start + HEAD_LENGTH));
      return { kind: 'SOCKS5 reply', version, code, head, nameLengths: names.map((name) => name?.length ?? 0) };
    }
    case 'banner': {
      const { protocol, opening, refusal, fields } = message;
      const namesMethod = fields.some(({ name }) => name === 'auth_plugin_name');
      return { kind: 'banner', protocol, opening, refused: refusal !== undefined, namesMethod };
    }
    case 'redis reply':
      return { kind: 'Redis reply', type: message.type, text: message.text, lines: message.lines };
    case 'server hello':
      return { kind: 'TLS ServerHello' };
    case 'empty lines':
      return { kind: 'preamble', said: 'empty lines' };
    case 'response': {
      if (isInterim(message.status)) return { kind: 'preamble', said: 'interim response' };
      const request = before.findLast((each) => each.protocol === 'http' && each.kind === 'request');
      const tunnel = request?.kind === 'request' && request.protocol === 'http' && request.method === 'CONNECT';
      return { kind: 'HTTP response', status: message.status, tunnel, preamble: preambleOf(before) };
    }
    case 'data':
      if (message.side === 'client') return undefined;
      return { kind: 'data', ...dataSampleOf(serverBytes.subarray(message.start, message.end), captured) };
  }
}

/** What the messages end with that stands before a final response (RFC 9110 §15.2: any number of interim ones). */
function preambleOf(messages: readonly Message[]): Preamble['said'][] {
  const said = new Set<Preamble['said']>();
  for (const message of [...messages].reverse()) {
    if (message.kind === 'empty lines') said.add('empty lines');
    else if (message.kind === 'response' && isInterim(message.status)) said.add('interim response');
    else break;
  }
  return [...said];
}

/** The comment for a method that the server chose. */
export const describeMethod = (method: number): string => `SOCKS5 method: ${methodName(method)}`;
