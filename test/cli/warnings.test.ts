import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WARNINGS } from '../../src/capture/warning.ts';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const SRC = new URL('../../src', import.meta.url).pathname;
const NAMES = Object.keys(WARNINGS);

test('docs/warnings.md is written from the table', async () => {
  const rows = Object.entries(WARNINGS).map(([name, what]) => `| \`${name}\` | ${what.replaceAll('|', '\\|')} |`);
  const text = `# Warnings

What the program warns of on stderr. Each warning ends with its name in parentheses; \`--no-warn NAME\` leaves it out, several are separated by
commas. The caveats of a check stand in its script all the same, as \`# weak: …\`.

| name | what it says |
| --- | --- |
${rows.join('\n')}
`;
  await expect(text).toMatchFileSnapshot('../../docs/warnings.md');
});

test('every name is said somewhere', () => {
  const source = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('capture/warning.ts'))
    .map((path) => readFileSync(join(SRC, path), 'utf8'))
    .join('\n');
  for (const name of NAMES) expect(source).toContain(`'${name}'`);
});

describe('--no-warn leaves out', () => {
  const CASES: readonly (readonly [name: string, args: readonly string[]])[] = [
    ['cut-off', ['list', 'formats/cut/capture.pcap']],
    ['tls-tunnel', ['socks5/dante-socks5h-https-x3/capture.pcap']],
    ['unknown-reply', ['unknown/memcached-x3/capture.pcap']],
    ['forced', ['socks5/dante-fail-refused-x3/capture.pcap', '--stream', '0']],
    ['not-proved', ['socks5/dante-fail-refused-x3/capture.pcap', '--stream', '0']],
    ['weak-form', ['--expect', 'prefix', 'socks5/dante-socks5h-x3/capture.pcap']],
    ['proof', ['--expect', 'prefix', 'socks5/dante-socks5h-x3/capture.pcap']],
    ['probe-status', ['--probe', 'http://a.example/', 'socks5/dante-socks5h-x3/capture.pcap']],
    ['withheld', ['--as', 'http-check', 'socks5/dante-socks5h-x3/capture.pcap']],
    ['role', ['list', '--role', 'server=192.0.2.9:1', 'socks5/dante-socks5h-x3/capture.pcap']],
  ];
  const run = (args: readonly string[]) =>
    capture2check(args.map((each) => (each.endsWith('.pcap') ? join(FIXTURES, each) : each)));
  const warnings = (text: string) => text.split('\n').filter((line) => line.startsWith('capture2check: warning: '));
  const named = (name: string) => (line: string) => line.endsWith(` (${name})`);

  test.each(CASES)('%s, and nothing else', (name, args) => {
    const said = run(args);
    const less = run([...args, '--no-warn', name]);
    expect(warnings(said.stderr).filter(named(name))).not.toEqual([]);
    expect(warnings(less.stderr)).toEqual(warnings(said.stderr).filter((line) => !named(name)(line)));
    expect({ ...less, stderr: '' }).toEqual({ ...said, stderr: '' });
  });

  test('several, together or one by one', () => {
    const args = CASES.find(([name]) => name === 'forced')?.[1] ?? [];
    const together = run([...args, '--no-warn', 'forced,not-proved']);
    expect(warnings(together.stderr)).toEqual([]);
    expect(run([...args, '--no-warn', 'forced', '--no-warn', 'not-proved'])).toEqual(together);
  });

  test('no warning of another name: the names are told', () => {
    const { code, stderr } = run(['--no-warn', 'everything', 'formats/cut/capture.pcap']);
    expect(code).toBe(2);
    for (const name of NAMES) expect(stderr).toContain(name);
  });
});

test('help warnings has them all, in 80 columns', () => {
  const { stdout } = capture2check(['help', 'warnings']);
  for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^ {2}${name} {2,}\\S`, 'm'));
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});
