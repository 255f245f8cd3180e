import type { Behavior } from '../proof/behavior.ts';
import type { TcpRule } from '../proof/rule.ts';
import { type HaproxyOptions, type HaproxyVerdict, runHaproxy } from './haproxy.ts';
import { serveBehavior } from './mock.ts';

/** A script and a server to try it against. */
export interface Pair {
  readonly rules: readonly TcpRule[];
  /** The rules as text. */
  readonly script: readonly string[];
  readonly behavior: Behavior;
}

/** Tries pairs in one real HAProxy, a backend and a mock server each. Throws HaproxyError. */
export async function tryInHaproxy(pairs: readonly Pair[], options: HaproxyOptions): Promise<HaproxyVerdict[]> {
  const servers = await Promise.all(pairs.map(({ behavior, rules }) => serveBehavior(behavior, sendLengths(rules))));
  try {
    const trials = pairs.map(({ script }, at) => ({
      rules: script,
      address: '127.0.0.1',
      port: servers[at]?.port ?? 0,
    }));
    return await runHaproxy(trials, options);
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

const sendLengths = (rules: readonly TcpRule[]): number[] =>
  rules.flatMap((rule) => (rule.kind === 'send' ? [rule.bytes.length] : []));

/** The step that HAProxy's words name, counted from 1 as it logs them. */
export function failedStep({ description }: HaproxyVerdict): number | undefined {
  const step = /at step ([0-9]+)/.exec(description)?.[1];
  return step === undefined ? undefined : Number(step);
}
