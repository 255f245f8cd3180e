import type { Behavior } from '../proof/behavior.ts';
import { confirms, type Verdict } from '../proof/run.ts';
import { type HaproxyOptions, type HaproxyVerdict, runHaproxy } from './haproxy.ts';
import { serveBehavior } from './mock.ts';

/** A script and a server to try it against. */
export interface Trial {
  /** The rules as text. */
  readonly script: readonly string[];
  readonly behavior: Behavior;
  /** How long each of the requests is that the script sends. */
  readonly requestLengths: readonly number[];
}

/** Tries scripts in one real HAProxy, a backend and a mock server each. Throws HaproxyError. */
export async function tryScripts(scripts: readonly Trial[], options: HaproxyOptions): Promise<HaproxyVerdict[]> {
  const servers = await Promise.all(
    scripts.map(({ behavior, requestLengths }) => serveBehavior(behavior, requestLengths)),
  );
  try {
    const trials = scripts.map(({ script }, at) => ({
      rules: script,
      address: '127.0.0.1',
      port: servers[at]?.port ?? 0,
    }));
    return await runHaproxy(trials, options);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** A trial, and what the model says of it. */
export interface JudgedTrial extends Trial {
  readonly verdict: Verdict;
}

/** Trials at a time: with many more the mock servers, all in this process, answer late. */
const BATCH = 250;

/** Tries judged scripts, however many; where HAProxy disagrees, which a busy machine can make it do, once more. Throws HaproxyError. */
export async function tryJudged(pairs: readonly JudgedTrial[], options: HaproxyOptions): Promise<HaproxyVerdict[]> {
  const verdicts: HaproxyVerdict[] = [];
  for (let at = 0; at < pairs.length; at += BATCH)
    verdicts.push(...(await tryScripts(pairs.slice(at, at + BATCH), options)));
  const disputed = [...pairs.keys()].filter((at) => {
    const real = verdicts[at] as HaproxyVerdict;
    return !confirms({ status: real.status, step: failedStep(real) }, (pairs[at] as JudgedTrial).verdict);
  });
  if (disputed.length === 0 || disputed.length > BATCH) return verdicts;
  const again = await tryScripts(
    disputed.map((at) => pairs[at] as JudgedTrial),
    options,
  );
  disputed.forEach((at, index) => {
    verdicts[at] = again[index] as HaproxyVerdict;
  });
  return verdicts;
}

/** The step that HAProxy's words name, counted from 1 as it logs them. */
export function failedStep({ description }: HaproxyVerdict): number | undefined {
  const step = /at step ([0-9]+)/.exec(description)?.[1];
  return step === undefined ? undefined : Number(step);
}
