import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/emit/haproxy/parse.ts';
import { backend, only, rulesIn } from '../support/config.ts';
import { TAKEN_OVER } from './taken-over.ts';

describe('what a section takes over from its defaults (measured on 2.6.12)', () => {
  test.each(TAKEN_OVER)('%s', (_sentence, defaults, own, rules) => {
    expect(rulesIn(only([...defaults, backend(...own)].join('\n')).checker)).toEqual(rules);
  });

  test('the defaults above count, named or not, or those that from names', () => {
    const text = [
      'defaults one',
      'option tcp-check',
      'tcp-check send 1',
      'defaults two from one',
      'timeout check 7s',
      'defaults three',
      'backend a from two',
      'server s 192.0.2.1:1 check',
      'backend b',
      'server s 192.0.2.1:2 check',
    ].join('\n');
    expect(parseConfig(text).map(({ checker, timeout }) => [rulesIn(checker), timeout.milliseconds])).toEqual([
      [['3: send 1'], 7000],
      [['connect'], 2000],
    ]);
  });

  test.each<[sentence: string, lines: string[], remark: string]>([
    [
      'rules without their option are ignored',
      ['tcp-check send x'],
      'HAProxy ignores the tcp-check rules: there is no option tcp-check',
    ],
    [
      'http-check rules without theirs too',
      ['option tcp-check', 'http-check expect status 204'],
      'HAProxy ignores the http-check rules: there is no option httpchk',
    ],
  ])('%s', (_sentence, lines, remark) => {
    const check = only(backend(...lines));
    expect(rulesIn(check.checker)).toEqual(['connect']);
    expect(check.remarks.map(({ text }) => text)).toEqual([remark]);
  });
});

describe('servers', () => {
  const serversIn = (...lines: string[]) =>
    parseConfig(['backend b', ...lines].join('\n')).map(({ section, servers }) => [
      section,
      servers.map(({ name, host, port, backup }) => `${name} ${host}:${port}${backup ? ' backup' : ''}`),
    ]);
  test.each<[sentence: string, lines: string[], servers: string[]]>([
    ['are those with check', ['server a 192.0.2.1:80 check', 'server b 192.0.2.2:80'], ['a 192.0.2.1:80']],
    [
      'take it from default-server above',
      ['server a h:1', 'default-server check', 'server b h:2', 'server c h:3 no-check'],
      ['b h:2'],
    ],
    [
      'are checked at an address and port of the check',
      ['server a 192.0.2.1:80 check addr 192.0.2.9 port 81'],
      ['a 192.0.2.9:81'],
    ],
    [
      'of IPv6',
      ['server a [2001:db8::1]:80 check', 'server b ipv6@2001:db8::2:81 check'],
      ['a 2001:db8::1:80', 'b 2001:db8::2:81'],
    ],
    [
      'on sockets have no address',
      ['server a /run/a.sock check', 'server b unix@/run/b check'],
      ['a undefined:undefined', 'b undefined:undefined'],
    ],
    ['may be backups', ['server a h:1 check backup', 'server b h:2 check no-backup'], ['a h:1 backup', 'b h:2']],
    ['of a template', ['server-template a 1-3 h:1 check'], ['a h:1']],
    ['whose address comes from a variable have none', [`server a "\${HOST}:80" check`], ['a undefined:undefined']],
    [
      'keywords behind others that take a value are values',
      ['server a h:1 cookie check', 'server b h:2 check sni backup'],
      ['b h:2'],
    ],
  ])('%s', (_sentence, lines, servers) => expect(serversIn(...lines)).toEqual([['backend b', servers]]));

  test('name a healthcheck section (3.4)', () => {
    const text = [
      'healthcheck deep',
      'type tcp-check',
      'tcp-check send x',
      'healthcheck web',
      'type httpchk GET /x',
      'http-check expect status 204',
      'backend b',
      'server a 192.0.2.1:1 check healthcheck deep',
      'server b 192.0.2.1:2 check',
      'server c 192.0.2.1:3 check healthcheck web',
    ].join('\n');
    expect(
      parseConfig(text).map(({ section, checker, servers }) => [section, rulesIn(checker), servers[0]?.name]),
    ).toEqual([
      ['backend b', ['connect'], 'b'],
      ['backend b, healthcheck deep', ['3: send x'], 'a'],
      ['backend b, healthcheck web', ['5: GET /x HTTP/1.0', '6: expect status [[204,204]]'], 'c'],
    ]);
  });

  test('a section without servers is read, and the report says that nothing is checked', () => {
    const check = only('listen a\noption tcp-check\ntcp-check send x\n');
    expect(check.remarks).toEqual([{ line: 1, text: 'no server line has "check": nothing is ever checked' }]);
  });

  test.each([
    ['timeout check 3s', 'inter 1s', 3000, 'timeout check', 2],
    ['', 'inter 700ms', 700, 'inter', 3],
    ['', '', 2000, 'inter', undefined],
    ['timeout check 900', '', 900, 'timeout check', 2],
  ])('what a check may take: "%s", "%s"', (timeout, inter, milliseconds, option, line) => {
    const text = ['backend b', timeout, `server a h:1 check ${inter}`].join('\n');
    expect(only(text).timeout).toEqual({ milliseconds, line, option });
  });
});

