import { CHANGING, KEEPING } from './damage.ts';
import { Random } from './random.ts';
import { retold, reworded } from './retell.ts';
import type { Seeds } from './seeds.ts';

/** A capture that nobody recorded. */
export interface Mutant {
  readonly bytes: Buffer;
  /** How it was made. */
  readonly history: readonly string[];
  /** Is what it has of each message as it was said? Then what is secret in it is known. */
  readonly faithful: boolean;
  /** What else is left to chance. */
  readonly random: Random;
}

/** The mutant of an iteration: the same for the same seed and seeds. */
export function mutantOf(seeds: Seeds, seed: number, iteration: number): Mutant {
  const random = new Random(seed, iteration);
  const history: string[] = [];
  const faithful = random.oneIn(4);
  let bytes: Buffer;
  if (random.oneIn(2)) bytes = random.pick(seeds.files);
  else {
    const scripts = random.oneIn(3) ? seeds.written : seeds.recorded;
    const script = random.pick(scripts);
    history.push(faithful ? 'retold' : 'reworded');
    bytes = retold(faithful ? script : reworded(script, random, scripts), random);
  }
  const kinds = faithful ? [KEEPING] : [KEEPING, CHANGING, CHANGING];
  for (let count = random.pick([1, 1, 1, 2, 3, history.length]); count > 0; count--) {
    const [name, damage] = random.pick(Object.entries(random.pick(kinds)));
    history.push(name);
    bytes = damage(bytes, random, random.pick(seeds.files));
  }
  return { bytes, history, faithful, random };
}
