import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateShort } from './generate.ts';

/** Compares the main job with a bare pcap-parser pass over the same file: interleaved runs, medians, ratios. */
const RUNS = 5;
const SIZE = Number(process.argv[2] ?? 24) * 1_000_000;

const root = new URL('../../..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'capture2check-bench-'));
const capture = join(folder, 'short.pcap');

const BARE = `const { parse } = require('pcap-parser'); let n = 0; parse(process.argv[1]).on('packet', () => n++).on('end', () => {});`;
const CONTESTANTS: Readonly<Record<string, readonly string[]>> = {
  'bare pcap-parser': ['-e', BARE, capture],
  'main job': [join(root, 'dist/cli/main.js'), '-q', capture],
  list: [join(root, 'dist/cli/main.js'), 'list', '-q', capture],
};

/** Seconds of one run. */
function measure(args: readonly string[]): number {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(String(stderr));
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

try {
  generateShort(capture, SIZE);
  const seconds = new Map(Object.keys(CONTESTANTS).map((name) => [name, [] as number[]]));
  for (let run = 0; run < RUNS; run++) {
    for (const [name, args] of Object.entries(CONTESTANTS)) seconds.get(name)?.push(measure(args));
  }
  const bare = median(seconds.get('bare pcap-parser') as number[]);
  for (const [name, values] of seconds) {
    console.log(
      `${name.padEnd(18)} ${median(values).toFixed(2).padStart(7)} s ${(median(values) / bare).toFixed(2).padStart(6)}x`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
