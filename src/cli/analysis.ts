import { type AnalyzeOptions, analyze } from '../analyze.ts';
import type { Analysis } from '../emit/analysis.ts';
import { type Inputs, inputsOf } from './inputs.ts';
import { interruptionBySignal } from './interrupt.ts';
import type { CommonOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

/**
 * V8's nursery grows to 16 MB where much is alive. That saves a fifth of the time where like conversations are counted; where each one is read it saves
 * nothing, and costs a quarter more memory (docs/performance.md).
 */
const FIXED_NURSERY = '--semi-space-growth-factor=1';

/** Analyzes captures as the options that every command shares say, and with -v accounts for the frames. */
export const analyzeFor = async (
  paths: readonly string[],
  options: CommonOptions,
  terminal: Terminal,
  more: Partial<AnalyzeOptions> = {},
): Promise<Analysis> => analyzeInputs(await inputsOf(paths), options, terminal, more);

/** The same of captures and fixtures that have been told apart. */
export async function analyzeInputs(
  { captures, fixtures }: Inputs,
  options: CommonOptions,
  terminal: Terminal,
  more: Partial<AnalyzeOptions> = {},
): Promise<Analysis> {
  if (more.rows || more.dialogues || more.onDialogue) (await import('node:v8')).setFlagsFromString(FIXED_NURSERY);
  for (const { name } of fixtures.filter(({ redacted }) => redacted))
    terminal.warn({
      code: 'redacted',
      message: `${name}: placeholders stand for its secrets, with which nobody logs in; fixture --keep-secrets keeps them`,
    });
  const onProgress = terminal.watched ? (await import('./progress.ts')).progressOf(captures, terminal) : undefined;
  const analysis = await analyze({
    paths: captures,
    fixtures,
    stream: options.stream,
    server: options.server,
    serverRole: options.role,
    allowed: options.allow ?? new Set(),
    limits: options.limit,
    warn: terminal.warn,
    onProgress,
    interruption: interruptionBySignal(),
    ...more,
  }).finally(terminal.erase);
  if (options.verbose) (await import('./account.ts')).accountFor(analysis, terminal);
  return analysis;
}
