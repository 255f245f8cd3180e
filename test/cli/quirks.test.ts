import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const recording = (name: string): string => join(FIXTURES, name, 'capture.pcap');
const GOOD = recording('socks5/dante-socks5h-x3');
const WITH_PASSWORD = recording('socks5/dante-socks5h-auth-x3');
const MICROSOCKS = recording('socks5/microsocks-socks5h-x3');
const REFUSED = recording('socks5/dante-fail-refused-x3');
const NO_NAME = recording('socks5/dante-fail-nxdomain-x3');
const UNREACHABLE = recording('socks5/dante-fail-unreachable-x3');

const quirks = (...args: string[]) => capture2check(['quirks', ...args]);

describe('quirks', () => {
  test('tells of a server on stdout, whole rows where no terminal is, and nothing on stderr', () => {
    const { code, stdout, stderr } = quirks(GOOD);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^127\.0\.0\.1:1080: 3 dialogues\n/);
    expect(stdout).toContain('habit socks5-bound-port-changes: 2 of 3');
    expect(stdout).toContain('0500 granted, then HTTP 204 No Content  SOCKS5 CONNECT client3.google.test:80');
  });

  test('reads the captures that are only labeled, and takes their causes', () => {
    const { code, stdout } = quirks(
      '--json',
      '--cause',
      `nxdomain=${NO_NAME}`,
      '--cause',
      `unreachable=${UNREACHABLE}`,
    );
    expect(code).toBe(0);
    const [{ answers, quirks: found }] = JSON.parse(stdout) as [
      {
        answers: { cause: string; labeled: boolean; count: number }[];
        quirks: { code: string; evidence: { detail: string }[] }[];
      },
    ];
    expect(answers.map(({ cause, labeled, count }) => [cause, labeled, count])).toEqual([
      ['nxdomain', true, 3],
      ['unreachable', true, 3],
    ]);
    expect(
      found.find(({ code: each }) => each === 'socks5-same-reply-code')?.evidence.map(({ detail }) => detail),
    ).toEqual(['04 for nxdomain', '04 for unreachable', '04 for unreachable']);
  });

  test('what a label covers is no longer missing', () => {
    expect(quirks(GOOD).stdout).toContain('the destination refuses (closed port)');
    expect(quirks(GOOD, '--cause', `refused=${REFUSED}`).stdout).not.toContain('the destination refuses (closed port)');
  });

  test('Markdown for one server is under two pages, and marks nothing up that came from the capture', () => {
    const { stdout } = quirks('--format', 'markdown', WITH_PASSWORD);
    expect(stdout.split('\n').length).toBeLessThan(110);
    expect(stdout).toMatch(/^## 127\.0\.0\.1:1080: 3 dialogues\n/);
    expect(stdout).toContain('| 3 | (fine) | `0500 granted, then HTTP 204 No Content` |');
  });

  test.each(['text', 'markdown', 'json'])('%s holds no secret', (format) => {
    const captures = ['socks5/dante-socks5h-auth-x3', 'socks5/microsocks-fail-wrong-password-x3'].map(recording);
    const { stdout } = quirks('--format', format, ...captures, recording('http/squid-http-auth-x3'));
    // secret and wrong, in text, in hex and in base64 behind their user
    expect(stdout).not.toMatch(/secret|77726f6e67|736563726574|bGFiOn/);
  });

  test('--server takes one of several, and without it servers that are reached directly are left out', () => {
    const unfiltered = recording('formats/unfiltered-x3');
    const { stdout, stderr } = quirks(unfiltered);
    expect(stdout).toMatch(/^127\.0\.0\.1:1080: 3 dialogues\n/);
    const [, direct = ''] = /left out: ([^ ]+): reached without a proxy/.exec(stderr) ?? [];
    expect(quirks('-q', unfiltered, '--server', direct).stdout).toContain(`${direct}: 3 dialogues`);
  });

  test('no capture at all is a matter of usage, and no conversation an answer', () => {
    expect(quirks()).toMatchObject({ code: 2, stdout: '' });
    expect(quirks(GOOD, '--server', '192.0.2.1:1')).toMatchObject({ code: 1, stdout: '' });
    expect(quirks('--cause', 'refused', GOOD)).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('quirks --compare', () => {
  const called = (...servers: [name: string, capture: string][]) =>
    servers.flatMap(([name, capture]) => ['--called', `${name}=${capture}`]);

  test('two servers that one check fits', () => {
    const { code, stdout } = quirks('--compare', ...called(['dante', GOOD], ['microsocks', MICROSOCKS]));
    expect(code).toBe(0);
    expect(stdout).toContain('One check fits all servers: that of tcp.stream 0');
    expect(stdout).toMatch(/^ +- +3\/3 {2}socks5-bound-zero$/m);
    expect(stdout).toMatch(/^ +2\/3 +- {2}socks5-bound-port-changes$/m);
  });

  test('two servers that no check fits, and the step that keeps each out', () => {
    const { stdout } = quirks('--compare', '--json', ...called(['open', GOOD], ['closed', WITH_PASSWORD]));
    const { servers, checks } = JSON.parse(stdout) as {
      servers: string[];
      checks: {
        fits_all: boolean;
        servers: { server: string; up: boolean; step: number | null; comment: string | null }[];
      }[];
    };
    expect(servers).toEqual(['open', 'closed']);
    expect(checks.map(({ fits_all }) => fits_all)).toEqual([false, false]);
    expect(checks[0]?.servers[1]).toMatchObject({
      server: 'closed',
      up: false,
      step: 3,
      comment: 'SOCKS5 method: none',
    });
    expect(checks[1]?.servers[0]).toMatchObject({ server: 'open', up: false, step: 3 });
  });

  test('a server of which no dialogue succeeded is not judged', () => {
    const { stdout } = quirks('--compare', ...called(['dante', GOOD], ['broken', REFUSED]));
    expect(stdout).toContain('broken: not known, none of its dialogues succeeded');
  });

  test('one server is nothing to compare', () => {
    expect(quirks('--compare', GOOD)).toMatchObject({ code: 1, stdout: '' });
  });
});
