import { type AnalyzeOptions, analyze } from '../../src/analyze.ts';
import type { Dialogue } from '../../src/dialogue/dialogue.ts';
import { ReportCollector } from '../../src/emit/report/collect.ts';
import { emitReport } from '../../src/emit/report/page.ts';
import type { ReportInput } from '../../src/emit/report/report.ts';

/** What the report of captures is made of. */
export async function reportInput(
  options: AnalyzeOptions,
  { keepSecrets = false }: { readonly keepSecrets?: boolean } = {},
): Promise<ReportInput> {
  const collector = new ReportCollector(100, options.allowed ?? new Set());
  const analysis = await analyze({ ...options, onDialogue: (dialogue) => collector.add(dialogue) });
  return collector.finish(analysis, { stream: options.stream, keepSecrets });
}

/** The report of a capture. */
export const reportOf = async (path: string): Promise<string> => emitReport(await reportInput({ paths: [path] }));

/** All dialogues of a capture. */
export async function dialoguesIn(path: string): Promise<Dialogue[]> {
  const dialogues: Dialogue[] = [];
  await analyze({ paths: [path], proof: false, onDialogue: (dialogue) => dialogues.push(dialogue) });
  return dialogues;
}
