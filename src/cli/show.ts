import type { Side } from '../conversation/conversation.ts';
import { type Allowance, allowanceFor, type Dialogue, streamOf } from '../dialogue/dialogue.ts';
import { gapReason } from '../dialogue/outcome.ts';
import { PLAIN } from '../emit/paint.ts';
import { capturedBytes, emitShow, emitShowJson, shownBytes } from '../emit/show.ts';
import { redactionOf } from '../fixture/redact.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { paintFor, Terminal } from './terminal.ts';

export interface ShowOptions extends CommonOptions {
  readonly redact?: boolean;
  readonly raw?: Side;
}

/** `show`: one dialogue, message by message. */
export async function show(paths: string[], options: ShowOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const allowed = options.allow ?? new Set();
  const stream = options.stream ?? 0;
  const analysis = await analyzeFor(paths, options, terminal, { rows: true, stream });
  const { dialogue, files, accounting } = analysis;
  if (dialogue === undefined) {
    throw new CommandError(
      EXIT.no,
      `${files.names.join(', ')}: there is no tcp.stream ${stream}; conversations are numbered from 0 and there are ${accounting.conversations}; capture2check list shows them`,
    );
  }
  const redact = options.redact ?? false;
  // What repeats a secret, and what only words tell to be one, is masked as in a fixture.
  const shown = redact ? redactionOf(dialogue, allowed).dialogue : dialogue;
  if (options.raw !== undefined)
    await writeArtifact(
      rawBytes(shown, options.raw, redact, allowed, (frame) => files.nameOf(frame)),
      options.output,
    );
  else if (options.json) await writeArtifact(emitShowJson(shown, files, redact), options.output);
  else
    await writeArtifact(
      emitShow(shown, files, redact, options.output === undefined ? paintFor(options.color) : PLAIN),
      options.output,
    );
  return EXIT.done;
}

/** One side's bytes, whole or not at all: a gap has to be allowed, and is then left out. */
function rawBytes(
  dialogue: Dialogue,
  side: Side,
  redact: boolean,
  allowed: ReadonlySet<Allowance>,
  frameName: (frame: number) => string,
): Uint8Array {
  const stream = streamOf(dialogue.conversation, side);
  const gap = stream.gaps.find((each) => !allowed.has(allowanceFor(each)));
  if (gap !== undefined) {
    throw new CommandError(
      EXIT.no,
      `${gapReason(side, gap)}, frame ${frameName(gap.frame)}; say --allow ${allowanceFor(gap)} to leave them out`,
    );
  }
  return capturedBytes(shownBytes(dialogue, side, redact), stream, 0, stream.bytes.length);
}
