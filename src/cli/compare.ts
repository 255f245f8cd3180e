import { basename } from 'node:path';
import type { Check } from '../check/check.ts';
import type { Analysis } from '../emit/analysis.ts';
import { emitComparison, emitComparisonJson, type Meaning } from '../emit/compare.ts';
import { PLAIN } from '../emit/paint.ts';
import { noConversation } from '../emit/words.ts';
import { compareDialogues, isSame } from '../fixture/compare.ts';
import { says } from '../proof/behavior.ts';
import { runScript, type Script } from '../proof/script.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { paintFor, Terminal } from './terminal.ts';

/** `compare`: what changed in a server's behavior, and what that means for its check. */
export async function compare(before: string, after: string, options: CommonOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const read = (paths: string[], dialogues: boolean) =>
    analyzeFor(paths, options, terminal, { dialogues, proof: false });
  const [old, now] = [await read([before], true), await read([after], true)];
  for (const analysis of [old, now])
    if (analysis.dialogues.length === 0) throw new CommandError(EXIT.no, noConversation(analysis, options));
  const comparison = compareDialogues(old.dialogues, now.dialogues, options.allow);
  const both = await analyzeFor([before, after], options, terminal.muted(), { proof: false });
  const meaning = meaningOf(old, now, both);
  const sides = {
    before: { name: basename(before), dialogues: old.dialogues.length },
    after: { name: basename(after), dialogues: now.dialogues.length },
  };
  const paint = options.output === undefined ? paintFor(options.color) : PLAIN;
  const artifact = options.json
    ? emitComparisonJson(comparison, meaning)
    : emitComparison(comparison, meaning, sides, paint);
  await writeArtifact(artifact, options.output);
  return isSame(comparison) ? EXIT.done : EXIT.no;
}

/** Each check is run against what the other server said, in the model. */
function meaningOf(old: Analysis, now: Analysis, both: Analysis): Meaning {
  return {
    oldHoldsForNew: old.checks.length === 0 ? undefined : holdsForAll(old, now),
    newHoldsForOld: now.checks.length === 0 ? undefined : holdsForAll(now, old),
    common: old.checks.length > 0 && now.checks.length > 0 && holdsForAll(both, old) && holdsForAll(both, now),
  };
}

/** Does each check of the one hold for some server of the other? A server that gives no check fails them all. */
const holdsForAll = (one: Analysis, other: Analysis): boolean =>
  one.checks.every((check) => other.checks.some((server) => holds(one, check, server)));

function holds({ scripts }: Analysis, check: Check, server: Check): boolean {
  const reactions = server.replies.map((messages) => says(Buffer.concat(messages.map(({ bytes }) => bytes))));
  const script = scripts.get(check) as Script;
  return runScript(script, { reactions }, check.timeout * 1000).status === 'L7OK';
}
