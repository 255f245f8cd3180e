import { analyze } from '../analyze.ts';
import type { Analysis } from '../emit/analysis.ts';
import { emitCheckJson } from '../emit/check-json.ts';
import { HaproxyLimitError } from '../emit/haproxy/rules.ts';
import { emitHaproxy } from '../emit/haproxy/script.ts';
import { nothingToDerive, proofHolds, wordsOn } from '../emit/words.ts';
import { accountFor } from './account.ts';
import { CommandError, EXIT } from './exit.ts';
import { interruptionBySignal } from './interrupt.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { Terminal } from './terminal.ts';

/** What `--format` can be. */
export const FORMATS = { haproxy: emitHaproxy, json: emitCheckJson } as const;

export interface DeriveOptions extends CommonOptions {
  readonly format?: keyof typeof FORMATS;
  readonly proof: boolean;
}

/** The default command: captures in, a script out. */
export async function derive(paths: string[], options: DeriveOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const { stream, server } = options;
  const analysis = await analyze({
    paths,
    stream,
    server,
    serverRole: options.role,
    allowed: options.allow ?? new Set(),
    proof: options.proof,
    warn: terminal.warn,
    limits: options.limit,
    interruption: interruptionBySignal(),
  });
  accountFor(analysis, terminal);
  const format = options.json ? 'json' : (options.format ?? 'haproxy');
  const artifact = analysis.checks.length === 0 ? undefined : emit(format, analysis);
  for (const { kind, text } of wordsOn(analysis, { stream, script: format === 'haproxy' })) terminal[kind](text);
  if (artifact === undefined) throw new CommandError(EXIT.no, nothingToDerive(analysis, options));
  if (!proofHolds(analysis)) throw new CommandError(EXIT.no, NOT_PROVED);
  await writeArtifact(artifact, options.output);
  return EXIT.done;
}

const NOT_PROVED =
  'the check is not right about the server it came from, so it is not printed; --no-proof prints it all the same, and a report with the capture is welcome';

function emit(format: keyof typeof FORMATS, analysis: Analysis): string {
  try {
    return FORMATS[format](analysis);
  } catch (error) {
    if (error instanceof HaproxyLimitError) throw new CommandError(EXIT.no, error.message);
    throw error;
  }
}
