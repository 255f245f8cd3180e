import { describe, expect, test } from 'vitest';
import type { Gap } from '../../src/conversation/stream.ts';
import { client, conversationOf, OPENED, type Said, server, textOf } from '../support/segments.ts';

const gapLine = ({ start, end, kind, frame }: Gap): string => `${start}-${end} ${kind}:${frame}`;

describe('what the capture lacks', () => {
  type Row = readonly [name: string, said: readonly Said[], text: string, gaps: readonly string[]];
  const ROWS: readonly Row[] = [
    ['a lost segment is shown by the next one', [client.says(0, 'ab'), client.says(4, 'ef')], 'ab__ef', ['2-4 lost:5']],
    [
      'a lost segment is shown by the next in the stream, not in the capture',
      [client.says(6, 'gh'), client.says(0, 'ab'), client.says(4, 'ef')],
      'ab__efgh',
      ['2-4 lost:6'],
    ],
    ['a lost start is shown by the first segment', [client.says(2, 'cd')], '__cd', ['0-2 lost:4']],
    ['a lost end is shown by its acknowledgment', [client.says(0, 'ab'), server.acks(5)], 'ab___', ['2-5 lost:5']],
    [
      'the first acknowledgment to reach the end shows it',
      [client.says(0, 'ab'), server.acks(3), server.acks(5), server.acks(4), server.acks(5)],
      'ab___',
      ['2-5 lost:6'],
    ],
    [
      'a lost end is shown by the FIN behind it',
      [client.says(0, 'ab'), server.acks(2), client.fin(5)],
      'ab___',
      ['2-5 lost:6'],
    ],
    ['a FIN takes a number, but is no byte', [client.says(0, 'ab'), client.fin(2), server.acks(3)], 'ab', []],
    ['what is acknowledged behind a FIN is no byte', [client.says(0, 'ab'), client.fin(2), server.acks(9)], 'ab', []],
    ['text before a FIN may come after it', [client.fin(2), server.acks(3), client.says(0, 'ab')], 'ab', []],
    [
      'a side that was not captured is lost as far as it was acknowledged',
      [server.acks(0), server.says(0, 'hi', { acks: 4 }), server.acks(9, 2)],
      '_________',
      ['0-9 lost:6'],
    ],
    [
      'text cut off by the snapshot length is shown by its frame',
      [client.says(0, 'abcdef', { cut: 4 })],
      'ab####',
      ['2-6 cut:4'],
    ],
    ['text cut off as a whole is shown by its frame', [client.says(0, 'abcdef', { cut: 6 })], '######', ['0-6 cut:4']],
    [
      'a segment behind a cut one takes its place',
      [client.says(0, 'abcd', { cut: 2 }), client.says(4, 'ef')],
      'ab##ef',
      ['2-4 cut:4'],
    ],
    [
      'each cut is shown by its own frame',
      [client.says(0, 'ab', { cut: 1 }), client.says(2, 'cd', { cut: 1 })],
      'a#c#',
      ['1-2 cut:4', '3-4 cut:5'],
    ],
    [
      'a hole between two cuts is lost',
      [client.says(0, 'ab', { cut: 2 }), client.says(4, 'ef', { cut: 2 })],
      '##__##',
      ['0-2 cut:4', '2-4 lost:5', '4-6 cut:5'],
    ],
    [
      'a hole before and behind a cut is lost',
      [client.says(2, 'cd', { cut: 2 }), client.says(6, 'gh')],
      '__##__gh',
      ['0-2 lost:4', '2-4 cut:4', '4-6 lost:5'],
    ],
    [
      'a cut before a lost end ends where its frame did',
      [client.says(0, 'abcd', { cut: 2 }), server.acks(6)],
      'ab##__',
      ['2-4 cut:4', '4-6 lost:5'],
    ],
    ['a whole copy fills a cut', [client.says(0, 'abcdef', { cut: 4 }), client.says(0, 'abcdef')], 'abcdef', []],
    [
      'a cut copy takes nothing from a whole one',
      [client.says(0, 'abcdef'), client.says(0, 'abcdef', { cut: 4 })],
      'abcdef',
      [],
    ],
    [
      'a copy that fills a part of a cut leaves the rest',
      [client.says(0, 'abcdef', { cut: 5 }), client.says(2, 'cd')],
      'a#cd##',
      ['1-2 cut:4', '4-6 cut:4'],
    ],
    [
      'two cut copies are one gap',
      [client.says(0, 'abcd', { cut: 2 }), client.says(0, 'abcd', { cut: 2 })],
      'ab##',
      ['2-4 cut:4'],
    ],
    [
      'a longer cut copy is told apart from the shorter one',
      [client.says(0, 'ab', { cut: 1 }), client.says(0, 'abcd', { cut: 3 })],
      'a###',
      ['1-2 cut:4', '2-4 cut:5'],
    ],
    [
      'the garbage of a keep-alive is no copy of a lost byte in the middle',
      [client.says(0, 'ab'), client.says(3, 'd'), server.acks(4)],
      'ab_d',
      ['2-3 lost:5'],
    ],
  ];
  test.each(ROWS)('%s', (_, said, text, gaps) => {
    const stream = conversationOf([...OPENED, ...said]).client.bytes;
    expect({ text: textOf(stream), gaps: stream.gaps.map(gapLine) }).toEqual({ text, gaps });
    expect(stream.contiguous).toBe(Math.min(text.length, ...stream.gaps.map(({ start }) => start)));
    expect(stream.length).toBe(text.length);
  });
});

