import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { framesOf } from '../../src/conversation/conversation.ts';
import type { ByteStream } from '../../src/conversation/stream.ts';
import { client, conversationOf, OPENED, type Said, server, textOf } from '../support/segments.ts';
import { FIN, SYN } from '../support/wire.ts';

const streamOf = (...said: Said[]): ByteStream => conversationOf([...OPENED, ...said]).client.bytes;
const runsOf = ({ runs }: ByteStream): string[] => runs.map(({ start, end, frame }) => `${start}-${end}:${frame}`);
const conflictsOf = ({ conflicts }: ByteStream): string[] =>
  conflicts.map(({ start, end, kept, other }) => `${start}-${end}: ${kept} and ${other}`);

describe('text', () => {
  const ROWS: readonly (readonly [name: string, said: readonly Said[], text: string, runs: readonly string[]])[] = [
    ['in order is joined', [client.says(0, 'abc'), client.says(3, 'de')], 'abcde', ['0-3:4', '3-5:5']],
    ['out of order is sorted', [client.says(3, 'de'), client.says(0, 'abc')], 'abcde', ['0-3:5', '3-5:4']],
    [
      'in reverse order is sorted',
      [2, 1, 0].map((at) => client.says(at, 'abc'.charAt(at))),
      'abc',
      ['0-1:6', '1-2:5', '2-3:4'],
    ],
    ['that comes twice counts once', [client.says(0, 'abc'), client.says(0, 'abc')], 'abc', ['0-3:4']],
    [
      'that comes again with more adds the rest',
      [client.says(0, 'abc'), client.says(0, 'abcdef')],
      'abcdef',
      ['0-3:4', '3-6:5'],
    ],
    ['that comes again in part adds nothing', [client.says(0, 'abcdef'), client.says(2, 'cd')], 'abcdef', ['0-6:4']],
    [
      'fills a hole between two others',
      [client.says(0, 'ab'), client.says(4, 'ef'), client.says(1, 'bcde')],
      'abcdef',
      ['0-2:4', '2-4:6', '4-6:5'],
    ],
    [
      'fills every hole that it covers',
      [client.says(1, 'b'), client.says(3, 'd'), client.says(0, 'abcde')],
      'abcde',
      ['0-1:6', '1-2:4', '2-3:6', '3-4:5', '4-5:6'],
    ],
    [
      'of a RST is no text (RFC 9293 §3.5.2)',
      [client.says(0, 'abc'), client.rst(3, { text: 'No route' })],
      'abc',
      ['0-3:4'],
    ],
    ['of a FIN is text', [client.says(0, 'abc'), client.fin(3, { text: 'def' })], 'abcdef', ['0-3:4', '3-6:5']],
    [
      'of a FIN whose text came before counts once',
      [client.says(0, 'abc'), client.fin(0, { text: 'abc' })],
      'abc',
      ['0-3:4'],
    ],
    [
      'behind an acknowledged FIN is not the connection’s',
      [client.says(0, 'ab'), client.fin(2), server.acks(3), client.says(3, 'x'), client.says(9000, 'y')],
      'ab',
      ['0-2:4'],
    ],
    [
      'behind a FIN that nobody acknowledged is text',
      [client.says(0, 'ab'), client.fin(2), server.acks(2), client.says(2, 'cd')],
      'abcd',
      ['0-2:4', '2-4:7'],
    ],
    ['before the SYN is no text', [client.says(-3, 'xyzabc')], 'abc', ['0-3:4']],
    ['without ACK is text all the same', [client.says(0, 'abc', { flags: 0 })], 'abc', ['0-3:4']],
  ];
  test.each(ROWS)('%s', (_, said, text, runs) => {
    const stream = streamOf(...said);
    expect({ text: textOf(stream), runs: runsOf(stream), gaps: stream.gaps, conflicts: stream.conflicts }).toEqual({
      text,
      runs,
      gaps: [],
      conflicts: [],
    });
  });
});

