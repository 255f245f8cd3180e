import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FIXTURES } from '../support/fixtures.ts';
import { describeFound, fuzz } from './fuzz.ts';
import { judge } from './judge.ts';
import { mutantOf } from './mutant.ts';
import { Random } from './random.ts';
import { loadSeeds } from './seeds.ts';

const SEED = 1;
const MUTANTS = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'capture2check-fuzz-'));
afterAll(() => {
  // Findings are left for those who look into them.
  if (!readdirSync(folder).some((name) => name.startsWith('finding'))) rmSync(folder, { recursive: true });
});
const seeds = await loadSeeds(FIXTURES);

test(`${MUTANTS} mutants of the captures give a result or a CaptureError, and nothing that harms`, {
  timeout: 300_000,
}, async () => {
  const findings: string[] = [];
  const goOn = (iteration: number) => iteration < MUTANTS && findings.length < 5;
  for await (const found of fuzz({ seeds, seed: SEED, goOn, folder })) findings.push(describeFound(found));
  expect(findings.join('\n\n')).toBe('');
});

test('the same seed gives the same mutant', async () => {
  const again = await loadSeeds(FIXTURES);
  for (let iteration = 0; iteration < 200; iteration++) {
    const [one, other] = [mutantOf(seeds, SEED, iteration), mutantOf(again, SEED, iteration)];
    expect(other.history).toEqual(one.history);
    expect(other.bytes.equals(one.bytes), `${iteration}`).toBe(true);
  }
});

describe('cut off at every byte', () => {
  const shortest = [...seeds.files].sort((a, b) => a.length - b.length);
  const ofFormat = (magic: string) => shortest.find((file) => file.toString('hex').startsWith(magic)) as Buffer;
  test.each([
    ['a pcap file', ofFormat('d4c3b2a1')],
    ['a pcapng file', ofFormat('0a0d0d0a')],
    ['a file in gzip', ofFormat('1f8b')],
  ])('%s gives a result or a CaptureError', { timeout: 120_000 }, async (_, file) => {
    const path = join(folder, 'cut');
    for (let length = 0; length < file.length; length += file.length > 2000 ? 3 : 1) {
      writeFileSync(path, file.subarray(0, length));
      await judge({ path, faithful: true, random: new Random(SEED, length) });
    }
  });
});
