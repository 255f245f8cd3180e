import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dataSampleOf } from '../../src/check/data.ts';
import { type Generalization, generalize } from '../../src/check/generalize.ts';
import { hasOneLength, hexRegex, minLength, type Pattern, textRegex } from '../../src/check/pattern.ts';
import { toJavaScript } from '../../src/proof/regex.ts';

/** Thursday, 1 January 2026, 10:00:00. */
const NOW = 1_767_261_600;

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const of = (...replies: (string | Uint8Array)[]): Generalization =>
  generalize(replies.map((reply) => dataSampleOf(typeof reply === 'string' ? latin1(reply) : reply, NOW)));
const regexOf = (pattern: Pattern, text: boolean): string =>
  `^${(text ? textRegex(pattern) : undefined) ?? hexRegex(pattern)}`;
const written = ({ outcome, shared, whole, text }: Generalization) => [
  regexOf(outcome, text),
  shared && regexOf(shared, text),
  whole && regexOf(whole, text),
];

describe('what samples of an unknown reply share', () => {
  test.each<[name: string, replies: string[], outcome: string, shared: string | undefined, whole: string | undefined]>([
    ['of one only its head, for nothing shows what changes', ['HELLO 1234'], '^HEL', undefined, undefined],
    ['of one line its head and its end', ['HELLO 1234\r\n'], '^HEL', undefined, '^[^\n]*\n'],
    ['of one with a NUL at its end', ['OK 2\0'], '^4F4B20', undefined, '^.*00$'],
    ['of one that tells the time, what stands before that', ['at 10:00:01 ready'], '^at ', undefined, undefined],
    [
      'a word between words that change',
      ['a1-7f3b: ready\r\n', 'a1-90ca: ready\r\n'],
      '^a1-',
      '^a1-....: ready\r\n',
      '^a1-....: ready\r\n',
    ],
    [
      'binary fields by their place',
      ['\x01\x00\x07\x99\x02\x03\x00', '\x01\x00\x07\xab\x02\x03\x00'],
      '^010007',
      '^010007..020300',
      '^010007..020300',
    ],
    [
      'and more of them where there are more samples',
      ['\x01\x00\x07\x99\x02\x03', '\x01\x00\x07\xab\x02\x03', '\x01\x00\x07\x1c\x02\x03'],
      '^010007',
      '^010007..0203',
      '^010007..0203',
    ],
    [
      'an end of the same lines, whatever their length',
      ['OK one\r\n', 'OK two more\r\n'],
      '^OK ',
      undefined,
      '^[^\n]*\n',
    ],
    ['as many lines as all have', ['+2\na\nb\n', '+2\nc\nddd\n'], '^\\+2\n', undefined, '^([^\n]*\n){3}'],
    ['no end where lines differ in number', ['+2\na\nb\n', '+2\nc\n'], '^\\+2\n', undefined, undefined],
    ['no end where lengths differ', ['\x01\x00\x02ab', '\x01\x00\x03abc'], '^0100', undefined, undefined],
    [
      'nothing in text behind a word of another length',
      ['id 7 up since', 'id 12 up since'],
      '^id ',
      undefined,
      undefined,
    ],
    [
      'of a number that counts its higher bytes neither, whichever way round it stands',
      [
        '\x1c\x01\x04\x00\x00\x00\x10\x41\xaa\xbb',
        '\x1c\x01\x04\x00\x00\x00\x10\x42\xaa\xbb',
        '\x1c\x01\x04\x00\x00\x00\x10\x44\xaa\xbb',
      ],
      '^1C010400',
      '^1C010400.{8}AABB',
      '^1C010400.{8}AABB',
    ],
    [
      'also where its lowest byte comes first',
      [
        '\x1c\x01\x04\x00\x09\x41\x00\x00\x00\xaa\xbb',
        '\x1c\x01\x04\x00\x09\x42\x00\x00\x00\xaa\xbb',
        '\x1c\x01\x04\x00\x09\x44\x00\x00\x00\xaa\xbb',
      ],
      '^1C010400',
      '^1C010400.{10}AABB',
      '^1C010400.{10}AABB',
    ],
    ['nothing at all', ['\x01\x02\x03', '\xa1\xb2'], '^..', undefined, undefined],
    ['nothing of replies that are empty of sense', ['', ''], '^..', undefined, undefined],
    [
      'a number that changes in its last digit may change in all',
      ['session 10418 open', 'session 10419 open'],
      '^sess',
      '^session .{5} open',
      '^session .{5} open',
    ],
    [
      'a token in hex from its first digit on',
      ['challenge=00ffa7 go', 'challenge=00ffb3 go'],
      '^chal',
      '^challenge=.{6} go',
      expect.any(String) as never,
    ],
    [
      'a date and a time of day change, though all samples have the same',
      ['220 mx ready; Thu, 01 Jan 2026 10:00:01 +0000\r\n', '220 mx ready; Thu, 01 Jan 2026 10:00:01 +0000\r\n'],
      '^220 ',
      '^220 mx ready; ',
      '^[^\n]*\n',
    ],
    [
      'seconds since 1970 in digits change',
      ['ts=1767261600 ok', 'ts=1767261600 ok'],
      '^ts=',
      '^ts=.{10} ok',
      expect.any(String) as never,
    ],
    [
      'and in 32 bits',
      ['\x01\x02\x69\x56\x43\xe0\x09\x08\x07', '\x01\x02\x69\x56\x43\xe0\x09\x08\x07'],
      '^0102',
      '^0102.{8}090807',
      '^0102.{8}090807',
    ],
    [
      'and with their bytes turned round',
      ['\x01\x02\xe0\x43\x56\x69\x09\x08\x07', '\x01\x02\xe0\x43\x56\x69\x09\x08\x07'],
      '^0102',
      '^0102.{8}090807',
      '^0102.{8}090807',
    ],
  ])('%s', (_name, replies, outcome, shared, whole) => {
    expect(written(of(...replies))).toEqual([outcome, shared, whole]);
  });

  test('a capture without a clock has no time to look for', () => {
    const small = dataSampleOf(latin1('\0\0\0\x07\0\0\0\x01'), 3);
    expect(small.clock).toEqual([]);
  });

  test('of long replies the first 64 bytes, and at most eight stretches', () => {
    const long = 'a'.repeat(1000);
    expect(of(long, long).asserted).toBe(64);
    const striped = (filler: string) => `ab${filler}`.repeat(40);
    expect(of(striped('\x81\xf2'), striped('\xf1\x92'), striped('\xa1\x12')).shared).toHaveLength(15);
  });

  test('more than 8 lines and more than 7000 bytes are not waited for', () => {
    expect(of('a\n'.repeat(9)).whole).toBeUndefined();
    expect(of('\x01'.repeat(7001), '\x01'.repeat(7001)).whole).toBeUndefined();
    expect(of('\x01'.repeat(7000), '\x01'.repeat(7000)).whole).toBeDefined();
  });
});

