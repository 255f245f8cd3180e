import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  any,
  atLeast,
  HEX_DIGITS,
  hexRegex,
  inLine,
  literal,
  literalText,
  minLength,
  oneOf,
  type Pattern,
  textRegex,
} from '../../src/check/pattern.ts';

const halves = (high: string, low: string) => ({ kind: 'halves', high, low }) as const;
const lines = (terminator: 'LF' | 'NUL', count: number) => ({ kind: 'lines', terminator, count }) as const;
const choice = (...patterns: Pattern[]) => ({ kind: 'one of', patterns }) as const;

describe('a pattern as a regular expression', () => {
  test.each<[name: string, pattern: Pattern, least: number, hex: string, text: string | undefined]>([
    ['of nothing', [], 0, '', ''],
    ['literal bytes are upper-case hex', [literal(0x05, 0xff)], 2, '05FF', '\x05\xff'],
    ['one byte, whatever it is', [any(1)], 1, '..', undefined],
    ['two bytes', [any(2)], 2, '....', undefined],
    ['more bytes are counted', [any(20)], 20, '.{40}', undefined],
    ['bytes or more', [atLeast(2)], 2, '.{4,}', undefined],
    ['bytes or more before others, in whole bytes', [atLeast(2), literal(1)], 3, '(..){2,257}01', undefined],
    [
      'bytes or more at the end of alternatives before others',
      [choice([literal(3), atLeast(1)], [any(6)]), literal(1)],
      3,
      '(03(..){1,257}|.{12})01',
      undefined,
    ],
    ['two characters of a line', [inLine(2)], 2, '....', '..'],
    ['many characters of a line', [inLine(20)], 20, '.{40}', '.{20}'],
    ['a line', [lines('LF', 1)], 1, '.*0A', '[^\n]*\n'],
    ['three lines', [lines('LF', 3)], 3, '.*0A.*0A.*0A', '([^\n]*\n){3}'],
    ['text up to its NUL', [lines('NUL', 1)], 1, '.*00$', undefined],
    ['text up to its NUL, before others', [lines('NUL', 1), literal(1)], 2, '.*0001', undefined],
    ['one byte of some', [halves('1', '2')], 1, '12', undefined],
    ['one byte of any', [halves(HEX_DIGITS, HEX_DIGITS)], 1, '..', undefined],
    ['one byte but 03', [halves('0', '012456789ABCDEF')], 1, '0[0-24-9A-F]', undefined],
    ['alternatives, the shortest counts', [choice([any(6)], [literal(3), any(1)])], 2, '(.{12}|03..)', undefined],
    ['a row of parts', [literal(5, 0), any(1), choice([literal(1)], [literal(4)])], 4, '0500..(01|04)', undefined],
    ['text', [literalText('HTTP/1.')], 7, '485454502F312E', 'HTTP/1\\.'],
    [
      'text with the signs of regular expressions',
      [literalText('^$.[]|()*+?{}\\')],
      14,
      expect.any(String) as never,
      '\\^\\$\\.\\[\\]\\|\\(\\)\\*\\+\\?\\{\\}\\\\',
    ],
    ['characters to choose from', [choice([literalText('0')], [literalText('1')])], 1, '(30|31)', '[01]'],
    ['signs to choose from', [choice([literalText('-')], [literalText(']')])], 1, '(2D|5D)', '(-|\\])'],
    ['words to choose from', [choice([literalText('200')], [literalText('204')])], 3, '(323030|323034)', '(200|204)'],
    [
      'the rest of an HTTP head',
      [literalText('A'), { kind: 'rest of head' }],
      3,
      '41.*0A(0D)?0A',
      'A[^\n]*\n([^\r\n][^\n]*\n)*\r?\n',
    ],
    ['text to choose from that only hex can say', [choice([any(1)], [literalText('a')])], 1, '(..|61)', undefined],
  ])('%s', (_name, pattern, least, hex, text) => {
    expect(minLength(pattern)).toBe(least);
    expect(hexRegex(pattern)).toEqual(hex);
    expect(textRegex(pattern)).toBe(text);
  });

  test('of alternatives, each is said once, and one alone without parentheses', () => {
    expect(hexRegex(oneOf([[literal(1)], [literal(2)], [literal(1)]]))).toBe('(01|02)');
    expect(hexRegex(oneOf([[literal(1)], [literal(1)]]))).toBe('01');
    expect(oneOf([[literal(1), any(2)]])).toEqual([literal(1), any(2)]);
  });
});

const digits = fc
  .subarray([...HEX_DIGITS], { minLength: 1 })
  .map((set) => [...set].sort((a, b) => HEX_DIGITS.indexOf(a) - HEX_DIGITS.indexOf(b)).join(''));

