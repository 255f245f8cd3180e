import { emitList, emitListJson } from '../emit/list.ts';
import { PLAIN } from '../emit/paint.ts';
import { analyzeFor } from './analysis.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { paintFor, Terminal } from './terminal.ts';

/** `list`: the conversations, a line each. */
export async function list(paths: string[], options: CommonOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const analysis = await analyzeFor(paths, options, terminal, { rows: true });
  const paint = options.output === undefined ? paintFor(options.color) : PLAIN;
  await writeArtifact(options.json ? emitListJson(analysis) : emitList(analysis, paint), options.output);
  return EXIT.done;
}
