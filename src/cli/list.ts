import { analyze } from '../analyze.ts';
import { emitList, emitListJson } from '../emit/list.ts';
import { PLAIN } from '../emit/paint.ts';
import { accountFor } from './account.ts';
import { EXIT } from './exit.ts';
import { interruptionBySignal } from './interrupt.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { paintFor, Terminal } from './terminal.ts';

/** `list`: the conversations, a line each. */
export async function list(paths: string[], options: CommonOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const analysis = await analyze({
    paths,
    server: options.server,
    serverRole: options.role,
    allowed: options.allow ?? new Set(),
    rows: true,
    warn: terminal.warn,
    limits: options.limit,
    interruption: interruptionBySignal(),
  });
  accountFor(analysis, terminal);
  const paint = options.output === undefined ? paintFor(options.color) : PLAIN;
  await writeArtifact(options.json ? emitListJson(analysis) : emitList(analysis, paint), options.output);
  return EXIT.done;
}
