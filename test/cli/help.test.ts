import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { EXAMPLES } from '../../src/cli/examples.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { CLI, capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { available } from '../support/tools.ts';

const program = buildProgram(() => {});
const COMMANDS = program.commands.map((command) => command.name());
const helpOf = (...args: string[]) => capture2check(args, { env: { COLUMNS: '80' } }).stdout;

describe.each(['', ...COMMANDS])('the help of "%s"', (name) => {
  const text = helpOf(...(name === '' ? [] : [name]), '--help');

  test('fits 80 columns', () => {
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('has examples and exit codes', () => {
    expect(text).toContain('Examples:');
    expect(text.replaceAll('\n', ' ')).toMatch(/Exit codes: 0 done, .*2 usage, 3 unreadable/);
  });

  test('is what help prints', () => {
    expect(helpOf('help', ...(name === '' ? [] : [name]))).toBe(text);
  });
});

test('the main help names every command and little else', () => {
  const text = helpOf('--help');
  for (const name of COMMANDS) expect(text).toMatch(new RegExp(`^ {2}${name} +[a-z]`, 'm'));
  expect(text.split('\n').length).toBeLessThan(50);
});

describe('help on topics', () => {
  test('limits are those that --limit takes', () => {
    const text = helpOf('help', 'limits');
    const limits = [...text.matchAll(/^ {2}([a-z-]+=[0-9]+[kmg]?) /gm)].map(([, limit]) => limit as string);
    expect(limits).toContain('samples=100');
    expect(capture2check(['list', '--limit', limits.join(','), `${FIXTURES}/formats/cut/capture.pcap`]).code).toBe(0);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('of others there is none', () => {
    expect(capture2check(['help', 'lmits'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean limits?'),
    });
    expect(capture2check(['help', 'quantum'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is on derive, prove'),
    });
  });
});

describe('every example runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capture2check-examples-'));
  const take = (fixture: string, ...names: string[]) => {
    for (const name of names) copyFileSync(join(FIXTURES, fixture), join(folder, name));
  };
  take('socks5/dante-socks5h-auth-x3/capture.pcap', 'session.pcap', 'old.pcap');
  take('socks5/microsocks-socks5h-auth-x3/capture.pcap', 'new.pcap');
  take('socks5/dante-fail-refused-x3/capture.pcap', 'refused.pcap');
  writeFileSync(join(folder, 'good.json'), capture2check(['fixture', join(folder, 'session.pcap')]).stdout);
  const rules = capture2check(['--section', 'listen', '--name', 'socks', join(folder, 'session.pcap')]).stdout;
  writeFileSync(join(folder, 'haproxy.cfg'), rules);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** As a shell has it: the program is on the PATH, nothing is recorded, and what would wait is ended. */
  const shell = (line: string) =>
    spawnSync(
      'timeout',
      [
        '5',
        'bash',
        '-c',
        `capture2check() { '${process.execPath}' '${CLI}' "$@"; }; tcpdump() { cat session.pcap; }; curl() { :; }; fish() { :; }; source() { cat "$1"; }\n` +
          line.replace('| source', '| cat'),
      ],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, CI: '' } },
    );
  const lines = Object.entries(EXAMPLES).flatMap(([name, examples]) => examples.map(([line]) => [name, line] as const));

  test('and there are some for each command', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(['capture2check', ...COMMANDS].sort());
  });

  test.each(lines.filter(([, line]) => !line.includes('--haproxy ') || available('haproxy')))(
    '%s: %s',
    (name, line) => {
      const { status, stderr } = shell(line);
      const waits = name === 'serve' && !line.includes('--list-faults');
      expect(stderr).not.toContain('error:');
      expect(waits ? [124] : [EXIT.done, EXIT.no], stderr).toContain(status);
    },
  );
});
