import type { Behavior } from './behavior.ts';
import { type CapturedReplies, twinsOf, variantsOf } from './counterparts.ts';
import type { Verdict } from './run.ts';
import { runScript, type Script } from './script.ts';

/** A twin or variant, and what became of the check against it. */
export interface ProofRow {
  readonly name: string;
  readonly behavior: Behavior;
  readonly expected: 'down' | 'up';
  readonly verdict: Verdict;
  /**
   * `right`: the verdict that was expected, and in time. `late`: down, but only at the timeout, though the server had shown itself.
   * `wrong`: up when broken, or down when healthy.
   */
  readonly result: 'right' | 'late' | 'wrong';
  /** Down at the timeout, because the server said too little to tell it from a slow one. */
  readonly unavoidable: boolean;
  /** Is the protocol known, so that losing the row is a fault of the check? */
  readonly gated: boolean;
}

/** The score of a check against the twins and variants of the server it came from. */
export interface Proof {
  readonly rows: readonly ProofRow[];
  readonly twins: {
    readonly all: number;
    readonly failed: number;
    readonly atOnce: number;
    readonly unavoidable: number;
  };
  readonly variants: { readonly all: number; readonly passed: number };
  /** Every twin down, none later than need be, and every variant up. */
  readonly perfect: boolean;
}

/** Tries a check against every twin and variant of the captured server, in the model. `timeout` is in milliseconds. */
export function proveCheck(script: Script, replies: CapturedReplies, timeout: number): Proof {
  const rows: ProofRow[] = [
    ...twinsOf(replies).map(({ name, behavior, silent, gated }): ProofRow => {
      const verdict = runScript(script, behavior, timeout);
      const late = verdict.status === 'L7TOUT';
      const result = verdict.status === 'L7OK' ? 'wrong' : late && !silent ? 'late' : 'right';
      return { name, behavior, expected: 'down', verdict, result, unavoidable: late && silent, gated };
    }),
    ...variantsOf(replies, timeout).map(({ name, behavior, gated }): ProofRow => {
      const verdict = runScript(script, behavior, timeout);
      const result = verdict.status === 'L7OK' ? 'right' : 'wrong';
      return { name, behavior, expected: 'up', verdict, result, unavoidable: false, gated };
    }),
  ];
  const twins = rows.filter(({ expected }) => expected === 'down');
  const variants = rows.filter(({ expected }) => expected === 'up');
  return {
    rows,
    twins: {
      all: twins.length,
      failed: twins.filter(({ result }) => result !== 'wrong').length,
      atOnce: twins.filter(({ verdict }) => verdict.status !== 'L7OK' && verdict.status !== 'L7TOUT').length,
      unavoidable: twins.filter(({ unavoidable }) => unavoidable).length,
    },
    variants: { all: variants.length, passed: variants.filter(({ result }) => result === 'right').length },
    perfect: rows.every(({ result }) => result === 'right'),
  };
}
