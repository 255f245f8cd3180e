import type { Behavior } from '../proof/behavior.ts';
import { confirms, type Verdict } from '../proof/run.ts';
import { type HaproxyOptions, type HaproxyVerdict, runHaproxy } from './haproxy.ts';
import { serveBehavior } from './mock.ts';

/** A script and a server to try it against. */
interface Trial {
  /** The rules as text. */
  readonly script: readonly string[];
  readonly behavior: Behavior;
  /** How long each of the requests is that the script sends. */
  readonly requestLengths: readonly number[];
}

/** Tries scripts in one real HAProxy, a backend and a mock server each. Throws HaproxyError. */
async function tryScripts(scripts: readonly Trial[], options: HaproxyOptions): Promise<HaproxyVerdict[]> {
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

/** Trials at a time, and pieces of replies that come a millisecond apart: with many more the mock servers, all in this process, answer late. */
const BATCH = { trials: 250, pieces: 8000 };

function batchesOf(trials: readonly JudgedTrial[], indexes: readonly number[]): number[][] {
  const batches: number[][] = [[]];
  let pieces = 0;
  for (const at of indexes) {
    const own = trials[at]?.behavior.reactions.reduce((sum, reaction) => sum + reaction.pieces.length, 0) ?? 0;
    pieces += own;
    if ((batches.at(-1)?.length ?? 0) >= BATCH.trials || pieces > BATCH.pieces) {
      batches.push([]);
      pieces = own;
    }
    batches.at(-1)?.push(at);
  }
  return batches;
}

/** What is to be told before this share of the timeout, and is told later, was kept waiting by the machine. */
const LATE_SHARE = 0.5;

/** Tries judged scripts, however many; what HAProxy says otherwise or late, as it may on a busy machine, once more. Throws HaproxyError. */
export async function tryJudged(trials: readonly JudgedTrial[], options: HaproxyOptions): Promise<HaproxyVerdict[]> {
  const verdicts: HaproxyVerdict[] = [];
  const tryThese = async (indexes: readonly number[]): Promise<void> => {
    for (const batch of batchesOf(trials, indexes)) {
      if (batch.length === 0) continue;
      const said = await tryScripts(
        batch.map((at) => trials[at] as JudgedTrial),
        options,
      );
      batch.forEach((at, index) => {
        verdicts[at] = said[index] as HaproxyVerdict;
      });
    }
  };
  const late = LATE_SHARE * options.timeout;
  const isDoubtful = (at: number): boolean => {
    const [{ verdict }, real] = [trials[at] as JudgedTrial, verdicts[at] as HaproxyVerdict];
    const said = { status: real.status, step: failedStep(real) };
    return !confirms(said, verdict) || (verdict.elapsed < late && real.duration >= late);
  };
  await tryThese([...trials.keys()]);
  await tryThese([...trials.keys()].filter(isDoubtful));
  return verdicts;
}

/** The step that HAProxy's words name, counted from 1 as it logs them. */
export function failedStep({ description }: HaproxyVerdict): number | undefined {
  const step = /at step ([0-9]+)/.exec(description)?.[1];
  return step === undefined ? undefined : Number(step);
}
