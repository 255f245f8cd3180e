import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateShort } from '../../bench/generate.ts';
import { CLI } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

/** Says at the end how much memory the process took at most, in KiB. */
const METER = "data:text/javascript,process.on('exit',()=>console.error('maxrss='+process.resourceUsage().maxRSS))";
const LIMIT = 150_000;

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
const capture = join(folder, 'many.pcap');
beforeAll(() => generateShort(capture, 121_000_000), 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([['derive'], ['list'], ['list --json'], ['quirks'], ['report']])(
  '%s over 100,000 conversations stays under 150 MB',
  (command) => {
    const args = command.split(' ');
    const { status, stderr, stdout } = spawnSync(process.execPath, ['--import', METER, CLI, ...args, '-v', capture], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    expect(status, stderr).toBe(0);
    expect(Number(/TCP segments in ([0-9]+) conversations/.exec(stderr)?.[1])).toBeGreaterThan(100_000);
    expect(stdout.length).toBeGreaterThan(500);
    expect(Number(/maxrss=([0-9]+)/.exec(stderr)?.[1])).toBeLessThan(LIMIT);
  },
  120_000,
);

test('the first SIGINT answers with what was read, a second one ends at once', async () => {
  const one = await interrupted(1);
  expect(one.code).toBe(0);
  expect(one.stdout).toContain('option tcp-check');
  expect(one.stderr).toContain('interrupted: this answers for the 42 frames read until then');
  const two = await interrupted(2);
  expect(two).toMatchObject({ code: 130, stdout: '' });
});

/** Runs on an input that does not end, and sends so many signals. */
async function interrupted(signals: number): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, '-'], { stdio: 'pipe' });
  const result = { code: null as number | null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    result.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    result.stderr += chunk;
  });
  const ended = new Promise<void>((resolve) => {
    child.on('close', (code) => {
      result.code = code;
      resolve();
    });
  });
  child.stdin.on('error', () => {});
  createReadStream(join(FIXTURES, 'socks5/dante-socks5h-x3/capture.pcap')).pipe(child.stdin, { end: false });
  await sleep(1500); // until it has started and read
  for (let signal = 0; signal < signals; signal++) {
    child.kill('SIGINT');
    await sleep(200);
  }
  await ended;
  return result;
}
