import { describe, expect, test } from 'vitest';
import { emitCheckJson } from '../../src/emit/check-json.ts';
import { haproxyRules } from '../../src/emit/haproxy/rules.ts';
import { emitHaproxy, secretLines } from '../../src/emit/haproxy/script.ts';
import { DEFAULT_FORM } from '../../src/proof/form.ts';
import { composeScript } from '../../src/proof/script.ts';
import { checksOf, filesNamed, scripted } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const SECRET = 'TOPSECRET';
const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const CONNECT = hex('05 01 00 01 0a000001 0050');
const GRANTED = hex('05 00 00 01 00000000 06b5');
let port = 40_000;
const start = () => new Talk({ client: `10.0.0.1:${port++}` }).handshake();
const open = () => start().client(hex('05 01 00')).server(hex('05 00')).client(CONNECT).server(GRANTED);
const password = () =>
  start()
    .client(hex('05 01 02'))
    .server(hex('05 02'))
    .client(Buffer.concat([hex('01 01 75 09'), Buffer.from(SECRET)]))
    .server(hex('01 00'))
    .client(CONNECT)
    .server(GRANTED);
const get = (header = '') => `GET / HTTP/1.1\r\nHost: a\r\n${header}\r\n`;

const files = filesNamed(['a.pcap', 1000]);
const checks = checksOf([
  password()
    .client(get(`Authorization: Basic ${SECRET}\r\n`))
    .server(ANSWER),
  open().client('EHLO\r\n').server('250 mail\r\n'), // has a caveat, a line more
  open().client(get()).server(ANSWER),
  start()
    .client(`CONNECT a:80 HTTP/1.1\r\nProxy-Authorization: Basic ${SECRET}\r\n\r\n`)
    .server('HTTP/1.1 200 OK\r\n\r\n')
    .client(get(`Cookie: ${SECRET}\r\n`))
    .server(ANSWER),
  start().client(`GET http://u:${SECRET}@a/ HTTP/1.1\r\n\r\n`).server(ANSWER),
]);
const script = emitHaproxy({ ...scripted(checks), files });
const lines = script.split('\n');

describe('the lines that hold secrets', () => {
  test('are those that are named, in every check', () => {
    const holding = lines.flatMap((line, at) =>
      line.includes(SECRET) || line.includes(Buffer.from(SECRET).toString('hex')) ? [at + 1] : [],
    );
    expect(holding).toHaveLength(5);
    expect(secretLines({ ...scripted(checks), files }).map(({ line }) => line)).toEqual(holding);
  });

  test('are named with what they hold', () => {
    expect(secretLines({ ...scripted(checks), files }).map(({ secrets }) => secrets)).toEqual([
      ['UNAME', 'PASSWD'],
      ['Authorization'],
      ['Proxy-Authorization'],
      ['Cookie'],
      ['userinfo'],
    ]);
  });

  test('are no comments', () => {
    for (const line of lines.filter((each) => each.includes('#'))) expect(line).not.toContain(SECRET);
    for (const [, comment] of script.matchAll(/ comment ("[^\n]*")\n/g)) expect(comment).not.toContain(SECRET);
  });
});

