import type { Check } from '../check/check.ts';
import type { Analysis } from './analysis.ts';
import { HaproxyLimitError, haproxyRules } from './haproxy/rules.ts';

/** Checks that must not be printed, with the reason of each. */
export type Withheld = ReadonlyMap<Check, string>;

/** Looks through the checks: HAProxy has to be able to run them, and the proof has to hold. */
export function withheldFrom(analysis: Analysis): Withheld {
  const withheld = new Map<Check, string>();
  for (const check of analysis.checks) {
    const reason = limitOf(check) ?? (proofHolds(check, analysis) ? undefined : NOT_PROVED);
    if (reason !== undefined) withheld.set(check, reason);
  }
  return withheld;
}

const NOT_PROVED =
  'the check is not right about the server it came from; --no-proof prints it all the same, and a report with the capture is welcome';

function limitOf(check: Check): string | undefined {
  try {
    haproxyRules(check);
    return undefined;
  } catch (error) {
    if (error instanceof HaproxyLimitError) return error.message;
    throw error;
  }
}

/** The proof gates what is known; of replies in other protocols it only says what to expect. */
function proofHolds(check: Check, { proofs, dialogue }: Analysis): boolean {
  if (check.lacks.length > 0 || !isSuccess(dialogue)) return true;
  return (proofs.get(check)?.rows ?? []).every(({ result, gated }) => result === 'right' || !gated);
}

/** Where a conversation was asked for by number, it may be a failure. */
export const isSuccess = (dialogue: Analysis['dialogue']): boolean =>
  dialogue === undefined || (dialogue.outcome.kind === 'opened' && (dialogue.outcome.status ?? 200) < 400);
