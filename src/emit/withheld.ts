import type { Check } from '../check/check.ts';
import { isStrict } from '../proof/form.ts';
import type { Analysis } from './analysis.ts';
import { HaproxyLimitError, ruleLines } from './haproxy/rules.ts';
import { DEFAULT_SCRIPT_STYLE, ruleStyle, type ScriptStyle } from './haproxy/style.ts';

/** Checks that must not be printed, with the reason of each. */
export type Withheld = ReadonlyMap<Check, string>;

/** Looks through the checks: HAProxy has to be able to run them, and the proof has to hold. */
export function withheldFrom(analysis: Analysis, style: ScriptStyle = DEFAULT_SCRIPT_STYLE): Withheld {
  const withheld = new Map<Check, string>();
  for (const check of analysis.checks) {
    const reason =
      limitOf(check, analysis) ??
      (style.environment !== undefined && check.lacks.length > 0 ? NOT_ALL_THERE : undefined) ??
      (proofHolds(check, analysis) ? undefined : NOT_PROVED);
    if (reason !== undefined) withheld.set(check, reason);
  }
  return withheld;
}

const NOT_PROVED =
  'the check is not right about the server it came from; --no-proof prints it all the same, and a report with the capture is welcome';

const NOT_ALL_THERE = 'what is sent is not all there, and its secrets cannot be told from the rest (--secrets env)';

function limitOf(check: Check, { scripts, unsayable, form }: Analysis): string | undefined {
  const script = scripts.get(check);
  if (script === undefined) return unsayable.get(check);
  try {
    ruleLines(script, ruleStyle(DEFAULT_SCRIPT_STYLE, form));
    return undefined;
  } catch (error) {
    if (error instanceof HaproxyLimitError) return error.message;
    throw error;
  }
}

/** The proof gates what is known; of replies in other protocols, and of weaker forms that the user chose, it only says what to expect. */
function proofHolds(check: Check, { proofs, dialogue, form }: Analysis): boolean {
  if (!isStrict(form) || check.lacks.length > 0 || !isSuccess(check, dialogue)) return true;
  return (proofs.get(check)?.rows ?? []).every(({ result, gated }) => result === 'right' || !gated);
}

/** Where a conversation was asked for by number, it may be a failure; an answer that the user takes is none, nor is one that nobody can read. */
export function isSuccess({ accepted }: Pick<Check, 'accepted'>, dialogue: Analysis['dialogue']): boolean {
  if (dialogue === undefined) return true;
  const { outcome, layers } = dialogue;
  const last = layers.at(-1);
  if (last?.protocol === 'unknown') return last.messages.some(({ side }) => side === 'server');
  return outcome.kind === 'opened' && (accepted !== undefined || (outcome.status ?? 200) < 400);
}