describe('the script', () => {
  test('is the rules of each check behind a header, with an empty line between', () => {
    const blocks = script.split('\n\n').map((block) => block.trimEnd().split('\n'));
    expect(blocks).toHaveLength(checks.length);
    blocks.forEach((block, at) => {
      const rules = block.filter((line) => !line.startsWith('    #')).map((line) => line.slice(4));
      expect(rules).toEqual(haproxyRules(composeScript(checks[at] as (typeof checks)[number], DEFAULT_FORM)));
    });
    expect(script).toMatch(/[^\n]\n$/); // HAProxy wants a line end, and no more
  });

  test('says what each check stands on', () => {
    const header = lines
      .slice(
        lines.findIndex((line) => line.includes('unknown')),
        -1,
      )
      .slice(0, 5);
    expect(header).toEqual([
      '    # SOCKS5 > unknown to 10.0.0.1:80: data as captured',
      '    # server 10.0.0.2:1080, 1 sample: tcp.stream eq 1 (frames 23,25,27,29,31,33)',
      '    # measured 1.3 ms; set: timeout check 3s (without it the server\'s "inter" is the limit)',
      "    # weak: the reply's protocol is not known: its first 3 bytes are asserted, as they were in the",
      '    #   one sample',
    ]);
  });

  test('names three samples and twelve frames, and counts the rest', () => {
    const many = checksOf([1, 2, 3, 4, 5].map(() => open().client(get(), 2).server(ANSWER)));
    const comments = emitHaproxy({ ...scripted(many), files })
      .split('\n')
      .filter((line) => line.includes('#'));
    for (const line of comments) expect(line.length).toBeLessThanOrEqual(100);
    expect(comments.join(' ').replaceAll(/ +# +/g, ' ')).toMatch(
      /5 samples: tcp\.stream eq 0 \(\d+ frames from 4 to \d+\), tcp\.stream eq 1 \([^)]*\), tcp\.stream eq 2 \([^)]*\) and 2 more /,
    );
  });

  test('names frames by file where there are several', () => {
    const two = filesNamed(['a.pcap', 6], ['b.pcap', 1000]);
    const [check] = checksOf([open().client(get()).server(ANSWER)]);
    const header = emitHaproxy({ ...scripted(check ? [check] : []), files: two });
    expect(header).toContain('(frames a.pcap:4,a.pcap:6,b.pcap:2,b.pcap:4,b.pcap:6,b.pcap:8)');
  });

  test('holds no line end nor control character of the capture', () => {
    const name = 'a\r\n    tcp-check send evil\x1b[31m';
    const connect = Buffer.concat([hex('05 01 00 03'), Buffer.from([name.length]), Buffer.from(name), hex('0050')]);
    const talk = start().client(hex('05 01 00')).server(hex('05 00')).client(connect).server(GRANTED);
    const hostile = emitHaproxy({ ...scripted(checksOf([talk.client(get()).server(ANSWER)])), files });
    expect(hostile).not.toMatch(/^\s*tcp-check send evil/m);
    expect(hostile).toMatch(/^[\n\x20-\x7e]*$/);
  });

  test('is nothing for no checks', () => expect(emitHaproxy({ ...scripted([]), files })).toBe(''));
});

describe('checks as JSON', () => {
  const value = JSON.parse(emitCheckJson({ ...scripted(checks), files })) as Record<string, unknown>[];

  test('have the keys that are documented', () => {
    for (const each of value) {
      expect(Object.keys(each)).toEqual([
        'servers',
        'layers',
        'destination',
        'title',
        'samples',
        'evidence',
        'measured_ms',
        'timeout_check_s',
        'caveats',
        'steps',
        'haproxy',
      ]);
    }
    expect(JSON.parse(emitCheckJson({ ...scripted([]), files }))).toEqual([]);
  });

  test('have steps as data and as rules, numbered from 1', () => {
    const [, unread] = value as [unknown, { steps: Record<string, unknown>[]; haproxy: string[] }];
    expect(unread.steps).toEqual([
      { step: 1, kind: 'connect', comment: 'tcp' },
      { step: 2, kind: 'send', bytes: '050100', secrets: [], comment: 'SOCKS5 greeting' },
      { step: 3, kind: 'expect', hex_regex: '^0500', shortest: 2, min_recv: 2, comment: 'SOCKS5 method: none' },
      { step: 4, kind: 'send', bytes: '050100010a0000010050', secrets: [], comment: 'SOCKS5 CONNECT 10.0.0.1:80' },
      { step: 5, kind: 'expect', hex_regex: '^0500', shortest: 2, min_recv: 2, comment: 'SOCKS5 request granted' },
      {
        step: 6,
        kind: 'expect',
        hex_regex: '^0500..(01.{12}|04.{36}|03.{4,})',
        shortest: 6,
        min_recv: null,
        comment: 'SOCKS5 reply complete',
      },
      { step: 7, kind: 'send', bytes: '45484c4f0d0a', secrets: [], comment: 'data as captured' },
      { step: 8, kind: 'expect', hex_regex: '^323530', shortest: 3, min_recv: 3, comment: 'reply begins as captured' },
    ]);
    expect(unread.haproxy).toHaveLength(9);
  });

  test('name what they stand on', () => {
    expect(value[1]).toMatchObject({
      servers: ['10.0.0.2:1080'],
      layers: ['socks5', 'unknown'],
      destination: '10.0.0.1:80',
      title: 'data as captured',
      samples: 1,
      evidence: [{ stream: 1, frames: [23, 25, 27, 29, 31, 33] }],
      timeout_check_s: 3,
    });
  });
});
