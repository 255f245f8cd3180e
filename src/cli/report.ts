import { DEFAULT_LIMITS } from '../bytes/limits.ts';
import { ReportCollector } from '../emit/report/collect.ts';
import { emitReport } from '../emit/report/page.ts';
import { nothingToDerive, wordsOn } from '../emit/words.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { Terminal } from './terminal.ts';

export interface ReportOptions extends CommonOptions {
  readonly keepSecrets?: boolean;
}

/** `report`: the conversations as a picture, in one HTML file. It is written of failures, too. */
export async function report(paths: string[], options: ReportOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const { keepSecrets = false, stream, output } = options;
  const collector = new ReportCollector((options.limit ?? DEFAULT_LIMITS).servers, options.allow ?? new Set());
  const onDialogue = collector.add.bind(collector);
  const analysis = await analyzeFor(paths, options, terminal, { onDialogue });
  const input = collector.finish(analysis, { stream, keepSecrets });
  if (input.alike.length === 0) throw new CommandError(EXIT.no, nothingToDerive(analysis, options));
  const { withheld } = input;
  // A thousand checks that are proved alike are one line.
  const words = wordsOn(analysis, { stream, artifact: 'verdicts', withheld });
  terminal.tell(words.filter(({ text }, at) => words.findIndex((each) => each.text === text) === at));
  await writeArtifact(emitReport(input), output, keepSecrets);
  if (keepSecrets) terminal.note('the report holds the secrets of the capture: keep it private');
  return EXIT.done;
}
