import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/emit/analysis.ts';
import { emitList, emitListJson } from '../../src/emit/list.ts';
import { PLAIN } from '../../src/emit/paint.ts';
import { filesNamed } from '../support/derive.ts';

const files = filesNamed(['a.pcap', 10], ['b.pcap', 10]);
const one = filesNamed(['a.pcap', 20]);
const row = (changes: Partial<Row> = {}): Row => ({
  stream: 0,
  client: { address: '10.0.0.1', port: 40_000 },
  server: { address: '10.0.0.2', port: 1080 },
  protocols: ['socks5', 'http'],
  outcome: { kind: 'opened', status: 204, reason: 'opened, HTTP 204', frame: 14 },
  destination: 'a.b:80',
  frames: 17,
  bytes: 123,
  warnings: [],
  ...changes,
});
const list = (...args: Parameters<typeof emitList>) => [...emitList(...args)].join('');
const listJson = (...args: Parameters<typeof emitListJson>) => [...emitListJson(...args)].join('');

const rows: Row[] = [
  row(),
  row({
    stream: 10,
    client: { address: 'fd00::1', port: 1 },
    protocols: ['unknown'],
    outcome: { kind: 'unknown', reason: 'no data', frame: undefined },
    destination: undefined,
    bytes: 0,
    warnings: [
      { code: 'gap', message: 'bytes 0-1 of the client were never captured, frame 3' },
      { code: 'gap', message: 'bytes 4-5 of the client were never captured, frame 3' },
      { code: 'role', message: 'which side is the client is guessed from the ports' },
    ],
  }),
  row({
    stream: 2,
    protocols: ['socks5'],
    outcome: { kind: 'refused', reason: 'SOCKS5 refused: connection refused (05)', frame: 9 },
    destination: 'a\x1b[31m\n.b:80',
  }),
];

describe('list as text', () => {
  test('is a line a conversation, in columns, with what makes it poor evidence behind its outcome', () => {
    expect(list({ rows, files: one }, PLAIN).split('\n')).toEqual([
      'stream  client          server         protocol       destination       frames  bytes  outcome',
      '     0  10.0.0.1:40000  10.0.0.2:1080  SOCKS5 > HTTP  a.b:80                17    123  opened, HTTP 204, frame 14',
      '    10  [fd00::1]:1     10.0.0.2:1080  unknown        -                     17      0  no data [gap, role]',
      '     2  10.0.0.1:40000  10.0.0.2:1080  SOCKS5         a\\x1b[31m\\n.b:80      17    123  SOCKS5 refused: connection refused (05), frame 9',
      '',
    ]);
  });

  test('names frames by file where there are several', () => {
    expect(list({ rows, files }, PLAIN)).toContain('opened, HTTP 204, frame b.pcap:4\n');
  });

  test('marks the title and what was refused', () => {
    const mark = (text: string) => `<${text}>`;
    const marked = list({ rows, files: one }, { ...PLAIN, strong: mark, bad: mark }).split('\n');
    expect(marked.map((line) => line.startsWith('<'))).toEqual([true, false, false, true, false]);
    expect(marked.map((line) => line.replace(/^<|>$/g, '')).join('\n')).toBe(list({ rows, files: one }, PLAIN));
  });

  test('of nothing is its title', () => expect(list({ rows: [], files: one }, PLAIN)).toMatch(/^stream .* outcome\n$/));
});

describe('list as JSON', () => {
  const value = JSON.parse(listJson({ rows, files })) as Record<string, unknown>[];

  test('has the keys that are documented', () => {
    for (const each of value) {
      expect(Object.keys(each)).toEqual([
        'stream',
        'client',
        'server',
        'protocol',
        'outcome',
        'reason',
        'frame',
        'destination',
        'frames',
        'bytes',
        'warnings',
      ]);
    }
  });

  test('tells each conversation', () => {
    expect(value[0]).toEqual({
      stream: 0,
      client: '10.0.0.1:40000',
      server: '10.0.0.2:1080',
      protocol: 'socks5/http',
      outcome: 'opened',
      reason: 'opened, HTTP 204',
      frame: 'b.pcap:4',
      destination: 'a.b:80',
      frames: 17,
      bytes: 123,
      warnings: [],
    });
    expect(value[1]).toMatchObject({ client: '[fd00::1]:1', frame: null, destination: null });
    expect(value[2]).toMatchObject({ frame: 'a.pcap:9' });
    expect(JSON.parse(listJson({ rows, files: one }))).toMatchObject([{ frame: 14 }, { frame: null }, { frame: 9 }]);
  });

  test('of nothing is an empty array', () => expect(listJson({ rows: [], files })).toBe('[]\n'));
});
