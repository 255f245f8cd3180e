import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sequenceDistance } from '../../src/conversation/sequence.ts';
import {
  client,
  conversationOf,
  linesOf,
  OPENED,
  type Said,
  segmentsFrom,
  server,
  textOf,
  track,
} from '../support/segments.ts';

const KIB = 1024;
const LIMIT = 64 * KIB;

describe('the head of a stream', () => {
  const block = 'x'.repeat(KIB);
  const blocks = (count: number, from = 0): Said[] =>
    Array.from({ length: count }, (_, at) => client.says(from + at * KIB, block));

  test('is 64 KiB by default; the length counts all', () => {
    const { bytes } = conversationOf([...OPENED, ...blocks(100)]).client;
    expect([bytes.bytes.length, bytes.length, bytes.runs.length, bytes.gaps]).toEqual([LIMIT, 100 * KIB, 64, []]);
  });
  test('ends in the middle of a segment where the limit does', () => {
    const { bytes } = conversationOf([...OPENED, client.says(0, 'abc'), client.says(3, 'def')], {}, 5).client;
    expect([textOf(bytes), bytes.length, bytes.runs.at(-1)?.end]).toEqual(['abcde', 6, 5]);
  });
  test('is not moved by a gap behind it', () => {
    const { bytes } = conversationOf([...OPENED, client.says(0, 'abcde'), client.says(9, 'x')], {}, 5).client;
    expect([textOf(bytes), bytes.length, bytes.gaps]).toEqual(['abcde', 10, []]);
  });
  test('has the gap as far as the limit where all else is lost', () => {
    const { bytes } = conversationOf([...OPENED, client.says(99, 'x')], {}, 5).client;
    expect([textOf(bytes), bytes.length, bytes.contiguous]).toEqual(['_____', 100, 0]);
  });
  test('ends a cut where the limit does', () => {
    const { bytes } = conversationOf([...OPENED, client.says(0, 'abcdefgh', { cut: 6 })], {}, 5).client;
    expect([textOf(bytes), bytes.length]).toEqual(['ab###', 8]);
  });
  test('has its cuts, however many are behind it', () => {
    const behind = Array.from({ length: 2000 }, (_, at) => client.says(5 + 2 * at, 'xy', { cut: 1 }));
    const { bytes } = conversationOf([...OPENED, ...behind, client.says(0, 'abcde', { cut: 3 })], {}, 5).client;
    expect(textOf(bytes)).toBe('ab###');
  });
  test('has no conflict behind it', () => {
    const { bytes } = conversationOf([...OPENED, client.says(0, 'abcdef'), client.says(3, 'deX')], {}, 5).client;
    expect(bytes.conflicts).toEqual([]);
  });

  // Without a SYN nothing says which end of the stream was met first.
  const DIRECTIONS: readonly (readonly [name: string, said: readonly Said[]])[] = [
    ['upwards', blocks(4000)],
    ['downwards', blocks(4000).reverse()],
    ['by leaps upwards', Array.from({ length: 4000 }, (_, at) => client.says(at * (LIMIT - 1), 'x'))],
    ['by leaps downwards', Array.from({ length: 4000 }, (_, at) => client.says(-at * (LIMIT - 1), 'x'))],
  ];
  test.each(DIRECTIONS)('does not grow without bound when a stream without a SYN comes %s', (_, said) => {
    const { bytes } = conversationOf(said).client;
    expect(bytes.bytes.buffer.byteLength).toBeLessThanOrEqual(4 * LIMIT);
    expect(bytes.bytes.length).toBe(LIMIT);
  });

  test('of 65,536 segments of one byte in any order is read at once', () => {
    const order = Array.from({ length: LIMIT }, (_, at) => (at * 40_503) % LIMIT); // scattered, each once
    const segments = segmentsFrom([...OPENED, ...order.map((at) => client.says(at, 'x'))]);
    const started = performance.now();
    const [conversation] = track(segments);
    expect(conversation?.client.bytes.runs.length).toBe(LIMIT);
    expect(linesOf(conversation as NonNullable<typeof conversation>)).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

describe('sequence numbers', () => {
  test.each([
    ['equal', 7, 7, 0],
    ['ahead', 9, 7, 2],
    ['behind', 7, 9, -2],
    ['ahead across the wrap', 1, 2 ** 32 - 1, 2],
    ['behind across the wrap', 2 ** 32 - 1, 1, -2],
    ['as far ahead as can be told', 2 ** 31 - 1, 0, 2 ** 31 - 1],
    ['as far behind as can be told', 2 ** 31, 0, -(2 ** 31)],
  ])('%s', (_, a, b, distance) => expect(sequenceDistance(a, b)).toBe(distance));

  const DIALOGUE: readonly Said[] = [
    ...OPENED,
    client.says(0, 'hello'),
    server.says(0, 'wor', { acks: 5 }),
    client.says(3, 'lo, '),
    server.says(5, '!', { acks: 5 }),
    client.says(9, 'bye', { acks: 3, cut: 1 }),
    server.acks(14),
    client.fin(14, { acks: 6 }),
    server.fin(6, { acks: 15 }),
    client.acks(7, 15),
  ];
  test('the dialogue of the next tests has every kind of thing in it', () => {
    expect(linesOf(conversationOf(DIALOGUE))).toEqual([
      'client: hello',
      'server: wor',
      'client: , ',
      'server: __!',
      'client: __by#__',
    ]);
  });

  const nearTheWrap = fc.integer({ min: -20, max: 20 }).map((isn) => isn >>> 0);
  const isn = fc.oneof(nearTheWrap, fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  test.each([
    ['with a SYN', DIALOGUE],
    ['without a SYN', DIALOGUE.slice(3)],
    ['with a late SYN', [...DIALOGUE.slice(3), ...OPENED]],
  ])('where they start changes nothing, %s', (_, said) => {
    const expected = conversationOf(said);
    fc.assert(
      fc.property(isn, isn, (clientIsn, serverIsn) => {
        expect(conversationOf(said, { clientIsn, serverIsn })).toEqual(expected);
      }),
    );
  });

  test.each([
    ['text', 10, (at: number) => [client.says(at, 'x')]],
    ['acknowledgments alone', 10, (at: number) => [server.acks(at)]],
  ])('count past 2^32 bytes of %s', (_, gibibytes, said) => {
    const stops = Array.from({ length: 2 * gibibytes }, (__, at) => said((at + 1) * 2 ** 29)).flat();
    const { bytes } = conversationOf([...OPENED, client.says(0, 'ab'), ...stops, server.acks(2)]).client;
    expect(bytes.length).toBeGreaterThanOrEqual(gibibytes * 2 ** 30);
    expect([bytes.length - gibibytes * 2 ** 30 <= 1, textOf(bytes).slice(0, 3)]).toEqual([true, 'ab_']);
  });
});
