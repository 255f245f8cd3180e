import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from './generate.ts';
import { isInstalled, measure } from './measure.ts';
import type { Result } from './report.ts';
import { captures, rounds } from './rounds.ts';

export interface BenchOptions {
  /** The project's root, where the built program is. */
  readonly root: string;
  /** How often each contestant runs. */
  readonly runs: number;
  /** 1 for the whole; the captures are this much of it. */
  readonly scale: number;
  readonly say: (words: string) => void;
}

/** Writes the captures to a temporary folder, and measures every contestant that is installed. */
export function bench({ root, runs, scale, say }: BenchOptions): Result[] {
  const folder = mkdtempSync(join(tmpdir(), 'capture2check-bench-'));
  try {
    for (const [name, recipe] of Object.entries(captures(scale))) generate(join(folder, name), recipe);
    return rounds(join(root, 'dist/bin/capture2check.cjs'), folder).map(({ title, base, contestants }) => {
      say(title);
      const present = contestants.filter(({ command: [program] }) => isInstalled(program));
      for (const { name } of contestants.filter((each) => !present.includes(each)))
        say(`  skipped, not installed: ${name}`);
      return { title, base, measured: measure(present, runs, root) };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
