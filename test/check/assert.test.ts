import { describe, expect, test } from 'vitest';
import { type Assertion, assertionOf } from '../../src/check/assert.ts';
import { dataSampleOf } from '../../src/check/data.ts';
import type { AssertedObservation as Observation } from '../../src/check/observe.ts';
import { hexRegex, minLength, type Pattern, textRegex } from '../../src/check/pattern.ts';

const method = (value: number, version = 5): Observation => ({ kind: 'SOCKS5 method', version, method: value });
const status = (value: number, version = 1): Observation => ({
  kind: 'SOCKS5 password status',
  version,
  status: value,
});
const reply = (code: number, ...nameLengths: number[]): Observation => ({
  kind: 'SOCKS5 reply',
  version: 5,
  code,
  head: Uint8Array.of(5, code, 0, 1),
  nameLengths,
});
const response = (code: number, tunnel = false): Observation => ({
  kind: 'HTTP response',
  status: code,
  tunnel,
  preamble: [],
});
const data = (text: string): Observation => ({ kind: 'data', ...dataSampleOf(Buffer.from(text, 'latin1'), 0) });

const REST_OF_HEAD = '[^\n]*\n([^\r\n][^\n]*\n)*\r?\n';

const written = ({ outcome, shared, whole, text }: Assertion): string[] =>
  [outcome, shared, whole]
    .filter((each) => each !== undefined)
    .map(({ pattern, comment }) => `^${(text ? textRegex(pattern) : undefined) ?? hexRegex(pattern)} "${comment}"`);

describe('a reply becomes an assertion', () => {
  test.each<[name: string, samples: Observation[], lines: string[]]>([
    ['the method that was chosen', [method(0)], ['^0500 "SOCKS5 method: none"']],
    ['as often as there are samples', [method(2), method(2)], ['^0502 "SOCKS5 method: username/password"']],
    ['a version that is wrong, as it was observed', [method(0, 1)], ['^0100 "SOCKS5 method: none"']],
    ['a password that was accepted', [status(0)], ['^(01|05)00 "SOCKS5 password accepted"']],
    ['versions of both kinds', [status(0), status(0, 5)], ['^(01|05)00 "SOCKS5 password accepted"']],
    ['a password that was rejected', [status(2)], ['^(01|05)02 "SOCKS5 password rejected (02)"']],
    [
      'a grant: what says so, then the whole of it, whatever the server bound',
      [reply(0)],
      ['^0500 "SOCKS5 request granted"', '^0500..(01.{12}|04.{36}|03.{4,}) "SOCKS5 reply complete"'],
    ],
    [
      'a grant for a name of 18 octets, which servers echo',
      [reply(0, 18)],
      [
        '^0500 "SOCKS5 request granted"',
        '^0500..(01.{12}|04.{36}|03(12.{40}|1[013-9A-F].{2,}|[02-9A-F]..{2,})) "SOCKS5 reply complete"',
      ],
    ],
    [
      'a grant for names of several lengths, each asked for in full',
      [reply(0, 18, 3), reply(0, 18, 31)],
      [
        '^0500 "SOCKS5 request granted"',
        '^0500..(01.{12}|04.{36}|03(03.{10}|12.{40}|1F.{66}|0[0-24-9A-F].{2,}|1[013-9A-E].{2,}|[2-9A-F]..{2,})) "SOCKS5 reply complete"',
      ],
    ],
    [
      'a refusal',
      [reply(5)],
      ['^0505 "SOCKS5 connection refused (05)"', '^0505..(01.{12}|04.{36}|03.{4,}) "SOCKS5 reply complete"'],
    ],
    [
      'a status of HTTP/1.0 and HTTP/1.1, then the head to its blank line',
      [response(204)],
      [`^HTTP/1\\.[01] 204 "204 from the origin"`, `^HTTP/1\\.[01] 204${REST_OF_HEAD} "end of the HTTP head"`],
    ],
    [
      'several statuses in order',
      [response(204), response(200), response(204)],
      [
        `^HTTP/1\\.[01] (200|204) "200 or 204 from the origin"`,
        `^HTTP/1\\.[01] (200|204)${REST_OF_HEAD} "end of the HTTP head"`,
      ],
    ],
    [
      'a tunnel that the proxy opened',
      [response(200, true)],
      [`^HTTP/1\\.[01] 200 "200 from the proxy"`, `^HTTP/1\\.[01] 200${REST_OF_HEAD} "HTTP tunnel open"`],
    ],
    ['the first three bytes of one unknown reply', [data('SSH-2.0-a')], ['^SSH "reply begins as captured"']],
    [
      'of one that is a line, its end as well',
      [data('220 mail\r\n')],
      ['^220 "reply begins as captured"', '^[^\n]*\n "reply complete"'],
    ],
    [
      'what unknown replies have in common',
      [data('220 mail ESMTP'), data('220 mx')],
      ['^220  "reply begins as captured"'],
    ],
    [
      'and their end where they have one length',
      [data('\x01\x00\x00\x07abcdefg'), data('\x01\x00\x00\x07tuvwxyz')],
      ['^01000007 "reply begins as captured"', '^01000007.{14} "reply complete"'],
    ],
    [
      'any byte of unknown replies that have nothing in common',
      [data('a'), data('bc')],
      ['^.. "reply begins as captured"'],
    ],
  ])('%s', (_name, samples, lines) => {
    expect(written(assertionOf(samples))).toEqual(lines);
  });
});

