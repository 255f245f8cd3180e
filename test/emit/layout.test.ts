import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Column, shortened, tableLines, wrapped } from '../../src/emit/layout.ts';

const COLUMNS: readonly Column[] = [
  { title: 'n', right: true },
  { title: 'who', least: 6, drop: 2 },
  { title: 'bytes', right: true, drop: 1 },
  { title: 'what', least: 10 },
];
const ROWS = [
  ['1', '127.0.0.1:1080', '306', 'opened, HTTP 204'],
  ['12', '[fd00::2]:1080', '42', 'SOCKS5 refused: connection refused (05)'],
];

describe('a table', () => {
  test('is as wide as it has to be where nothing bounds it', () => {
    expect(tableLines(COLUMNS, ROWS, Number.POSITIVE_INFINITY)).toEqual([
      ' n  who             bytes  what',
      ' 1  127.0.0.1:1080    306  opened, HTTP 204',
      '12  [fd00::2]:1080     42  SOCKS5 refused: connection refused (05)',
    ]);
  });

  test('shortens the widest column first, in the middle', () => {
    const fixed = COLUMNS.map(({ drop, ...column }) => column);
    expect(tableLines(fixed, ROWS, 50)).toEqual([
      ' n  who             bytes  what',
      ' 1  127.0.0.1:1080    306  opened, HTTP 204',
      '12  [fd00::2]:1080     42  SOCKS5 refused:…ed (05)',
    ]);
  });

  test('drops columns before it shortens others', () => {
    expect(tableLines(COLUMNS, ROWS, 60)).toEqual([
      ' n  who             what',
      ' 1  127.0.0.1:1080  opened, HTTP 204',
      '12  [fd00::2]:1080  SOCKS5 refused: connection refused (05)',
    ]);
    expect(tableLines(COLUMNS, ROWS, 16)).toEqual([' n  what', ' 1  opened, …204', '12  SOCKS5 r…05)']);
  });

  test('fits whenever its columns let it, a row a line', () => {
    const cell = fc.string({ maxLength: 60 }).map((text) => text.replaceAll(/\s/g, '_'));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constant('7'), cell, fc.constant('42'), cell)),
        fc.integer({ min: 14, max: 200 }),
        (rows, width) => {
          const lines = tableLines(COLUMNS, rows, width);
          expect(lines).toHaveLength(rows.length + 1);
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});

test('a shortened text keeps its start and its end', () => {
  expect(shortened('client3.google.test:80', 22)).toBe('client3.google.test:80');
  expect(shortened('client3.google.test:80', 16)).toBe('client3.go…st:80');
  expect(shortened('abcdef', 1)).toBe('…');
  for (let width = 1; width < 30; width++) expect(shortened('x'.repeat(30), width)).toHaveLength(width);
});

test('wrapped words lose nothing, and fit unless a word is too long', () => {
  expect(wrapped('line 3: any reply is taken', 14, '  ', '    ')).toEqual([
    '  line 3: any',
    '    reply is',
    '    taken',
  ]);
  expect(wrapped('a-word-that-is-too-long b', 10, ' ')).toEqual([' a-word-that-is-too-long', ' b']);
  expect(wrapped('unbounded words', Number.POSITIVE_INFINITY)).toEqual(['unbounded words']);
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }),
      fc.integer({ min: 16, max: 60 }),
      (words, width) => {
        const lines = wrapped(words.join(' '), width, '  ', '    ');
        expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(words);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      },
    ),
  );
});