describe('text that comes with or around the SYN', () => {
  const ROWS: readonly (readonly [name: string, said: readonly Said[], text: string])[] = [
    ['a SYN may carry text (RFC 9293 §3.10.7.4)', [client.syn({ text: 'abc' }), server.synAck({ acks: 3 })], 'abc'],
    ['a SYN repeated without its text changes nothing', [client.syn({ text: 'abc' }), client.syn()], 'abc'],
    [
      'the text of a repeated SYN counts once',
      [client.syn({ text: 'abc' }), client.syn({ text: 'abc' }), client.says(3, 'de')],
      'abcde',
    ],
    ['a SYN with FIN and text is a stream of its own', [client.segment(SYN | FIN, -1, { text: 'abc' })], 'abc'],
    ['text may come before its SYN', [client.says(3, 'de'), client.says(0, 'abc'), ...OPENED], 'abcde'],
    [
      'without a SYN the stream starts at the first byte that is said',
      [client.says(7, 'abc'), client.says(10, 'de')],
      'abcde',
    ],
    [
      'without a SYN an earlier byte that comes late moves the start',
      [client.says(7, 'de'), client.says(4, 'abc')],
      'abcde',
    ],
    ['without a SYN an acknowledgment says what is next', [server.acks(7), client.says(9, 'ab')], '__ab'],
    ['without a SYN an empty segment says what is next', [client.acks(0, 7), client.says(9, 'ab')], '__ab'],
  ];
  test.each(ROWS)('%s', (_, said, text) => expect(textOf(conversationOf(said).client.bytes)).toBe(text));
});

// The first run is 6-10; the second may stand anywhere around it. Small letters are those of the first copy.
describe.each([
  ['a second copy that agrees', 'abcdefghijklmnop'],
  ['a second copy that differs', 'ABCDEFGHIJKLMNOP'],
])('%s', (_, letters) => {
  const ROWS = [
    ['far before', 1, 4, ['1-4:5', '6-10:4'], undefined],
    ['touching the start', 3, 6, ['3-6:5', '6-10:4'], undefined],
    ['over the start', 3, 8, ['3-6:5', '6-10:4'], '6-8: 4 and 5'],
    ['up to the end', 3, 10, ['3-6:5', '6-10:4'], '6-10: 4 and 5'],
    ['all around', 3, 12, ['3-6:5', '6-10:4', '10-12:5'], '6-10: 4 and 5'],
    ['the head of it', 6, 8, ['6-10:4'], '6-8: 4 and 5'],
    ['the same place', 6, 10, ['6-10:4'], '6-10: 4 and 5'],
    ['from the start over the end', 6, 12, ['6-10:4', '10-12:5'], '6-10: 4 and 5'],
    ['inside', 7, 9, ['6-10:4'], '7-9: 4 and 5'],
    ['the tail of it', 8, 10, ['6-10:4'], '8-10: 4 and 5'],
    ['over the end', 8, 12, ['6-10:4', '10-12:5'], '8-10: 4 and 5'],
    ['touching the end', 10, 12, ['6-10:4', '10-12:5'], undefined],
    ['far behind', 12, 14, ['6-10:4', '12-14:5'], undefined],
  ] as const;
  test.each(ROWS)('%s', (__, start, end, runs, conflict) => {
    const stream = streamOf(client.says(6, 'ghij'), client.says(start, letters.slice(start, end)));
    const first = [...textOf(stream)].slice(6, 10).join('');
    const differs = letters.startsWith('A') && conflict !== undefined;
    expect({ first, runs: runsOf(stream), conflicts: conflictsOf(stream) }).toEqual({
      first: 'ghij',
      runs,
      conflicts: differs ? [conflict] : [],
    });
  });
});

describe('a conflict', () => {
  const ROWS: readonly (readonly [name: string, said: readonly Said[], conflicts: readonly string[]])[] = [
    [
      'spans what differs, from the first byte to the last',
      [client.says(0, 'abcdef'), client.says(0, 'aXcdXf')],
      ['1-5: 4 and 5'],
    ],
    [
      'is told for each frame that was kept',
      [client.says(0, 'abc'), client.says(3, 'def'), client.says(0, 'aXcdXf')],
      ['1-2: 4 and 6', '4-5: 5 and 6'],
    ],
    [
      'is told for each copy that differs',
      [client.says(0, 'abc'), client.says(0, 'Xbc'), client.says(0, 'abX')],
      ['0-1: 4 and 5', '2-3: 4 and 6'],
    ],
    [
      'stands in the order of the stream',
      [client.says(3, 'def'), client.says(0, 'abc'), client.says(3, 'X'), client.says(0, 'X')],
      ['0-1: 5 and 7', '3-4: 4 and 6'],
    ],
    ['before the SYN does not count', [client.says(-2, 'xyab'), client.says(-2, 'XYab')], []],
  ];
  test.each(ROWS)('%s', (_, said, conflicts) => expect(conflictsOf(streamOf(...said))).toEqual(conflicts));

  test('is never lost, however many there are: the last one told spans the rest', () => {
    const said = Array.from({ length: 300 }, (_, at) => client.says(2 * ((at * 7) % 300), 'X'));
    const { conflicts } = streamOf(client.says(0, '.'.repeat(600)), ...said);
    expect(conflicts).toHaveLength(100);
    const told = (offset: number) => conflicts.some(({ start, end }) => start <= offset && offset < end);
    expect(said.filter(({ at }) => !told(at))).toEqual([]);
  });
});