describe('an acknowledgment', () => {
  const ROWS: readonly (readonly [name: string, acks: number, length: number])[] = [
    ['of what was said adds nothing', 2, 2],
    ['of less than was said adds nothing', 1, 2],
    ['from before the start adds nothing', -50_000, 2],
    ['up to the largest window ahead is believed', 2 ** 30, 2 ** 30],
    ['farther ahead than any window is not believed', 2 ** 30 + 3, 2],
    ['from half the sequence space ahead is not believed', 2 ** 31 - 10, 2],
  ];
  test.each(ROWS)('%s', (_, acks, length) => {
    const { bytes } = conversationOf([...OPENED, client.says(0, 'ab'), server.acks(acks)]).client;
    expect(bytes.length).toBe(length);
  });
  test('without the ACK flag says nothing', () => {
    const { bytes } = conversationOf([...OPENED, client.says(0, 'ab'), { ...server.acks(9), flags: 0 }]).client;
    expect(bytes.length).toBe(2);
  });
  test('that is not believed does not date the text it comes with', () => {
    const said = [server.says(0, 'hello'), client.says(0, 'ab', { acks: 2 ** 30 + 6 })];
    const [run] = conversationOf([...OPENED, ...said]).client.bytes.runs;
    expect(run?.acknowledged).toBe(0);
  });
});

describe('the end of a side', () => {
  const ROWS: readonly (readonly [name: string, said: readonly Said[], closed: string | undefined])[] = [
    ['is open without FIN or RST', [client.says(0, 'ab')], undefined],
    ['is its FIN', [client.fin(0)], 'FIN:4'],
    ['is its RST', [client.rst(0)], 'RST:4'],
    ['is the first of its FINs', [client.fin(0), client.fin(0)], 'FIN:4'],
    ['is its FIN though a RST follows', [client.fin(0), client.rst(1)], 'FIN:4'],
    ['is not what the other side sent', [server.fin(0)], undefined],
  ];
  test.each(ROWS)('%s', (_, said, closed) => {
    const { bytes } = conversationOf([...OPENED, ...said]).client;
    expect(bytes.closed && `${bytes.closed.by}:${bytes.closed.frame}`).toBe(closed);
  });
});
