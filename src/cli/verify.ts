import type { Check } from '../check/check.ts';
import type { Analysis } from '../emit/analysis.ts';
import { haproxyRules } from '../emit/haproxy/rules.ts';
import { PLAIN } from '../emit/paint.ts';
import { emitVerify, emitVerifyJson, type Verified } from '../emit/verify.ts';
import { withheldFrom } from '../emit/withheld.ts';
import { nothingToDerive, wordsOn } from '../emit/words.ts';
import type { Script } from '../proof/script.ts';
import { HaproxyError, runHaproxy } from '../replay/haproxy.ts';
import { checkLive } from '../replay/live.ts';
import { failedStep } from '../replay/prove.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT, unusable } from './exit.ts';
import type { CommonOptions, NamedTarget } from './options.ts';
import { writeArtifact } from './output.ts';
import { aimOf, formOf, type ScriptOptions } from './script-options.ts';
import { paintFor, Terminal } from './terminal.ts';

export interface VerifyOptions extends CommonOptions, ScriptOptions {
  readonly to: readonly NamedTarget[];
  readonly haproxy?: string;
}

/** Milliseconds that a connection may take: two lost SYNs cost 3 s (RFC 6298 §2.1, §5.5). */
const CONNECT_TIMEOUT = 5000;

/** `verify`: the check, run against live servers. */
export async function verify(paths: string[], options: VerifyOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const form = formOf({ ...options, haproxy: undefined }); // a program here, not a version
  const analysis = await analyzeFor(paths, options, terminal, { form, aim: aimOf(options) });
  const withheld = withheldFrom(analysis);
  terminal.tell(wordsOn(analysis, { stream: options.stream, artifact: 'verdicts', withheld }));
  if (analysis.checks.length === 0) throw new CommandError(EXIT.no, nothingToDerive(analysis, options));
  const checks = analysis.checks.filter((check) => !withheld.has(check));
  if (checks.length === 0) throw new CommandError(EXIT.no, 'nothing is run: see why each check is withheld');
  const pairs = checks.flatMap((check) =>
    options.to.map((target) => ({ check, script: scriptOf(analysis, check), target })),
  );
  const results = await (options.haproxy === undefined ? inModel(pairs) : inHaproxy(pairs, options.haproxy));
  const paint = options.output === undefined ? paintFor(options.color) : PLAIN;
  await writeArtifact(options.json ? emitVerifyJson(results) : emitVerify(results, paint), options.output);
  return results.every(({ up }) => up) ? EXIT.done : EXIT.no;
}

const scriptOf = ({ scripts }: Analysis, check: Check): Script => scripts.get(check) as Script;

interface Pair {
  readonly check: Check;
  readonly script: Script;
  readonly target: NamedTarget;
}

/** Servers are asked side by side, each for one check at a time. */
async function inModel(pairs: readonly Pair[]): Promise<Verified[]> {
  const byTarget = new Map<string, Promise<unknown>>();
  return Promise.all(
    pairs.map(async (pair): Promise<Verified> => {
      const { check, script, target } = pair;
      const before = byTarget.get(target.name) ?? Promise.resolve();
      const own = before.then(() =>
        checkLive(script, target, { timeout: check.timeout * 1000, connectTimeout: CONNECT_TIMEOUT }),
      );
      byTarget.set(target.name, own);
      const { problem, ...verdict } = await own;
      return { check, script, target: target.name, ...verdict, words: problem };
    }),
  );
}

async function inHaproxy(pairs: readonly Pair[], binary: string): Promise<Verified[]> {
  const timeout = Math.max(...pairs.map(({ check }) => check.timeout * 1000));
  try {
    const trials = pairs.map(({ script, target }) => ({
      rules: haproxyRules(script),
      address: target.host,
      port: target.port,
    }));
    const verdicts = await runHaproxy(trials, { binary, timeout });
    return verdicts.map((verdict, at): Verified => {
      const { check, script, target } = pairs[at] as Pair;
      const { status, up, duration, description } = verdict;
      const nothing = { received: undefined, steps: [] };
      return {
        check,
        script,
        target: target.name,
        up,
        status,
        step: failedStep(verdict),
        elapsed: duration,
        ...nothing,
        words: description,
      };
    });
  } catch (error) {
    throw error instanceof HaproxyError ? unusable(binary, error) : error;
  }
}
