import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bench } from '../bench/bench.ts';
import { tableOf, targetsOf } from '../bench/report.ts';

test('the bench measures every round on captures of a few hundred KB', () => {
  const said: string[] = [];
  const root = fileURLToPath(new URL('..', import.meta.url));
  const results = bench({ root, runs: 1, scale: 0.002, say: (words) => said.push(words) });
  expect(results.map(({ title }) => title)).toEqual(said.filter((words) => !words.startsWith(' ')));
  for (const { base, measured } of results) {
    expect(measured.map(({ name }) => name)).toContain(base);
    for (const { seconds } of measured) expect(seconds).toBeGreaterThan(0);
  }
  const names = results.flatMap(({ measured }) => measured.map(({ name }) => name));
  expect(names.filter((name) => name.startsWith('main job'))).toHaveLength(7);
  expect(tableOf(results).split('\n')).toHaveLength(2 + names.length);
  expect(targetsOf(results).length).toBeGreaterThanOrEqual(7);
}, 120_000);
