import { type AnalyzeOptions, analyze } from '../../src/analyze.ts';
import type { Dialogue } from '../../src/dialogue/dialogue.ts';
import { SheetCollector } from '../../src/dialogue/sheets.ts';
import { emitReport } from '../../src/emit/report/page.ts';
import type { ReportInput } from '../../src/emit/report/report.ts';
import { reportStyle } from '../../src/emit/report/scripts.ts';
import { Selection } from '../../src/emit/report/selection.ts';
import { withheldFrom } from '../../src/emit/withheld.ts';

/** What the report of captures is made of. */
export async function reportInput(
  options: AnalyzeOptions,
  { keepSecrets = false }: { readonly keepSecrets?: boolean } = {},
): Promise<ReportInput> {
  const selection = new Selection();
  const allowed = options.allowed ?? new Set();
  const collector = new SheetCollector(100, allowed);
  const analysis = await analyze({
    ...options,
    onDialogue: (dialogue) => {
      selection.add(dialogue);
      collector.add(dialogue);
    },
  });
  const withheld = withheldFrom(analysis, reportStyle(keepSecrets, analysis));
  const alike = selection.finish();
  const { sheets } = collector.finish();
  return { analysis, alike, leftOut: selection.leftOut, sheets, withheld, words: [], allowed, keepSecrets };
}

/** The report of a capture. */
export const reportOf = async (path: string): Promise<string> => emitReport(await reportInput({ paths: [path] }));

/** All dialogues of a capture. */
export async function dialoguesIn(path: string): Promise<Dialogue[]> {
  const dialogues: Dialogue[] = [];
  await analyze({ paths: [path], proof: false, onDialogue: (dialogue) => dialogues.push(dialogue) });
  return dialogues;
}
