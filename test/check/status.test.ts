import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hexRegex, textRegex } from '../../src/check/pattern.ts';
import { accepts, type StatusRange, statusPattern, statusText } from '../../src/check/status.ts';

const ALL = Array.from({ length: 500 }, (_, at) => 100 + at);
const statusesOf = (ranges: readonly StatusRange[]) => ALL.filter((status) => accepts(ranges, status));
const inText = (ranges: readonly StatusRange[]) => {
  const regex = new RegExp(`^${textRegex(statusPattern(ranges))}$`);
  return ALL.filter((status) => regex.test(String(status)));
};
const inHex = (ranges: readonly StatusRange[]) => {
  const regex = new RegExp(`^${hexRegex(statusPattern(ranges))}$`);
  return ALL.filter((status) => regex.test(Buffer.from(String(status)).toString('hex').toUpperCase()));
};

const status = fc.integer({ min: 100, max: 599 });
const range = fc.tuple(status, status).map(([a, b]): StatusRange => [Math.min(a, b), Math.max(a, b)]);
const lists = fc.array(
  fc.oneof(
    range,
    status.map((each): StatusRange => [each, each]),
  ),
  { minLength: 1, maxLength: 5 },
);

describe('the pattern of statuses matches those that are taken, and no others', () => {
  test('as text', () => {
    fc.assert(
      fc.property(lists, (ranges) => {
        expect(inText(ranges)).toEqual(statusesOf(ranges));
      }),
    );
  });

  test('in hex', () => {
    fc.assert(
      fc.property(lists, (ranges) => {
        expect(inHex(ranges)).toEqual(statusesOf(ranges));
      }),
    );
  });

  test('of no other length, and nothing but digits', () => {
    fc.assert(
      fc.property(lists, fc.string({ maxLength: 5 }), (ranges, text) => {
        const taken = new RegExp(`^${textRegex(statusPattern(ranges))}$`).test(text);
        expect(taken).toBe(/^[1-5][0-9]{2}$/.test(text) && accepts(ranges, Number(text)));
      }),
    );
  });
});

describe('patterns are short', () => {
  test.each<[ranges: StatusRange[], text: string, hex: string]>([
    [[[204, 204]], '204', '323034'],
    [[[200, 299]], '2[0-9][0-9]', '323[0-9]3[0-9]'],
    [
      [
        [200, 204],
        [203, 209],
      ],
      '20[0-9]',
      '32303[0-9]',
    ],
    [
      [
        [200, 299],
        [404, 404],
      ],
      '(2[0-9][0-9]|404)',
      '(323[0-9]3[0-9]|343034)',
    ],
    [
      [
        [404, 404],
        [204, 204],
        [404, 404],
      ],
      '(204|404)',
      '(323034|343034)',
    ],
    [[[200, 399]], '(2[0-9][0-9]|3[0-9][0-9])', '(323[0-9]3[0-9]|333[0-9]3[0-9])'],
  ])('%j', (ranges, text, hex) => {
    expect(textRegex(statusPattern(ranges))).toBe(text);
    expect(hexRegex(statusPattern(ranges))).toBe(hex);
  });
});

test.each<[ranges: StatusRange[], words: string]>([
  [[[204, 204]], '204'],
  [
    [
      [200, 299],
      [404, 404],
    ],
    '200-299,404',
  ],
])('%j is written %s', (ranges, words) => expect(statusText(ranges)).toBe(words));

test('in sentences they are joined by or', () =>
  expect(
    statusText(
      [
        [200, 200],
        [204, 204],
      ],
      ' or ',
    ),
  ).toBe('200 or 204'));