describe('what nobody but HAProxy knows is said, and not guessed', () => {
  const IF = 'whether the line counts depends on an .if';
  test.each<[sentence: string, lines: string[], unknown: string[]]>([
    ['a rule in an .if', ['option tcp-check', '.if defined(X)', 'tcp-check send x', '.endif'], [`4: ${IF}`]],
    ['an option in an .else', ['.if defined(X)', '.else', 'option tcp-check', '.endif'], [`4: ${IF}`]],
    ['a variable', ['option tcp-check', 'tcp-check send "$X"'], ['3: what it says depends on the environment (X)']],
    [
      'a log-format',
      ['option tcp-check', 'tcp-check send-lf %[src]'],
      ['3: what is sent is a log-format, whose value is known only when HAProxy runs'],
    ],
    [
      'a format to look for',
      ['option tcp-check', 'tcp-check expect string-lf %[src]'],
      ['3: what is looked for is a log-format, whose value is known only when HAProxy runs'],
    ],
    [
      'a header of an answer',
      ['option httpchk', 'http-check expect hdr name via value x'],
      ['3: what is looked for in a header is not judged here'],
    ],
    [
      'a regular expression that is not read',
      ['option tcp-check', 'tcp-check expect rstring a++b'],
      ['3: its regular expression is not one that is read here'],
    ],
    [
      'TLS',
      ['option tcp-check', 'tcp-check connect ssl'],
      ['3: the check goes through TLS, and the capture shows nothing of that'],
    ],
    [
      'two connections',
      ['option tcp-check', 'tcp-check connect', 'tcp-check connect port 81'],
      ['4: a second connect: more than one connection is not judged here'],
    ],
  ])('%s', (_sentence, lines, unknown) => {
    expect(only(backend(...lines)).unknown.map(({ line, text }) => `${line}: ${text}`)).toEqual(unknown);
  });

  test.each<[sentence: string, text: string, unknown: string[]]>([
    ['what is left out for certain', backend('option tcp-check', '.if 0', 'tcp-check foo', '.endif'), []],
    ['what counts for certain', backend('.if 1', 'option tcp-check', '.else', 'option foo', '.endif'), []],
    ['rules of a checker that is not chosen', backend('.if defined(X)', 'tcp-check send x', '.endif'), []],
    ['a whole section in an .if', `.if defined(X)\n${backend('option tcp-check', 'tcp-check send x')}.endif`, []],
    ['messages', backend('.notice x', '.alert y'), []],
    ['TLS of the service beside a port of the check', 'backend b\nserver s h:1 ssl check port 80', []],
    [
      'TLS of the service',
      'backend b\nserver s h:1 ssl check',
      ['2: the check goes through TLS, and the capture shows nothing of that'],
    ],
    [
      'defaults in an .if',
      `.if defined(X)\ndefaults\noption tcp-check\n.endif\n${backend()}`,
      ['2: whether these defaults count depends on an .if'],
    ],
  ])('%s', (_sentence, text, unknown) => {
    expect(only(text).unknown.map(({ line, text: said }) => `${line}: ${said}`)).toEqual(unknown);
  });
});
