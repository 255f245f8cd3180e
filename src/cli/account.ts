import type { Analysis } from '../emit/analysis.ts';
import type { Terminal } from './terminal.ts';

/** With -v: what became of every frame. */
export function accountFor({ accounting, files }: Analysis, terminal: Terminal): void {
  const { frames, segments, conversations, late, skipped } = accounting;
  terminal.detail(`${frames} frames: ${segments} TCP segments in ${conversations} conversations`);
  if (late > 0) terminal.detail(`${late} of them came after their conversation had been read, and changed nothing`);
  for (const [reason, { count, first }] of skipped) {
    terminal.detail(`${count} frames left out: ${reason}, the first is frame ${files.nameOf(first)}`);
  }
}
