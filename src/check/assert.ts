import type { Warning } from '../capture/warning.ts';
import { resultName } from '../protocol/socks4/codes.ts';
import {
  ADDRESS_TYPE,
  code,
  PASSWORD_VERSION,
  REPLY,
  replyName,
  STATUS_SUCCESS,
  VERSION,
} from '../protocol/socks5/codes.ts';
import { CONTENT, HANDSHAKE } from '../protocol/tls/codes.ts';
import type { DataSample } from './data.ts';
import { generalize } from './generalize.ts';
import { greetingAssertion } from './greeting.ts';
import { type AssertedObservation, describeMethod, type ResponseSample } from './observe.ts';
import {
  any,
  atLeast,
  HEX_DIGITS,
  hasOneLength,
  hexRegex,
  literal,
  literalText,
  oneOf,
  type Pattern,
  type PatternPart,
} from './pattern.ts';
import { redisAssertion } from './redis.ts';
import { type StatusRange, statusPattern, statusText } from './status.ts';

/** A pattern for a message, from its first byte, and the comment that its rule gets. */
export interface Asserted {
  readonly pattern: Pattern;
  readonly comment: string;
  /** Is a mismatch final once as many bytes are in as the pattern is long? */
  readonly decides?: boolean;
}

/** How a server's message is asserted, from its first byte. */
export interface Assertion {
  /** What says whether it worked: short, of one length, so that a wrong reply fails at once. */
  readonly outcome: Asserted;
  /** What all samples have in common, of one length too, where the outcome is only a part of it. */
  readonly shared?: Asserted | undefined;
  /** What may stand before the message, and how each part of that starts. */
  readonly preamble?: { readonly pattern: Pattern; readonly starts: readonly Pattern[] };
  /** The message to its last byte; undefined where the outcome is the whole message, or where its end cannot be told. */
  readonly whole: Asserted | undefined;
  /** Can it not be told where the message ends? */
  readonly openEnd?: boolean;
  readonly text: boolean;
  /** How the message begins in every sample, where that is more than the outcome says: the bytes up to the first that change. */
  readonly prefix?: Uint8Array;
  /** Is its end waited for though nothing is sent behind it? */
  readonly untilEnd?: boolean;
  /** Why the assertion says less than one would wish. */
  readonly weakness?: Warning;
}

/** The assertion that like observations (one a sample, all of one kind) allow. */
export function assertionOf(samples: readonly AssertedObservation[]): Assertion {
  const [first] = samples;
  switch (first?.kind) {
    case 'SOCKS5 method': {
      const same = samples.filter((sample) => sample.kind === first.kind);
      const pattern = oneOf(same.map(({ version, method }) => [literal(version, method)]));
      return { outcome: { pattern, comment: describeMethod(first.method) }, whole: undefined, text: false };
    }
    case 'SOCKS5 password status': {
      const same = samples.filter((sample) => sample.kind === first.kind);
      // RFC 1929 has 01 for its version; servers state 05 as well, and clients look at the status alone.
      const versions = new Set([PASSWORD_VERSION, VERSION, ...same.map(({ version }) => version)]);
      const pattern = [
        ...oneOf([...versions].map((version) => [literal(version)])),
        ...oneOf(same.map(({ status }) => [literal(status)])),
      ];
      return {
        outcome: {
          pattern,
          comment: `SOCKS5 password ${first.status === STATUS_SUCCESS ? 'accepted' : `rejected (${code(first.status)})`}`,
        },
        whole: undefined,
        text: false,
        prefix: commonPrefix(same.map(({ version, status }) => Uint8Array.of(version, status))),
      };
    }
    case 'SOCKS5 reply': {
      const same = samples.filter((sample) => sample.kind === first.kind);
      const outcome = oneOf(same.map(({ version, code }) => [literal(version, code)]));
      const lengths = same.flatMap(({ nameLengths }) => nameLengths);
      return {
        outcome: {
          pattern: outcome,
          comment: first.code === REPLY.succeeded ? 'SOCKS5 request granted' : `SOCKS5 ${replyName(first.code)}`,
        },
        whole: { pattern: [...outcome, any(1), addressAndPort(lengths)], comment: 'SOCKS5 reply complete' },
        text: false,
        prefix: commonPrefix(same.map(({ head }) => head)),
      };
    }
    case 'SOCKS4 reply': {
      const same = samples.filter((sample) => sample.kind === first.kind);
      // Some servers have 4 in place of the 0 that the version of a reply should be: it is not asserted.
      const outcome: Pattern = [any(1), ...oneOf(same.map(({ result }) => [literal(result)]))];
      return {
        outcome: { pattern: outcome, comment: `SOCKS4 request ${resultName(first.result)}` },
        whole: { pattern: [...outcome, any(6)], comment: 'SOCKS4 reply complete' },
        text: false,
        prefix: commonPrefix(same.map(({ version, result }) => Uint8Array.of(version, result))),
      };
    }
    case 'banner':
      return greetingAssertion(samples.filter((sample) => sample.kind === first.kind));
    case 'Redis reply':
      return redisAssertion(samples.filter((sample) => sample.kind === first.kind));
    case 'TLS ServerHello':
      return {
        // Record type and version, its minor number and length whatever they are, then the message type.
        outcome: {
          pattern: [literal(CONTENT.handshake, 3), any(3), literal(HANDSHAKE.serverHello)],
          comment: 'TLS ServerHello',
        },
        whole: undefined,
        text: false,
        weakness: {
          code: 'tls-tunnel',
          message: 'the captured ClientHello is replayed: a ServerHello proves the tunnel, not the origin behind it',
        },
      };
    case 'HTTP response':
      return assertionOfResponse(samples.filter((sample) => sample.kind === first.kind));
    case 'data':
    case undefined: {
      return assertionOfData(samples.filter((sample) => sample.kind === 'data'));
    }
  }
}

