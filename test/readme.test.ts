import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { capture2check } from './support/cli.ts';
import { captureOf } from './support/fixtures.ts';

const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const CAPTURE = captureOf('socks5/dante-socks5h-x3');
const CONNECT = '0501000313636c69656e74332e676f6f676c652e746573740050';
const FETCH = 'send GET\\ /generate_204\\ HTTP/1.1\\r\\nHost:\\ client3.google.test\\r\\n\\r\\n';

/** A section with a check of these rules. */
const section = (...rules: readonly string[]): string =>
  [
    'listen checked',
    '    bind 127.0.0.1:1081',
    '    mode tcp',
    '    timeout check 3s',
    '    option tcp-check',
    ...rules.map((rule) => `    tcp-check ${rule}`),
    '    server one 127.0.0.1:1080 check',
    '',
  ].join('\n');

interface Verdict {
  readonly tried: { readonly twins: number; readonly variants: number };
  readonly faults: readonly { readonly kind: string; readonly count: number }[];
}

const GREETED = ['connect', 'send-binary 05020001', 'expect binary 0500', `send-binary ${CONNECT}`];

test.each([
  ['`expect binary 0500`, twice', [...GREETED, 'expect binary 0500']],
  ['`binary 0500`, `binary 05000001`', [...GREETED, 'expect binary 05000001', FETCH, 'expect rstring ^HTTP/1.1\\ 204']],
])('the README says how %s does', (name, rules) => {
  const { stdout } = capture2check(['audit', '--json', '-', '--capture', CAPTURE], { input: section(...rules) });
  const [{ tried, faults }] = JSON.parse(stdout) as [Verdict];
  const counted = (kind: string) =>
    faults.filter((fault) => fault.kind === kind).reduce((sum, { count }) => sum + count, 0);
  const row = README.split('\n').find((line) => line.startsWith(`| ${name}`)) ?? '';
  expect(row.split(' | ').slice(1).join(' ')).toBe(`${counted('up')} ${counted('down')} ${counted('late')} |`);
  expect(README).toContain(`each tried against ${tried.twins} broken and ${tried.variants} healthy servers`);
});

test('the README says how the derived check does', () => {
  const { stderr } = capture2check([CAPTURE]);
  expect(README).toContain(stderr.trim());
  expect(stderr).toMatch(/([0-9]+)\/\1 broken twins fail .* ([0-9]+)\/\2 variants pass/);
});
