import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { leftOver, onTerminal } from '../support/terminal.ts';
import { describeWith } from '../support/tools.ts';

const capture = (name: string) => join(FIXTURES, name, 'capture.pcap');
const [DANTE, MICROSOCKS] = [capture('socks5/dante-socks5h-x3'), capture('socks5/microsocks-socks5h-x3')];
const REFUSED = capture('socks5/dante-fail-refused-x3');

const folder = mkdtempSync(join(tmpdir(), 'capture2check-tables-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const CONFIG = join(folder, 'haproxy.cfg');
writeFileSync(
  CONFIG,
  'listen socks\n  bind :1081\n  mode tcp\n  option tcp-check\n  tcp-check send-binary 050100\n  tcp-check expect binary 05\n  server one 127.0.0.1:1080 check\n',
);

/** Commands that print tables. */
const TABLES: readonly (readonly [name: string, args: readonly string[]])[] = [
  ['list', ['list', DANTE, REFUSED, MICROSOCKS]],
  ['prove', ['prove', DANTE]],
  ['quirks', ['quirks', DANTE]],
  ['quirks --compare', ['quirks', '--compare', '--called', `dante=${DANTE}`, '--called', `microsocks=${MICROSOCKS}`]],
  ['compare', ['compare', DANTE, MICROSOCKS]],
  ['audit', ['audit', CONFIG, '--capture', DANTE]],
];

/** A row of any of these tables begins so. */
const ROW = /^ +[0-9]+ {2}|^(?:up|down) |^ {2}[-+] /;

describeWith(['script', 'stty'], 'on a terminal', () => {
  const shown = (args: readonly string[], columns: number) =>
    leftOver(onTerminal(`$c2c ${args.map((each) => `'${each}'`).join(' ')} -q`, { columns }).shown);

  test('show has less of a field on a line', () => {
    const lines = shown(['show', DANTE], 80).split('\n');
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(lines).toContain('     9  DST.ADDR         636c69656e74332e  client3.');
    expect(shown(['show', DANTE], 500)).toBe(capture2check(['show', DANTE]).stdout);
  });

  describe.each(TABLES)('%s', (_name, args) => {
    const piped = capture2check([...args, '-q']).stdout;

    test('has lines that fit, and a row is a line', () => {
      for (const columns of [80, 100]) {
        const lines = shown(args, columns).split('\n');
        // The rules that an audit prints are to be copied, and stay whole.
        for (const line of lines.filter((each) => !/^ {4}(?:tcp-check|#)/.test(each)))
          expect(line.length, line).toBeLessThanOrEqual(columns);
        const rows = (each: string) => ROW.test(each);
        expect(lines.filter(rows)).toHaveLength(piped.split('\n').filter(rows).length);
      }
    });

    test('is the same as in a pipe where there is room, but for its colors', () => {
      expect(shown(args, 500)).toBe(piped);
    });

    test('is not shortened in a pipe', () => {
      expect(piped).not.toContain('…');
    });
  });
});
