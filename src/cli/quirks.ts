import { resolve } from 'node:path';
import { DEFAULT_LIMITS } from '../bytes/limits.ts';
import { type Label, SheetCollector } from '../dialogue/sheets.ts';
import type { Analysis } from '../emit/analysis.ts';
import { PLAIN } from '../emit/paint.ts';
import { type Comparison, emitComparison, emitComparisonJson, emitComparisonMarkdown } from '../emit/quirks/compare.ts';
import { emitQuirksJson } from '../emit/quirks/json.ts';
import { emitQuirksMarkdown } from '../emit/quirks/markdown.ts';
import { emitQuirks } from '../emit/quirks/text.ts';
import { noConversation } from '../emit/words.ts';
import { ServerReplies } from '../proof/fit.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
import { inOrderOfReading } from './inputs.ts';
import type { CommonOptions, FileLabel } from './options.ts';
import { writeArtifact } from './output.ts';
import { paintFor, Terminal } from './terminal.ts';

export interface QuirksOptions extends CommonOptions {
  readonly format?: 'text' | 'markdown' | 'json';
  readonly cause?: readonly FileLabel[];
  readonly called?: readonly FileLabel[];
  readonly compare?: boolean;
}

/** `quirks`: a sheet for each server, or servers side by side. */
export async function quirks(named: readonly string[], options: QuirksOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const { cause = [], called = [] } = options;
  const paths = inOrderOfReading(allPaths(named, [...cause, ...called]));
  if (paths.length === 0) throw new CommandError(EXIT.usage, 'name a capture, or label one with --cause NAME=FILE');
  const labels = paths.map((path): Label => ({ name: labelOf(path, called), cause: labelOf(path, cause) }));
  const allowed = options.allow ?? new Set();
  const collector = new SheetCollector((options.limit ?? DEFAULT_LIMITS).servers, allowed);
  const replies = options.compare ? new ServerReplies(allowed) : undefined;
  const analysis = await analyzeFor(paths, options, terminal, {
    proof: false,
    onDialogue: (dialogue, input) => {
      const server = collector.add(dialogue, labels[input]);
      replies?.add(server, dialogue);
    },
  });
  const { sheets, direct, dropped } = collector.finish();
  if (sheets.length === 0) throw new CommandError(EXIT.no, noConversation(analysis, options));
  if (direct.length > 0)
    terminal.note(`left out: ${direct.join(', ')}: reached without a proxy; --server HOST:PORT tells of one`);
  if (dropped > 0)
    terminal.warn({ code: 'limit', message: `${dropped} dialogues are with more servers than --limit servers allows` });
  if (replies === undefined) return written(sheetText({ sheets, analysis, options }), options);
  if (sheets.length < 2)
    throw new CommandError(
      EXIT.no,
      'there is one server only: name captures of others too, or tell those at one address apart with --called NAME=FILE',
    );
  const fits = replies.fits(
    analysis.scripts,
    sheets.map(({ name }) => name),
  );
  return written(comparisonText({ sheets, fits }, analysis, options), options);
}

async function written(text: string, { output }: QuirksOptions): Promise<number> {
  await writeArtifact(text, output);
  return EXIT.done;
}

const formatOf = ({ format, json }: QuirksOptions): 'text' | 'markdown' | 'json' =>
  json ? 'json' : (format ?? 'text');

const painted = ({ color, output }: QuirksOptions) => (output === undefined ? paintFor(color) : PLAIN);

function sheetText({
  sheets,
  analysis: { files },
  options,
}: {
  sheets: Comparison['sheets'];
  analysis: Analysis;
  options: QuirksOptions;
}): string {
  switch (formatOf(options)) {
    case 'text':
      return emitQuirks(sheets, files, painted(options));
    case 'markdown':
      return emitQuirksMarkdown(sheets, files);
    case 'json':
      return emitQuirksJson(sheets, files);
  }
}

function comparisonText(comparison: Comparison, { files }: Analysis, options: QuirksOptions): string {
  switch (formatOf(options)) {
    case 'text':
      return emitComparison(comparison, painted(options));
    case 'markdown':
      return emitComparisonMarkdown(comparison);
    case 'json':
      return emitComparisonJson(comparison, files);
  }
}

/** The files that are named, and those that are only labeled; each once. */
function allPaths(named: readonly string[], labels: readonly FileLabel[]): string[] {
  const paths = [...named];
  for (const { path } of labels) if (!paths.some((each) => isSameFile(each, path))) paths.push(path);
  return paths;
}

const labelOf = (path: string, labels: readonly FileLabel[]): string | undefined =>
  labels.find((each) => isSameFile(each.path, path))?.label;

const isSameFile = (one: string, other: string): boolean =>
  one === other || (one !== '-' && other !== '-' && resolve(one) === resolve(other));
