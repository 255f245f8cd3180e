import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { closest } from '../../src/cli/suggest.ts';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const REFUSED = join(FIXTURES, 'socks5/dante-fail-refused-x3/capture.pcap');
const GOOD = join(FIXTURES, 'socks5/dante-socks5h-x3/capture.pcap');

describe('what was probably meant', () => {
  test.each<[name: string, args: string[], code: number, words: string]>([
    ['an option', ['--steam', '1', GOOD], 2, "unknown option '--steam'; did you mean --stream?"],
    ['an option of a command', ['list', '--lmit', 'a', GOOD], 2, "unknown option '--lmit'; did you mean --limit?"],
    ['a format', ['--format', 'jsn', GOOD], 2, '--format knows no "jsn"; did you mean json?'],
    ['a format of another command', ['quirks', '--format', 'markdwon', GOOD], 2, 'did you mean markdown?'],
    ['an allowance', ['--allow', 'cut,gpa', GOOD], 2, '--allow knows no "gpa"; did you mean gap?'],
    ['a version', ['--haproxy', '2.99', GOOD], 2, '--haproxy knows no "2.99"; did you mean 2.9?'],
    ['a bound', ['--limit', 'head=1k,sampels=3', GOOD], 2, '--limit knows no "sampels"; did you mean samples?'],
    ['a checker', ['--as', 'tcpcheck', GOOD], 2, '--as knows no "tcpcheck"; did you mean tcp-check?'],
    ['a side', ['show', '--raw', 'clinet', GOOD], 2, '--raw knows no "clinet"; did you mean client?'],
    ['a command', ['lits', GOOD], 3, 'lits: cannot be read: no such file; did you mean the command list?'],
    ['a command alone', ['prvoe'], 3, 'did you mean the command prove?'],
  ])('%s', (_name, args, code, words) => {
    const result = capture2check(args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(/^capture2check: error: [^\n]*\n$/);
    expect(result.stderr).toContain(words);
  });

  test('what is near nothing is told what is expected, or where to read', () => {
    expect(capture2check(['--format', 'yaml', GOOD]).stderr).toMatch(/--format yaml: expected one of haproxy, json\n$/);
    expect(capture2check(['--limit', 'samples=many', GOOD]).stderr).toContain(
      '--limit samples=many: expected NAME=NUMBER',
    );
    expect(capture2check(['list', '--quantum', GOOD]).stderr).toMatch(
      /; capture2check list --help tells how it is used\n$/,
    );
    expect(capture2check(['completion', 'ksh']).stderr).toContain('completion ksh: expected one of bash, zsh, fish');
    expect(capture2check(['session.pcap']).stderr).toMatch(/session\.pcap: cannot be read: no such file\n$/);
  });
});

describe('an error ends with the next step', () => {
  const config = new URL('../../package.json', import.meta.url).pathname;
  test.each<[name: string, args: string[], code: number, words: string]>([
    [
      'fixture of nothing',
      ['fixture', GOOD, '--stream', '9'],
      1,
      'is tcp.stream 9; capture2check list shows what there is',
    ],
    ['quirks of nobody', ['quirks', GOOD, '--server', '192.0.2.1:1'], 1, 'capture2check list shows what there is'],
    [
      'compare with nobody',
      ['compare', GOOD, GOOD, '--server', '192.0.2.1:1'],
      1,
      'capture2check list shows what there is',
    ],
    ['serve nothing', ['serve', GOOD, '--stream', '9'], 1, 'capture2check list shows what there is'],
    ['show nothing', ['show', GOOD, '--stream', '9'], 1, 'capture2check list shows them'],
    [
      'a fault that is nearly one',
      ['serve', GOOD, '--fault', 'reply 1: silense'],
      2,
      'did you mean "reply 1: silence"?',
    ],
    [
      'faults of a server that fails',
      ['serve', REFUSED, '--list-faults'],
      1,
      'record a session in which the request succeeds',
    ],
    ['a proof of a failure', ['prove', REFUSED, '--stream', '0'], 1, 'capture2check list shows which succeeded'],
    ['a folder that is none', [GOOD, '-o', '/nonexistent/check.cfg'], 3, 'there is no such folder'],
    ['no configuration', ['audit', '/nonexistent.cfg', '--capture', GOOD], 3, 'cannot be read: no such file'],
    ['no check in it', ['audit', config, '--capture', GOOD], 1, 'capture2check --section listen CAPTURE writes one'],
    ['no HAProxy', ['prove', '--haproxy', '/bin/false', GOOD], 3, 'name a HAProxy, as --haproxy /usr/sbin/haproxy'],
    ['an old HAProxy', ['--secrets', 'env', '--haproxy', '2.0', GOOD], 2, 'say --haproxy 2.2 or later'],
    ['one server', ['quirks', '--compare', GOOD], 1, '--called NAME=FILE'],
  ])('%s', (_name, args, code, words) => {
    const result = capture2check([...args, '-q']);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(/^capture2check: error: [^\n]*\n$/);
    expect(result.stderr.trimEnd().endsWith(words), result.stderr).toBe(true);
  });
});

test('the closest word has at most a third of its letters wrong', () => {
  const words = ['list', 'show', 'compare', 'completion'];
  for (const [typed, meant] of [
    ['lits', 'list'],
    ['LIST', 'list'],
    ['comprae', 'compare'],
    ['cmpletoin', 'completion'],
    ['shwo', 'show'],
    ['session', undefined],
    ['x', undefined],
    ['', undefined],
  ] as const)
    expect(closest(typed, words), typed).toBe(meant);
});