describe('a keep-alive (RFC 9293 §3.8.4)', () => {
  const heard = [client.says(0, 'abc'), server.acks(3)];
  const ROWS: readonly (readonly [name: string, said: readonly Said[], text: string])[] = [
    ['without text says nothing', [...heard, client.acks(0, 2), client.says(3, 'de')], 'abcde'],
    ['with a byte of garbage says nothing', [...heard, client.says(2, '\0'), client.says(3, 'de')], 'abcde'],
    ['before the first byte says nothing', [client.says(-1, '\0'), client.says(0, 'abc')], 'abc'],
    ['behind a FIN says nothing', [...heard, client.fin(3), server.acks(4), client.says(3, '\0')], 'abc'],
  ];
  test.each(ROWS)('%s', (_, said, text) => {
    const stream = streamOf(...said);
    expect({ text: textOf(stream), conflicts: stream.conflicts, length: stream.length }).toEqual({
      text,
      conflicts: [],
      length: text.length,
    });
  });
  test('is not what a longer copy that differs is', () => {
    expect(conflictsOf(streamOf(...heard, client.says(2, '\0de')))).toEqual(['2-3: 4 and 6']);
  });
});

test('a zero-window probe and the text it tried to send are one', () => {
  const stream = streamOf(
    client.says(0, 'abc'),
    server.acks(3),
    client.says(3, 'd'),
    server.acks(3),
    client.says(3, 'def'),
  );
  expect(runsOf(stream)).toEqual(['0-3:4', '3-4:6', '4-6:8']);
  expect(textOf(stream)).toBe('abcdef');
});

test.each([
  [0, 9, [4, 6, 5]],
  [1, 4, [4, 6]],
  [2, 3, [6]],
  [4, 9, [5, 6]],
  [6, 9, []],
])('the frames of bytes %d to %d are told once each, in order', (start, end, frames) => {
  const stream = streamOf(client.says(0, 'ab'), client.says(4, 'e'), client.says(2, 'cdef'));
  expect(framesOf(stream, start, end)).toEqual(frames);
});

test('text without ACK had read nothing', () => {
  const { runs } = conversationOf([client.syn({ text: 'abc' }), client.says(3, 'de', { flags: 0 })]).client.bytes;
  expect(runs.map(({ acknowledged }) => acknowledged)).toEqual([0, 0]);
});

test('byte by byte, the first copy wins, and each copy that differs is in a conflict', () => {
  const piece = fc.record({ at: fc.integer({ min: -3, max: 24 }), text: fc.stringMatching(/^[ab]{1,8}$/) });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const stream = streamOf(...pieces.map(({ at, text }) => client.says(at, text)));
      const first = new Map<number, { byte: string; frame: number }>();
      pieces.forEach(({ at, text }, index) => {
        [...text].forEach((byte, offset) => {
          const place = at + offset;
          const frame = index + OPENED.length + 1;
          const kept = first.get(place);
          if (kept === undefined) first.set(place, { byte, frame });
          else if (place >= 0 && kept.byte !== byte) {
            const told = stream.conflicts.filter(({ start, end }) => start <= place && place < end);
            expect(told.map(({ kept, other }) => [kept, other])).toContainEqual([kept.frame, frame]);
          }
        });
      });
      const length = Math.max(0, ...pieces.map(({ at, text }) => at + text.length));
      expect(textOf(stream)).toBe(Array.from({ length }, (_, place) => first.get(place)?.byte ?? '_').join(''));
      for (const { start, end, frame } of stream.runs) {
        for (let place = start; place < end; place++) expect(first.get(place)?.frame).toBe(frame);
      }
    }),
  );
});
