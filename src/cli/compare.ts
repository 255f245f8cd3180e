import { basename } from 'node:path';
import { CheckFolder } from '../check/fold.ts';
import { sampleOf } from '../check/sample.ts';
import type { Analysis } from '../emit/analysis.ts';
import { emitComparison, emitComparisonJson, type Meaning } from '../emit/compare.ts';
import { PLAIN } from '../emit/paint.ts';
import { noConversation } from '../emit/words.ts';
import { compareDialogues, isSame } from '../fixture/compare.ts';
import { DEFAULT_FORM } from '../proof/form.ts';
import { holdEverywhere, holdingOf, serversIn } from '../proof/holding.ts';
import { composeScript } from '../proof/script.ts';
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
  const meaning = meaningOf(old, now, options);
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

/** Each check is run against what the other server said to the same requests, in the model. */
function meaningOf(old: Analysis, now: Analysis, { allow = new Set(), limit }: CommonOptions): Meaning {
  const [olds, news] = [serversIn(old.dialogues, allow), serversIn(now.dialogues, allow)];
  const folder = new CheckFolder(limit);
  for (const dialogue of [...old.dialogues, ...now.dialogues]) {
    const sampling = sampleOf(dialogue, allow, false);
    if ('sample' in sampling) folder.add(sampling.sample);
  }
  const both = new Map(folder.finish().checks.map((check) => [check, composeScript(check, DEFAULT_FORM)]));
  return {
    oldHoldsForNew: old.scripts.size === 0 ? undefined : holdingOf(old.scripts, news),
    newHoldsForOld: now.scripts.size === 0 ? undefined : holdingOf(now.scripts, olds),
    common: holdEverywhere(both, [olds, news]),
  };
}