const bytes = (maxLength: number) => fc.uint8Array({ minLength: 1, maxLength });
const word = fc.stringMatching(/^[a-z]{1,9}$/);
const line = fc
  .array(fc.oneof(word, fc.stringMatching(/^[0-9]{1,6}$/)), { minLength: 1, maxLength: 6 })
  .map((words) => `${words.join(' ')}\r\n`);
const replies = fc.oneof(
  fc.array(bytes(80), { minLength: 1, maxLength: 4 }),
  fc.array(line.map(latin1), { minLength: 1, maxLength: 4 }),
  fc
    .tuple(bytes(20), fc.array(bytes(30), { minLength: 2, maxLength: 4 }))
    .map(([head, tails]) => tails.map((tail) => Buffer.concat([head, tail]))),
);

test('every sample satisfies what is asserted of all, in hex and in text, and no less than its bytes do', () => {
  fc.assert(
    fc.property(replies, (samples) => {
      const { outcome, shared, whole, text } = of(...samples);
      for (const pattern of [outcome, shared, whole]) {
        if (pattern === undefined) continue;
        const hex = toJavaScript(`^${hexRegex(pattern)}`);
        const own = text ? textRegex(pattern) : undefined;
        for (const sample of samples) {
          const least = minLength(pattern);
          expect(hex.test(Buffer.from(sample).toString('hex').toUpperCase())).toBe(true);
          expect(
            hex.test(
              Buffer.from(sample.subarray(0, least - 1))
                .toString('hex')
                .toUpperCase(),
            ),
          ).toBe(false);
          if (own !== undefined)
            expect(toJavaScript(`^${own}`).test(Buffer.from(sample).toString('latin1'))).toBe(true);
        }
      }
      expect([outcome, shared ?? []].every(hasOneLength)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

/** Random bytes tell the time now and then. */
const timeless = (...replies: Uint8Array[]): Generalization =>
  generalize(replies.map((reply) => dataSampleOf(reply, 0)));
const random = (length: number) => fc.noBias(fc.uint8Array({ minLength: length, maxLength: length }));

test('noise is not shared: of three replies of random bytes next to nothing is asserted', () => {
  let asserted = 0;
  const runs = 500;
  fc.assert(
    fc.property(random(40), random(40), random(40), (...noise) => {
      asserted += timeless(...noise).asserted;
    }),
    { numRuns: runs },
  );
  expect(asserted / runs).toBeLessThan(0.05);
});

test('what stands between noise is found, wherever it stands', () => {
  fc.assert(
    fc.property(fc.nat(20), random(8), fc.array(random(40), { minLength: 3, maxLength: 5 }), (at, constant, noise) => {
      const samples = noise.map((each) => Buffer.concat([each.subarray(0, at), constant, each.subarray(at, 30)]));
      const { shared, outcome } = timeless(...samples);
      // Noise that counts by chance takes up to three bytes on each side with it.
      const inner = Buffer.from(constant.subarray(3, 5)).toString('hex').toUpperCase();
      expect(hexRegex(shared ?? outcome)).toContain(inner);
    }),
    { numRuns: 500 },
  );
});
