import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/check/check.ts';
import { emitHaproxy, variablesOf } from '../../src/emit/haproxy/script.ts';
import type { SectionOptions } from '../../src/emit/haproxy/section.ts';
import { DEFAULT_SCRIPT_STYLE, type ScriptStyle } from '../../src/emit/haproxy/style.ts';
import { DEFAULT_FORM, type Form } from '../../src/proof/form.ts';
import { checksOf, filesNamed, scripted } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const files = filesNamed(['a.pcap', 1000]);
const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
let client = 40_000;
const socks5 = (server: string, path = '/') =>
  new Talk({ server, client: `10.0.0.1:${client++}` })
    .handshake()
    .client(hex('050100'))
    .server(hex('0500'))
    .client(hex('05010003 01 61 0050'))
    .server(hex('05000001 00000000 0000'))
    .client(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
    .server(ANSWER);
const http = (server: string, more = '') =>
  new Talk({ server, client: `10.0.0.1:${client++}` })
    .handshake()
    .client(`${more}GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n`)
    .server(ANSWER);

function emitted(
  checks: readonly Check[],
  section: Partial<SectionOptions> | undefined,
  changes: Partial<ScriptStyle> = {},
  form: Form = DEFAULT_FORM,
): string {
  const whole = section && { kind: 'listen' as const, complete: false, ...section };
  return emitHaproxy(
    { ...scripted(checks, form), files },
    { ...DEFAULT_SCRIPT_STYLE, comments: false, section: whole, ...changes },
  );
}
const linesOf = (text: string, keyword: string): string[] =>
  text
    .split('\n')
    .flatMap((line) => (line.trimStart().startsWith(`${keyword} `) ? [line.trim().slice(keyword.length + 1)] : []));

test('a section, in the order in which people write one', () => {
  const lines = emitted(checksOf([socks5('10.0.0.2:1080')]), { balance: 'source', hashType: 'consistent' }).split('\n');
  expect(lines.map((line) => line.trim().split(' ').slice(0, 2).join(' '))).toEqual([
    'listen socks5',
    'bind 127.0.0.1:1081',
    'mode tcp',
    'option tcp-check',
    'tcp-check connect',
    'tcp-check send-binary',
    'tcp-check expect',
    'tcp-check send-binary',
    'tcp-check expect',
    'tcp-check expect',
    'tcp-check send',
    'tcp-check expect',
    'timeout check',
    'balance source',
    'hash-type consistent',
    'default-server inter',
    'server proxy1',
    '',
  ]);
  for (const line of lines.slice(1, -1)) expect(line).toMatch(/^ {4}\S/);
});

describe('names and ports', () => {
  const checks = checksOf([
    socks5('10.0.0.2:1080'),
    socks5('10.0.0.2:1081', '/b'),
    socks5('10.0.0.3:1080', '/c'),
    http('10.0.0.2:3128'),
  ]);

  test('of several sections are their own, and no port of a proxy', () => {
    const text = emitted(checks, {});
    expect(linesOf(text, 'listen')).toEqual(['socks5', 'socks5-2', 'socks5-3', 'http']);
    expect(linesOf(text, 'bind')).toEqual(['127.0.0.1:1082', '127.0.0.1:1083', '127.0.0.1:1084', '127.0.0.1:3129']);
  });

  test('of backends in a file have frontends', () => {
    const text = emitted(checks.slice(0, 2), { kind: 'backend', complete: true });
    expect(linesOf(text, 'frontend')).toEqual(['socks5-in', 'socks5-2-in']);
    expect(linesOf(text, 'default_backend')).toEqual(['socks5', 'socks5-2']);
    expect(linesOf(text, 'backend')).toEqual(['socks5', 'socks5-2']);
    expect(text).toMatch(/^defaults\n/);
    expect(linesOf(emitted(checks, { kind: 'backend' }), 'bind')).toEqual([]);
  });

  test('a PROXY header gives no name', () => {
    const proxied = checksOf([http('10.0.0.2:3128', 'PROXY TCP4 10.0.0.9 10.0.0.2 1 2\r\n')]);
    expect(linesOf(emitted(proxied, {}), 'listen')).toEqual(['http']);
  });

  test('the last port is followed by the first that is not for root alone', () =>
    expect(linesOf(emitted(checksOf([socks5('10.0.0.2:65535')]), {}), 'bind')).toEqual(['127.0.0.1:1024']));

  test('servers of the user are no place to listen', () => {
    const servers = [{ name: 'one', address: '127.0.0.1:1081', backup: false }];
    expect(linesOf(emitted(checksOf([socks5('10.0.0.2:1080')]), { servers }), 'bind')).toEqual(['127.0.0.1:1082']);
  });
});

describe('servers', () => {
  test('are those of the capture, in order of appearance', () => {
    const same = checksOf([socks5('10.0.0.9:1080'), socks5('10.0.0.2:1080')]);
    expect(same).toHaveLength(1);
    expect(linesOf(emitted(same, {}), 'server')).toEqual(['proxy1 10.0.0.9:1080 check', 'proxy2 10.0.0.2:1080 check']);
  });

  test('or those that the user names', () => {
    const servers = [
      { name: 'xxx1', address: '127.0.0.1:11110', backup: false },
      { name: 'xxx2', address: '[::1]:11111', backup: true },
    ];
    expect(linesOf(emitted(checksOf([socks5('10.0.0.2:1080')]), { servers }), 'server')).toEqual([
      'xxx1 127.0.0.1:11110 check',
      'xxx2 [::1]:11111 check backup',
    ]);
  });
});

describe('times follow the slowest sample, and the comment says how', () => {
  const [check] = checksOf([socks5('10.0.0.2:1080')]) as [Check];
  test.each<[slowest: number, timeout: number, timeoutLine: string, inter: string, comment: string]>([
    [
      1.3,
      3,
      '3s',
      'inter 5s fall 3 rise 2',
      'a silent proxy is down after 24s at most, one that answers wrongly after 15s',
    ],
    [
      400,
      4,
      '4s',
      'inter 20s fall 3 rise 2',
      'a silent proxy is down after 72s at most, one that answers wrongly after 60s',
    ],
  ])('%d ms', (slowest, timeout, timeoutLine, inter, comment) => {
    const slow = { ...check, measured: { fastest: slowest, slowest }, timeout };
    const text = emitted([slow], {}, { comments: true });
    expect(linesOf(text, 'timeout check')).toEqual([timeoutLine]);
    expect(linesOf(text, 'default-server')).toEqual([inter]);
    expect(text).toContain(comment);
  });
});

describe('variables', () => {
  const secret = (proxy: string, origin: string) =>
    new Talk({ client: `10.0.0.1:${client++}` })
      .handshake()
      .client(`CONNECT a:80 HTTP/1.1\r\nProxy-Authorization: Basic ${Buffer.from(proxy).toString('base64')}\r\n\r\n`)
      .server('HTTP/1.1 200 OK\r\n\r\n')
      .client(`GET / HTTP/1.1\r\nHost: a\r\n${origin}\r\n\r\n`)
      .server(ANSWER);
  const style = (names: readonly (readonly [string, string])[] = []): ScriptStyle => ({
    ...DEFAULT_SCRIPT_STYLE,
    environment: new Map(names),
  });
  const named = (talks: Talk[], names?: readonly (readonly [string, string])[]) =>
    variablesOf({ ...scripted(checksOf(talks)), files }, style(names));

  test.each<[header: string, names: string[]]>([
    ['Authorization: Basic dTpw', ['ORIGIN_USER', 'ORIGIN_PASSWORD']],
    ['Authorization: Bearer abc', ['ORIGIN_TOKEN']],
    ['Cookie: a=b', ['COOKIE']],
    ['X-Api-Key: k', ['X_API_KEY']],
    ['X: y', []],
  ])('are named after what they hold: %s', (header, names) =>
    expect(named([secret('lab:secret', header)])).toEqual(['PROXY_USER', 'PROXY_PASSWORD', ...names]),
  );

  test('stand for one value each', () => {
    const talks = [secret('lab:one', 'X: 1'), secret('lab:two', 'X: 2'), secret('lab:one', 'X: 3')];
    expect(named(talks)).toEqual(['PROXY_USER', 'PROXY_PASSWORD', 'PROXY_PASSWORD_2']);
  });

  test('are called as the user says', () =>
    expect(
      named(
        [secret('lab:secret', 'X: 1')],
        [
          ['PROXY_PASSWORD', 'Pw'],
          ['PROXY_USER', 'pw'],
        ],
      ),
    ).toEqual(['pw', 'Pw']));

  test('are guarded, once, where HAProxy has a way to', () => {
    const checks = checksOf([secret('lab:one', 'X: 1'), secret('lab:one', 'X: 2')]);
    const text = (form: Form) => emitHaproxy({ ...scripted(checks, form), files }, style());
    expect(text(DEFAULT_FORM).match(/\.if !defined\(PROXY_USER\)/g)).toHaveLength(1);
    expect(text(DEFAULT_FORM).match(/^ *\.alert /gm)).toHaveLength(2);
    expect(text({ ...DEFAULT_FORM, dialect: '2.3' })).not.toContain('.if');
  });
});
