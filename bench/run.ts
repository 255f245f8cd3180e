import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bench } from './bench.ts';
import { tableOf, targetsOf, targetTable } from './report.ts';

/** `run.js [SCALE [RUNS]]`: tables to stdout, everything as JSON to bench/dist/result.json. */
const [scale = 1, runs = 5] = process.argv.slice(2).map(Number);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const results = bench({ root, runs, scale, say: (words) => process.stderr.write(`${words}\n`) });
const targets = targetsOf(results);
const machine = { cores: availableParallelism(), node: process.version };
process.stdout.write(`${tableOf(results)}\n\n${targetTable(targets)}\n`);
writeFileSync(
  fileURLToPath(new URL('../result.json', import.meta.url)),
  `${JSON.stringify({ machine, scale, runs, results, targets }, null, 2)}\n`,
);
