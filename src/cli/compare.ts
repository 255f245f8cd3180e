import { basename } from 'node:path';
import { CheckFolder } from '../check/fold.ts';
import { sampleOf } from '../check/sample.ts';
import type { Analysis } from '../emit/analysis.ts';
import { emitComparison, emitComparisonJson, type Meaning } from '../emit/compare.ts';
import { PLAIN } from '../emit/paint.ts';
import { noConversation } from '../emit/words.ts';
import { compareDialogues, isSame } from '../fixture/compare.ts';
import { redactionOf } from '../fixture/redact.ts';
import { DEFAULT_FORM } from '../proof/form.ts';
import { holdEverywhere, holdingOf, serversIn } from '../proof/holding.ts';
import { composeScript } from '../proof/script.ts';
import { analyzeInputs } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
import { type Inputs, inputsOf } from './inputs.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { paintFor, Terminal } from './terminal.ts';

/** `compare`: what changed in a server's behavior, and what that means for its check. */
export async function compare(before: string, after: string, options: CommonOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const [oldInputs, newInputs] = [await inputsOf([before]), await inputsOf([after])];
  const read = (inputs: Inputs) => analyzeInputs(inputs, options, terminal, { dialogues: true, proof: false });
  const [old, now] = [await read(oldInputs), await read(newInputs)];
  for (const analysis of [old, now])
    if (analysis.dialogues.length === 0) throw new CommandError(EXIT.no, noConversation(analysis, options));
  const comparison = compareDialogues(old.dialogues, now.dialogues, options.allow);
  const [oldLacks, newLacks] = [oldInputs, newInputs].map(({ fixtures }) =>
    fixtures.some((each) => each.withoutSecrets),
  );
  const meaning = meaningOf(
    newLacks && !oldLacks ? withoutSecrets(old, options) : old,
    oldLacks && !newLacks ? withoutSecrets(now, options) : now,
    options,
  );
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

/** What the meaning of a comparison is taken from. */
type Side = Pick<Analysis, 'dialogues' | 'scripts'>;

/** A side as a fixture without secrets has it: placeholders are like any credentials. */
function withoutSecrets({ dialogues }: Side, options: CommonOptions): Side {
  const masked = dialogues.map((dialogue) => redactionOf(dialogue, options.allow ?? new Set()).dialogue);
  return { dialogues: masked, scripts: scriptsIn(masked, options) };
}

/** The checks that dialogues give. */
function scriptsIn(dialogues: Side['dialogues'], { allow = new Set(), limit }: CommonOptions): Side['scripts'] {
  const folder = new CheckFolder(limit);
  for (const dialogue of dialogues) {
    const sampling = sampleOf(dialogue, allow, false);
    if ('sample' in sampling) folder.add(sampling.sample);
  }
  return new Map(folder.finish().checks.map((check) => [check, composeScript(check, DEFAULT_FORM)]));
}

/** Each check is run against what the other server said to the same requests, in the model. */
function meaningOf(old: Side, now: Side, options: CommonOptions): Meaning {
  const { allow = new Set() } = options;
  const [olds, news] = [serversIn(old.dialogues, allow), serversIn(now.dialogues, allow)];
  return {
    oldHoldsForNew: old.scripts.size === 0 ? undefined : holdingOf(old.scripts, news),
    newHoldsForOld: now.scripts.size === 0 ? undefined : holdingOf(now.scripts, olds),
    common: holdEverywhere(scriptsIn([...old.dialogues, ...now.dialogues], options), [olds, news]),
  };
}