test('what decides has one length, so that a mismatch is final once so many bytes are in', () => {
  const lengths = (pattern: Pattern): number[] => {
    const each = pattern.map((part) => (part.kind === 'one of' ? part.patterns.flatMap(lengths) : [minLength([part])]));
    return [...new Set(each.reduce((sums, own) => sums.flatMap((sum) => own.map((length) => sum + length)), [0]))];
  };
  const samples = [
    [method(0)],
    [status(0), status(0, 5)],
    [reply(0, 18)],
    [response(200), response(404)],
    [data('ab')],
  ];
  for (const { outcome } of samples.map(assertionOf)) {
    expect(JSON.stringify(outcome.pattern)).not.toContain('at least');
    expect(lengths(outcome.pattern), outcome.comment).toHaveLength(1);
  }
});

test('only an unknown reply is a weakness, and says how much is asserted', () => {
  expect([method(0), status(0), reply(0), response(200)].map((each) => assertionOf([each]).weakness)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(assertionOf([data('SSH-2.0')]).weakness?.message).toBe(
    "the reply's protocol is not known: its first 3 bytes are asserted, as they were in the one sample",
  );
  expect(assertionOf([data('ab1'), data('ab2')]).weakness?.message).toContain(
    'its first 2 bytes are asserted, as they were in 2 samples',
  );
  expect(assertionOf([data('ab-1234:ok ok'), data('ab-7856:ok ok')]).weakness?.message).toContain(
    '9 of its first 13 bytes are asserted, as they were in 2 samples',
  );
  expect(assertionOf([data('1'), data('a')]).weakness?.message).toContain(
    '2 samples have no bytes in common, so that any reply is',
  );
});

describe('the end of a reply is asserted in whole bytes', () => {
  const whole = (...lengths: number[]) => {
    const pattern = assertionOf([reply(0, ...lengths)]).whole?.pattern ?? [];
    return (hex: string) => new RegExp(`^${hexRegex(pattern)}`).test(hex.replace(/\s/g, '').toUpperCase());
  };

  test.each([
    ['IPv4', '05 00 00 01 00000000 06b5'],
    ['IPv6', '05 00 00 04 00000000000000000000000000000000 0000'],
    ['a name of a known length', '05 00 00 03 03 612e62 0050'],
  ])('%s: not before its last byte', (_name, reply) => {
    const matches = whole(3);
    const hex = reply.replace(/\s/g, '');
    for (let digits = 0; digits < hex.length; digits += 2)
      expect(matches(hex.slice(0, digits)), hex.slice(0, digits)).toBe(false);
    expect(matches(hex)).toBe(true);
    expect(matches(`${hex}aabb`)).toBe(true);
  });

  test('a name of another length once its first byte is in', () => {
    const matches = whole(3);
    for (const length of [0, 1, 2, 4, 15, 16, 18, 19, 127, 255]) {
      const head = `05000003${length.toString(16).padStart(2, '0')}`;
      expect(matches(head), head).toBe(false);
      expect(matches(`${head}61`), head).toBe(true);
    }
  });

  test('not a refusal, nor an unknown form', () => {
    const matches = whole(3);
    for (const other of ['05 05 00 01 00000000 0000', '05 00 00 02 00000000 0000', '04 00 00 01 00000000 0000']) {
      expect(matches(other), other).toBe(false);
    }
  });
});