/** Its status, in HTTP/1.0 or 1.1. What may stand before the status line is taken where a sample shows that this server says it. */
function assertionOfResponse(samples: readonly ResponseSample[]): Assertion {
  const [{ tunnel, accepted }] = samples as readonly [ResponseSample, ...ResponseSample[]];
  const captured = [...new Set(samples.map(({ status }) => status))].sort((a, b) => a - b);
  const statuses = accepted ?? captured.map((status): StatusRange => [status, status]);
  const final = [...STATUS_LINE_START, ...statusPattern(statuses)];
  const codes = statusText(statuses, ' or ');
  const from = tunnel ? 'from the proxy' : 'from the origin';
  const end = tunnel ? 'HTTP tunnel open' : 'end of the HTTP head';
  const outcome = { pattern: final, comment: `${codes} ${from}` };
  const assertion = { outcome, whole: { pattern: [...final, REST_OF_HEAD], comment: end }, text: true };
  if (samples.every(({ preamble }) => preamble.length === 0)) return assertion;
  const preamble: Pattern = [{ kind: 'any number of', patterns: [...EMPTY_LINES, [...INTERIM, REST_OF_HEAD]] }];
  return { ...assertion, preamble: { pattern: preamble, starts: [...EMPTY_LINES, INTERIM] } };
}

const STATUS_LINE_START: Pattern = [
  literalText('HTTP/1.'),
  ...oneOf([[literalText('0')], [literalText('1')]]),
  literalText(' '),
];
/** 1xx as far as they are registered (RFC 9110 §15.2, RFC 8297), without 101, which is final. */
const INTERIM: Pattern = [...STATUS_LINE_START, literalText('10'), { kind: 'halves', high: '3', low: '023456789' }];
const REST_OF_HEAD: PatternPart = { kind: 'rest of head' };
const EMPTY_LINES: readonly Pattern[] = [[literalText('\r\n')], [literalText('\n')]];

const isSame = (one: Pattern | undefined, other: Pattern): boolean =>
  one !== undefined && hexRegex(one) === hexRegex(other);

/** What is asserted of a reply whose protocol is not known: what its samples share. */
function assertionOfData(samples: readonly DataSample[]): Assertion {
  const { outcome, shared, whole, text, asserted, within } = generalize(samples);
  const witnesses = samples.length === 1 ? 'the one sample' : `${samples.length} samples`;
  const some = asserted === within ? 'its first' : `${asserted} of its first`;
  const asThey = asserted === 1 ? 'byte is asserted, as it was' : 'bytes are asserted, as they were';
  const which =
    asserted === 0
      ? `${witnesses} have no bytes in common, so that any reply is taken`
      : `${some}${within === 1 ? '' : ` ${within}`} ${asThey} in ${witnesses}`;
  return {
    outcome: { pattern: outcome, comment: 'reply begins as captured' },
    shared: shared && { pattern: shared, comment: 'reply as all samples have it' },
    whole: isSame(whole, outcome)
      ? undefined
      : whole && { pattern: whole, comment: 'reply complete', decides: hasOneLength(whole) },
    text,
    weakness: { code: 'unknown-reply', message: `the reply's protocol is not known: ${which}` },
    openEnd: whole === undefined,
  };
}

/**
 * BND.ADDR and BND.PORT in every legal form, from ATYP on. A regular expression cannot count a domain's length octet: `lengths`
 * are asked for in full, a name of another length once its first bytes are in.
 */
function addressAndPort(lengths: readonly number[]): PatternPart {
  const known = [...new Set(lengths)].sort((a, b) => a - b);
  const domain: Pattern[] = known.map((length) => [literal(length), any(length + 2)]);
  for (const high of new Set(known.map((length) => HEX_DIGITS.charAt(length >> 4)))) {
    const taken = known
      .filter((length) => HEX_DIGITS.charAt(length >> 4) === high)
      .map((length) => HEX_DIGITS.charAt(length & 15));
    const low = without(HEX_DIGITS, taken);
    if (low !== '') domain.push([{ kind: 'halves', high, low }, atLeast(1)]);
  }
  const others = without(
    HEX_DIGITS,
    known.map((length) => HEX_DIGITS.charAt(length >> 4)),
  );
  domain.push([{ kind: 'halves', high: others, low: HEX_DIGITS }, atLeast(1)]);
  return {
    kind: 'one of',
    patterns: [
      [literal(ADDRESS_TYPE.ipv4), any(6)],
      [literal(ADDRESS_TYPE.ipv6), any(18)],
      [literal(ADDRESS_TYPE.domain), ...(known.length === 0 ? [atLeast(2)] : oneOf(domain))],
    ],
  };
}

const without = (digits: string, taken: readonly string[]): string =>
  [...digits].filter((digit) => !taken.includes(digit)).join('');

/** How all of the byte strings begin. */
function commonPrefix(samples: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array(0), ...rest] = samples;
  const differs = (byte: number, at: number) => rest.some((other) => other[at] !== byte);
  const end = first.findIndex(differs);
  return end === -1 ? first : first.subarray(0, end);
}
