import { DEFAULT_LIMITS } from '../bytes/limits.ts';
import { SheetCollector } from '../dialogue/sheets.ts';
import { emitReport } from '../emit/report/page.ts';
import { reportStyle } from '../emit/report/scripts.ts';
import { Selection } from '../emit/report/selection.ts';
import { withheldFrom } from '../emit/withheld.ts';
import { nothingToDerive, wordsOn } from '../emit/words.ts';
import { DEFAULT_FORM } from '../proof/form.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { Terminal } from './terminal.ts';

export interface ReportOptions extends CommonOptions {
  readonly keepSecrets?: boolean;
}

/** `report`: the conversation as a picture, in one HTML file. It is written of failures, too. */
export async function report(paths: string[], options: ReportOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const { keepSecrets = false, stream, output } = options;
  const allowed = options.allow ?? new Set();
  const selection = new Selection();
  const collector = new SheetCollector((options.limit ?? DEFAULT_LIMITS).servers, allowed);
  const onDialogue = (dialogue: Parameters<Selection['add']>[0]) => {
    selection.add(dialogue);
    collector.add(dialogue);
  };
  const analysis = await analyzeFor(paths, options, terminal, { onDialogue });
  const alike = selection.finish();
  if (alike.length === 0) throw new CommandError(EXIT.no, nothingToDerive(analysis, options));
  const style = reportStyle(keepSecrets, { form: DEFAULT_FORM });
  const withheld = withheldFrom(analysis, style);
  const words = wordsOn(analysis, { stream, artifact: 'verdicts', withheld });
  for (const { kind, text } of words) terminal[kind](text);
  const { sheets } = collector.finish();
  const { leftOut } = selection;
  // The page has the proofs in a section of their own.
  const beside = wordsOn({ ...analysis, proofs: new Map() }, { stream, artifact: 'verdicts', withheld });
  const input = { analysis, alike, leftOut, sheets, withheld, words: beside, allowed, keepSecrets };
  await writeArtifact(emitReport(input), output, keepSecrets);
  if (keepSecrets) terminal.note('the report holds the secrets of the capture: keep it private');
  return EXIT.done;
}
