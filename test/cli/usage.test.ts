import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { closest } from '../../src/cli/suggest.ts';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

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
