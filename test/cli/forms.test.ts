import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const capture = (name: string): string => join(FIXTURES, name, 'capture.pcap');
const HTTP = capture('http/squid-http-x3');
const TWO = capture('http/tinyproxy-http-keepalive');
const PASSWORD = capture('socks5/dante-socks5h-auth-x3');
const CONNECT = capture('connect/squid-connect-x3');

describe('options that do not go together are refused', () => {
  test.each<[args: string[], code: number, words: string]>([
    [['--json', '--section', 'listen', HTTP], 2, 'JSON has the rules alone'],
    [
      ['--secrets', 'env', '--haproxy', '2.1', HTTP],
      2,
      '--secrets env needs send-lf and send-binary-lf, which HAProxy has since 2.2',
    ],
    [
      ['--name', 'x', '--bind', ':1', TWO],
      2,
      '--name and --bind can be for one section alone, and the capture gives 2 checks',
    ],
    [['--probe', 'ftp://a/', HTTP], 2, 'an address as http://probe.example/health'],
    [['--probe', 'http://u:p@a/', HTTP], 2, 'without credentials'],
    [['--expect-status', '299-200', HTTP], 2, 'statuses and ranges, as 204,200-299'],
    [['--name', 'a b', HTTP], 2, 'letters, digits and - _ . : only'],
    [['--server-line', 'a=b', HTTP], 2, 'NAME=HOST:PORT'],
    [['--secret-names', 'A=1', HTTP], 2, 'NAME=VARIABLE'],
    [['--as', 'http-check', CONNECT], 1, 'withheld: tcp.stream 0 (127.0.0.1:3128): http-check cannot say it'],
    [['prove', '--as', 'http-check', CONNECT], 1, 'nothing is proved: see why each check is withheld'],
    [['--expect-status', '404', HTTP], 1, 'answered, HTTP 204, which --expect-status does not take'],
    [['--probe', 'https://a/', HTTP], 1, 'it speaks HTTP without TLS: give an http:// address'],
  ])('%j', (args, code, words) => {
    const result = capture2check(args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(words);
  });
});

describe('what is said beside a check', () => {
  test('where JSON holds secrets, and that it does not with --secrets env', () => {
    const secret = Buffer.from('secret').toString('hex');
    const inline = capture2check(['--json', '--no-proof', PASSWORD]);
    expect(inline.stdout).toContain(secret);
    expect(inline.stderr).toContain('the JSON holds secrets (UNAME, PASSWD)');
    const masked = capture2check(['--json', '--no-proof', '--secrets', 'env', PASSWORD]);
    expect(masked.stdout).not.toContain(secret);
    expect(masked.stdout).toContain('01032a2a2a062a2a2a2a2a2a');
    expect(masked.stderr).not.toContain('holds secrets');
  });

  test('a name of --secret-names that is of no use', () => {
    const { stderr } = capture2check(['--no-proof', '--secret-names', 'PROXY_PASSWORD=P,OTHER=O', PASSWORD]);
    expect(stderr).toContain('warning: --secret-names: no secret of the script is called OTHER');
    expect(stderr).toContain("the check takes PROXY_USER, P from HAProxy's environment");
  });

  test('that several checks need sections, unless they have them', () => {
    expect(capture2check(['--no-proof', TWO]).stderr).toContain('2 checks: each goes into a section of its own');
    expect(capture2check(['--no-proof', '--complete', TWO]).stderr).toBe('');
  });

  test('of an answer that the user takes nothing, and it is proved', () => {
    const failed = ['--stream', '0', '--expect-status', '404', capture('http/squid-fail-404')];
    expect(capture2check(failed).stderr).toMatch(/^capture2check: proof: [^\n]*\n$/);
    expect(capture2check(['prove', ...failed]).code).toBe(0);
  });
});

test('prove writes for a version as well', () => {
  const { code, stdout } = capture2check(['prove', '-q', '--haproxy', '1.8', PASSWORD]);
  expect(code).toBe(1); // weaker than it could be
  expect(stdout).toMatch(/only at the time-out/);
});

test('--help is for 80 columns', () => {
  const { stdout } = capture2check(['derive', '--help']);
  const options = stdout.slice(0, stdout.indexOf('\nBounds'));
  for (const line of options.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  for (const group of ['What the check asks for, and what it takes:', 'How its rules are written:', 'Whole sections:'])
    expect(options).toContain(`\n${group}\n`);
});

test("of an address of the user's own the captured status is expected, and that is said", () => {
  const args = [join(FIXTURES, 'socks5/dante-socks5h-x3/capture.pcap'), '--probe', 'http://a.example/'];
  const words = /a\.example is expected to answer 204, as the captured origin did/;
  expect(capture2check(args).stderr).toMatch(words);
  expect(capture2check([...args, '--expect-status', '200']).stderr).not.toMatch(words);
});

test('a new file that holds secrets is for its owner alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
  const modes = [[], ['--secrets', 'env']].map((args, at) => {
    const path = join(folder, `${at}.cfg`);
    capture2check([join(FIXTURES, 'socks5/dante-socks5h-auth-x3/capture.pcap'), '-o', path, ...args]);
    return statSync(path).mode & 0o077;
  });
  rmSync(folder, { recursive: true });
  expect(modes[0]).toBe(0);
  expect(modes[1]).toBe(~process.umask() & 0o066);
});