test('a set of hex digits matches those digits and nothing else, nor what lies between 9 and A', () => {
  fc.assert(
    fc.property(digits, (set) => {
      const source = hexRegex([halves(set, '0')]).slice(0, -1);
      const regex = new RegExp(`^${source}$`);
      expect(source).not.toMatch(/[0-9]-[A-F]/);
      for (const digit of HEX_DIGITS) expect(regex.test(digit), digit).toBe(set.includes(digit));
      if (source !== '.') for (const between of ':;<=>?@') expect(regex.test(between), between).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

/** The lengths that a pattern can take of the bytes from `at` on: slow, and without regular expressions. */
function lengths(pattern: Pattern, bytes: Uint8Array, at = 0): Set<number> {
  const [part, ...rest] = pattern;
  if (part === undefined) return new Set([0]);
  const own: number[] = [];
  const left = bytes.length - at;
  switch (part.kind) {
    case 'literal':
      if (part.bytes.every((byte, offset) => bytes[at + offset] === byte)) own.push(part.bytes.length);
      break;
    case 'any':
    case 'in line': // hex does not say which bytes
      if (part.length <= left) own.push(part.length);
      break;
    case 'at least':
      for (let length = part.length; length <= left; length++) own.push(length);
      break;
    case 'halves': {
      const byte = bytes[at];
      if (byte === undefined) break;
      if (part.high.includes(HEX_DIGITS.charAt(byte >> 4)) && part.low.includes(HEX_DIGITS.charAt(byte & 15)))
        own.push(1);
      break;
    }
    case 'lines':
    case 'rest of head': // its hex form says less than its text form: there is a table for it
      break;
    case 'one of':
      for (const each of part.patterns) own.push(...lengths(each, bytes, at));
      break;
  }
  return new Set(own.flatMap((length) => [...lengths(rest, bytes, at + length)].map((more) => length + more)));
}

// Few different bytes, so that patterns and bytes meet.
const byte = fc.constantFrom(0x00, 0x05, 0x50, 0x0a, 0xa0, 0x0d, 0x30, 0x31, 0xff);
const bytes = (maxLength: number) => fc.array(byte, { maxLength }).map((values) => Uint8Array.from(values));
const { pattern: patterns } = fc.letrec<{ part: Pattern[number]; pattern: Pattern }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.array(byte, { minLength: 1, maxLength: 3 }).map((values) => literal(...values)),
    fc.integer({ min: 1, max: 3 }).map(any),
    fc.integer({ min: 0, max: 2 }).map(atLeast),
    fc.tuple(digits, digits).map(([high, low]) => halves(high, low)),
    fc.array(tie('pattern'), { minLength: 1, maxLength: 3 }).map((each) => choice(...each)),
  ),
  pattern: fc.array(tie('part'), { maxLength: 4 }),
}));

test('the hex regex accepts what a slow matcher accepts, and nothing shorter than the least length', () => {
  let accepted = 0;
  fc.assert(
    fc.property(patterns, bytes(10), (pattern, sample) => {
      const matches = new RegExp(`^${hexRegex(pattern)}`).test(Buffer.from(sample).toString('hex').toUpperCase());
      expect(matches).toBe(lengths(pattern, sample).size > 0);
      if (!matches) return;
      accepted++;
      expect(sample.length).toBeGreaterThanOrEqual(minLength(pattern));
    }),
    { numRuns: 3000 },
  );
  expect(accepted).toBeGreaterThan(300);
});

const textParts = fc.oneof(
  bytes(3).map((values): Pattern[number] => ({ kind: 'literal', bytes: values })),
  fc
    .array(fc.string({ unit: fc.constantFrom(...'ab01.[]-^\\|'), minLength: 1, maxLength: 2 }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((words): Pattern[number] => ({ kind: 'one of', patterns: words.map((word) => [literalText(word)]) })),
);

test('the text regex accepts what the hex regex accepts', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab01.[]-^\\|\x00\x05\x50\xff\r\n'), maxLength: 8 });
  fc.assert(
    fc.property(fc.array(textParts, { maxLength: 3 }), text, (pattern, sample) => {
      const hex = Buffer.from(sample, 'latin1').toString('hex').toUpperCase();
      const source = textRegex(pattern) as string;
      expect(new RegExp(`^${source}`).test(sample)).toBe(new RegExp(`^${hexRegex(pattern)}`).test(hex));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['of one line', ' 200 OK\r\n\r\n', true],
  ['with headers', ' 200 OK\r\nA: b\r\nC: d\r\n\r\n', true],
  ['with bare line feeds', ' 200 OK\nA: b\n\n', true],
  ['with a header of 6000 bytes', ` 200 OK\r\nA: ${'a'.repeat(6000)}\r\n\r\n`, true],
  ['without its blank line', ' 200 OK\r\nA: b\r\n', false],
  ['cut in the blank line', ' 200 OK\r\nA: b\r\n\r', false],
  ['of nothing', '', false],
])('the rest of a head %s: both forms agree, also before a banner', (_name, head, whole) => {
  const pattern: Pattern = [literalText('HTTP/1.1'), { kind: 'rest of head' }, literalText('SSH-')];
  const sample = `HTTP/1.1${head}SSH-2.0`;
  expect(new RegExp(`^${textRegex(pattern)}`).test(sample)).toBe(whole);
  expect(new RegExp(`^${hexRegex(pattern)}`).test(Buffer.from(sample).toString('hex').toUpperCase())).toBe(whole);
});
