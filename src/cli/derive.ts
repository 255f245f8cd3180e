import { emitCheckJson } from '../emit/check-json.ts';
import { emitHaproxy } from '../emit/haproxy/script.ts';
import { withheldFrom } from '../emit/withheld.ts';
import { nothingToDerive, wordsOn } from '../emit/words.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
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
  const { stream } = options;
  const analysis = await analyzeFor(paths, options, terminal, { proof: options.proof });
  const format = options.json ? 'json' : (options.format ?? 'haproxy');
  const withheld = withheldFrom(analysis);
  const checks = analysis.checks.filter((check) => !withheld.has(check));
  for (const { kind, text } of wordsOn(analysis, { stream, script: format === 'haproxy', withheld }))
    terminal[kind](text);
  if (analysis.checks.length === 0) throw new CommandError(EXIT.no, nothingToDerive(analysis, options));
  if (checks.length === 0) throw new CommandError(EXIT.no, 'nothing is printed: see why each check is withheld');
  await writeArtifact(FORMATS[format]({ ...analysis, checks }), options.output);
  return EXIT.done;
}
