import { fstatSync, statSync } from 'node:fs';
import type { Progress } from '../analyze.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds from the start of the program: what is read by then shows nothing. */
const PATIENCE = 1000;
/** Milliseconds that a line stands for at least. */
const INTERVAL = 200;

/** Draws on the terminal how far the reading of these captures has come, from the program's second second on. */
export function progressOf(
  captures: readonly string[],
  terminal: Pick<Terminal, 'columns' | 'draw'>,
): (progress: Progress) => void {
  const started = performance.now();
  let due = PATIENCE;
  let total: number | undefined;
  return (progress) => {
    const now = performance.now();
    if (now < due) return;
    if (due === PATIENCE) total = sizeOf(captures);
    due = now + INTERVAL;
    terminal.draw(progressLine(progress, total, (now - started) / 1000, terminal.columns));
  };
}

/** Bytes of all captures, or undefined where one of them is no file: a pipe has no size. */
function sizeOf(captures: readonly string[]): number | undefined {
  let size = 0;
  for (const path of captures) {
    const file = path === '-' ? fstatSync(0) : statSync(path, { throwIfNoEntry: false });
    if (!file?.isFile()) return undefined;
    size += file.size;
  }
  return size === 0 ? undefined : size;
}

/** `62 %, 300 of 480 MB, 41 MB/s, 5 s left, 3.4 M frames, 245 k conversations`; what does not fit into the columns is left out from the end. */
export function progressLine(
  { bytes, frames, conversations }: Progress,
  total: number | undefined,
  seconds: number,
  columns: number,
): string {
  const rate = bytes / seconds;
  const parts =
    total === undefined
      ? [`${megabytes(bytes)} MB read`, `${megabytes(rate)} MB/s`]
      : [
          `${Math.min(100, Math.floor((100 * bytes) / total))} %`,
          `${megabytes(bytes)} of ${megabytes(total)} MB`,
          `${megabytes(rate)} MB/s`,
          ...(rate > 0 ? [`${durationText(Math.max(0, total - bytes) / rate)} left`] : []),
        ];
  parts.push(counted(frames, 'frame'), counted(conversations, 'conversation'));
  let line = '';
  for (const part of parts) {
    const longer = line === '' ? part : `${line}, ${part}`;
    if (longer.length >= columns) break; // the cursor needs a column, too
    line = longer;
  }
  return line;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0);

function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 100) return `${whole} s`;
  if (whole < 6000) return `${Math.ceil(whole / 60)} min`;
  return `${Math.ceil(whole / 3600)} h`;
}

function counted(count: number, what: string): string {
  if (count < 10_000) return `${count} ${what}${count === 1 ? '' : 's'}`;
  return `${count < 1e6 ? `${Math.floor(count / 1000)} k` : `${(count / 1e6).toFixed(1)} M`} ${what}s`;
}
