import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeFound, fuzz } from './fuzz.ts';
import { loadSeeds } from './seeds.ts';

/** `npm run fuzz -- --minutes 5 --seed 1 --from 0`: judges mutants for that long, and says how to have again what it finds. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000) % 1_000_000) },
    from: { type: 'string', default: '0' },
    /** Judge so many and no more. */
    count: { type: 'string' },
  },
});
const seed = Number(values.seed);
const from = Number(values.from);
const end = from + Number(values.count ?? Number.POSITIVE_INFINITY);
const minutes = values.minutes ?? (values.count === undefined ? 1 : Number.POSITIVE_INFINITY);
const deadline = performance.now() + Number(minutes) * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'capture2check-fuzz-'));

console.log(`seed ${seed}, from iteration ${from}; findings go to ${folder}`);
let judged = 0;
let findings = 0;
const goOn = (iteration: number): boolean => {
  judged = iteration - from;
  return iteration < end && performance.now() < deadline;
};
for await (const found of fuzz({ seeds: await loadSeeds('fixtures'), seed, from, goOn, folder })) {
  findings++;
  console.log(`\n${describeFound(found)}\nagain: npm run fuzz -- --seed ${seed} --from ${found.iteration} --count 1`);
}
console.log(`${judged} mutants judged, ${findings} findings`);
if (findings === 0) rmSync(folder, { recursive: true });
process.exitCode = findings > 0 ? 1 : 0;
