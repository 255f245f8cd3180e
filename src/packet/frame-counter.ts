import type { CaptureFiles, Frame } from '../capture/frame.ts';
import { CaptureError, type Warn } from '../capture/warning.ts';
import type { Skip } from './decode.ts';

/** Frames that hold no segment, by reason, with the first of each. */
export type Skipped = ReadonlyMap<Skip, { readonly count: number; readonly first: number }>;

/** Frames that would have held segments, and how they can be had. */
const TOLD: readonly (readonly [reason: Skip, nextStep: string])[] = [
  ['cut fragment', 'record whole frames: tcpdump -s 0'],
  ['cut in a header', 'record whole frames: tcpdump -s 0'],
  ['malformed header', 'Wireshark shows what is wrong with it'],
  ['nested too deeply', 'raise --limit nesting'],
];

/** Counts what became of the frames. */
export class FrameCounter {
  readonly #files: CaptureFiles;
  readonly #skipped = new Map<Skip, { count: number; first: number }>();
  readonly #linkTypes = new Map<number, { count: number; first: number }>();

  constructor(files: CaptureFiles) {
    this.#files = files;
  }

  skip(reason: Skip, frame: Frame): void {
    countUp(this.#skipped, reason, frame.number);
    if (reason === 'unknown link type') countUp(this.#linkTypes, frame.linkType, frame.number);
  }

  counts(): { frames: number; segments: number; skipped: Skipped } {
    const skipped = [...this.#skipped.values()].reduce((sum, { count }) => sum + count, 0);
    return { frames: this.#files.frames, segments: this.#files.frames - skipped, skipped: this.#skipped };
  }

  /** Warns of what was lost; an unknown link type that leaves nothing is an error. */
  report(paths: readonly string[], warn: Warn): void {
    const { frames, segments } = this.counts();
    for (const [linkType, { count, first }] of this.#linkTypes) {
      const problem = `link type ${linkType} is not read: ${count} of ${frames} frames are lost, the first is frame ${this.#files.nameOf(first)}`;
      const nextStep = 'record again on an Ethernet or loopback interface, or with: tcpdump -i any -y LINUX_SLL2';
      if (segments === 0) throw new CaptureError({ file: paths.join(', ') }, problem, nextStep);
      warn({ code: 'link-type', message: `${problem}; ${nextStep}` });
    }
    for (const [reason, nextStep] of TOLD) {
      const skipped = this.#skipped.get(reason);
      if (skipped === undefined) continue;
      const message = `${skipped.count} of ${frames} frames left out (${reason}), the first is frame ${this.#files.nameOf(skipped.first)}; ${nextStep}`;
      warn({ code: 'frames-left-out', message });
    }
  }
}

function countUp<Key>(counts: Map<Key, { count: number; first: number }>, key: Key, frame: number): void {
  const known = counts.get(key);
  if (known === undefined) counts.set(key, { count: 1, first: frame });
  else known.count++;
}
