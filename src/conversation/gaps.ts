import type { Gap, Run } from './stream.ts';

/** How far the stream reaches, and the frame that shows it. */
export interface Reach {
  readonly position: number;
  readonly frame: number;
}

/** What lies between the runs, up to the end: cut off where a frame says so, else lost. */
export function gapsBetween(runs: readonly Run[], cuts: readonly Gap[], end: Reach): Gap[] {
  const gaps: Gap[] = [];
  const lose = (start: number, to: number, frame: number) => {
    if (start < to) gaps.push({ start, end: to, kind: 'lost', frame });
  };
  let position = 0;
  let next = 0; // the first cut that reaches beyond the position
  const hole = (to: number, frame: number) => {
    while (next < cuts.length) {
      const cut = cuts[next] as Gap;
      const start = Math.max(position, cut.start);
      const stop = Math.min(to, cut.end);
      if (start < stop) {
        lose(position, start, cut.frame);
        gaps.push({ ...cut, start, end: stop });
        position = stop;
      }
      if (cut.end > to) break; // it goes on behind what was captured
      next++;
    }
    lose(position, to, frame);
  };
  for (const run of runs) {
    if (position < run.start) hole(run.start, run.frame);
    position = run.end;
  }
  if (position < end.position) hole(end.position, end.frame);
  return gaps;
}
