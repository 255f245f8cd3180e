import type { Check } from '../check/check.ts';
import type { Analysis } from '../emit/analysis.ts';
import { HaproxyLimitError, haproxyRules } from '../emit/haproxy/rules.ts';
import { PLAIN } from '../emit/paint.ts';
import { agrees, emitProof, emitProofJson, type ProvedCheck, type RealVerdict } from '../emit/proof.ts';
import { isSuccess } from '../emit/withheld.ts';
import { nothingToDerive, wordsOn } from '../emit/words.ts';
import type { Proof } from '../proof/prove.ts';
import { proveCheck } from '../proof/prove.ts';
import { type Script, sentLengths } from '../proof/script.ts';
import { HaproxyError } from '../replay/haproxy.ts';
import { failedStep, tryJudged } from '../replay/prove.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT, unusable } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { aimOf, dialectOf, formOf, type ScriptOptions } from './script-options.ts';
import { paintFor, Terminal } from './terminal.ts';

export interface ProveOptions extends CommonOptions, ScriptOptions {
  readonly haproxy?: string;
}

/** Milliseconds that a check may take in a real HAProxy: what fails only at the timeout is waited for. */
const REAL_TIMEOUT = 1000;

/** `prove`: the table of every twin and variant. */
export async function prove(paths: string[], options: ProveOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const { stream } = options;
  const dialect = dialectOf(options.haproxy);
  const form = formOf({ ...options, haproxy: dialect });
  const analysis = await analyzeFor(paths, options, terminal, { form, aim: aimOf(options) });
  terminal.tell(wordsOn(analysis, { stream, artifact: 'proof', withheld: analysis.unsayable }));
  if (analysis.checks.length === 0) throw new CommandError(EXIT.no, nothingToDerive(analysis, options));
  if (!analysis.checks.every((check) => isSuccess(check, analysis.dialogue)))
    throw new CommandError(
      EXIT.no,
      'nothing is proved of a conversation that failed: capture2check list shows which succeeded',
    );
  const proved = await provedChecks(analysis, dialect === undefined ? options.haproxy : undefined);
  if (proved.length === 0) throw new CommandError(EXIT.no, 'nothing is proved: see why each check is withheld');
  const paint = options.output === undefined ? paintFor(options.color) : PLAIN;
  await writeArtifact(options.json ? emitProofJson(proved) : emitProof(proved, paint), options.output);
  const disagreements = proved.flatMap(({ proof, real }) =>
    proof.rows.filter((row, at) => real?.[at] && !agrees(row, real[at])),
  );
  if (disagreements.length > 0)
    terminal.warn({
      code: 'disagreement',
      message: `HAProxy and the model disagree on ${disagreements.length} rows; please report it`,
    });
  return proved.every(({ proof }) => proof.perfect) && disagreements.length === 0 ? EXIT.done : EXIT.no;
}

async function provedChecks({ checks, proofs, scripts }: Analysis, binary: string | undefined): Promise<ProvedCheck[]> {
  const proved: ProvedCheck[] = [];
  for (const check of checks) {
    const script = scripts.get(check);
    if (script === undefined) continue;
    if (binary === undefined) proved.push({ check, proof: proofs.get(check) as Proof, real: undefined });
    else proved.push(await inHaproxy(check, script, binary));
  }
  return proved;
}

/** Throws CommandError for a script that no HAProxy can run. */
function rulesFor(script: Script): string[] {
  try {
    return haproxyRules(script);
  } catch (error) {
    if (error instanceof HaproxyLimitError) throw new CommandError(EXIT.no, error.message);
    throw error;
  }
}

/** The same rows in the model and in a real HAProxy, with the same timeout. */
async function inHaproxy(check: Check, script: Script, binary: string): Promise<ProvedCheck> {
  const lines = rulesFor(script);
  const requestLengths = sentLengths(script);
  const proof = proveCheck(script, check.replies, REAL_TIMEOUT);
  try {
    const verdicts = await tryJudged(
      proof.rows.map(({ behavior, verdict }) => ({ script: lines, requestLengths, behavior, verdict })),
      { binary, timeout: REAL_TIMEOUT },
    );
    const real = verdicts.map(
      (verdict): RealVerdict => ({ status: verdict.status, step: failedStep(verdict), duration: verdict.duration }),
    );
    return { check, proof, real };
  } catch (error) {
    throw error instanceof HaproxyError ? unusable(binary, error) : error;
  }
}
