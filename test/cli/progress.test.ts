import { statSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { progressLine, progressOf } from '../../src/cli/progress.ts';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { leftOver, onTerminal } from '../support/terminal.ts';
import { describeWith } from '../support/tools.ts';

const FILE = `${FIXTURES}/socks5/dante-socks5h-x3/capture.pcap`;
const GZIPPED = `${FIXTURES}/formats/gz-x3/capture.pcap.gz`;
/** A capture whose second half comes more than a second after the first. */
const SLOWLY = `(head -c 1500 ${FILE}; sleep 2; tail -c +1501 ${FILE}) |`;
const ERASE = '\r\x1b[K';

const line = (columns: number, total: number | undefined, progress = {}, seconds = 10) =>
  progressLine({ bytes: 300e6, frames: 3_400_000, conversations: 245_678, ...progress }, total, seconds, columns);

test('the progress line says share, bytes, rate, time left, frames and conversations', () => {
  expect(line(80, 480e6)).toBe('62 %, 300 of 480 MB, 30 MB/s, 6 s left, 3.4 M frames, 245 k conversations');
  expect(line(80, undefined)).toBe('300 MB read, 30 MB/s, 3.4 M frames, 245 k conversations');
  expect(line(80, 48e9)).toContain('27 min left');
  expect(line(80, 4.8e12)).toContain('45 h left');
  expect(line(80, 100e6), 'a file that grows').toContain('100 %, 300 of 100 MB, 30 MB/s, 0 s left');
  expect(line(80, 480e6, { bytes: 0, frames: 0, conversations: 0 })).toBe(
    '0 %, 0.0 of 480 MB, 0.0 MB/s, 0 frames, 0 conversations',
  );
});

test('the progress line fits any terminal, with a column for the cursor', () => {
  for (let columns = 1; columns <= 120; columns++) expect(line(columns, 480e6).length).toBeLessThan(columns);
  expect(line(60, 480e6)).toBe('62 %, 300 of 480 MB, 30 MB/s, 6 s left, 3.4 M frames');
});

test('lines are drawn from the second second on, five a second, with the share of all files as they are on disk', () => {
  const drawn: string[] = [];
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  const terminal = { columns: 80, draw: (text: string) => drawn.push(text) };
  const size = statSync(FILE).size + statSync(GZIPPED).size;
  const report = progressOf([FILE, GZIPPED], terminal);
  for (now = 0; now <= 2000; now += 50) report({ bytes: size / 2, frames: 7, conversations: 1 });
  expect(drawn).toHaveLength(6);
  for (const text of drawn)
    expect(text).toMatch(/^50 %, 0\.0 of 0\.0 MB, 0\.0 MB\/s, [12] s left, 7 frames, 1 conversation$/);
  progressOf(['/dev/null', FILE], terminal)({ bytes: 1, frames: 0, conversations: 0 });
  expect(drawn.at(-1), 'of a pipe or a device nobody knows the size').toMatch(/^0\.0 MB read/);
  clock.mockRestore();
});

test('there is no progress line in a pipe', () => {
  const { stdout, stderr } = capture2check(['-'], { input: '' });
  expect(stdout + stderr).not.toContain('\r');
});

describeWith(['script', 'stty'], 'the progress line on a terminal', () => {
  const read = (options: string, env: Record<string, string> = {}) =>
    onTerminal(`${SLOWLY} $c2c list ${options} -`, { env, columns: 140 });
  const whole = capture2check(['list', FILE]).stdout;

  test('is shown for an input that takes longer than a second, and taken away before anything else is said', () => {
    const { code, shown } = read('');
    expect(code).toBe(0);
    expect(shown).toMatch(/\r\x1b\[K0\.0 MB read, 0\.0 MB\/s, [0-9]+ frames, [0-9] conversations?\r\x1b\[K/);
    expect(leftOver(shown)).toBe(whole);
  });

  test('is not there with -q, with --no-progress, on a terminal that knows no control sequences, and for a quick input', () => {
    for (const { shown } of [read('-q'), read('--no-progress'), read('', { TERM: 'dumb' })])
      expect(shown).not.toContain(ERASE);
    expect(onTerminal(`$c2c list ${FILE}`).shown).not.toContain(ERASE);
  });

  test('is taken away before a warning and before an error', () => {
    const cut = onTerminal(`(head -c 1500 ${FILE}; sleep 2; tail -c +1501 ${FILE} | head -c 1000) | $c2c list -`);
    expect(cut.shown).toContain(ERASE);
    expect(leftOver(cut.shown)).toMatch(/^capture2check: warning: -, offset [0-9]+: the last frame is cut off/);
    const broken = onTerminal(
      `(head -c 1500 ${FILE}; sleep 2; head -c 9000 /dev/zero | tr '\\000' '\\377') | $c2c list -`,
    );
    expect(broken.code).toBe(3);
    expect(leftOver(broken.shown)).toMatch(/^capture2check: error: -, frame [0-9]+, offset [0-9]+: /);
  });
});
