import type { Segment } from '../packet/segment.ts';
import { sequenceDistance } from './sequence.ts';
import { SparseBytes } from './sparse-bytes.ts';

/** A stretch of a byte stream that came in one frame; `start` and `end` are offsets in the stream. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** How much of the other side's stream the sender had received when it sent this; 0 where it said nothing. */
  readonly acknowledged: number;
}

/** Bytes that the capture lacks: never seen (`lost`), or cut off by the snapshot length (`cut`). */
export interface Gap {
  readonly start: number;
  readonly end: number;
  readonly kind: 'lost' | 'cut';
  /** The frame that shows it: the one that was cut, the next one after the hole, or the one that acknowledged the bytes. */
  readonly frame: number;
}

/** Two frames that disagree about the same bytes; the first one is believed. */
export interface Conflict {
  readonly start: number;
  readonly end: number;
  readonly kept: number;
  readonly other: number;
}

/** The head of one side's bytes in order, with where each came from. */
export interface ByteStream {
  /** The kept bytes from offset 0 on; those inside a gap are filler and no data. */
  readonly bytes: Uint8Array;
  /** How many bytes stand before the first gap. */
  readonly contiguous: number;
  readonly runs: readonly Run[];
  readonly gaps: readonly Gap[];
  readonly conflicts: readonly Conflict[];
  /** How long the whole stream is, the part that was not kept included. */
  readonly length: number;
  /** Was its start seen, that is, the SYN? */
  readonly fromStart: boolean;
  /** How the side ended, if it did, and in which frame. */
  readonly closed: { readonly by: 'FIN' | 'RST'; readonly frame: number } | undefined;
}

const EMPTY_CUTS: readonly Gap[] = [];
const MAX_CONFLICTS = 100;
const MAX_CUTS = 1000;
/** No window is larger (RFC 7323 §2.3): an acknowledgment farther ahead is not about this stream. */
const MAX_WINDOW = 2 ** 30;

interface MutableRun {
  start: number;
  end: number;
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** A position in the other side's stream. */
  readonly acknowledged: number;
}

/**
 * Puts one side's segments in order. The first copy of a byte wins; a later one that differs is a conflict.
 * Positions count from the first sequence number met, so that they may be negative until the SYN (or the end) says where the stream starts.
 */
export class StreamAssembler {
  readonly #limit: number;
  readonly #head = new SparseBytes();
  readonly #runs: MutableRun[] = [];
  readonly #conflicts: Conflict[] = [];
  #cuts: Gap[] = EMPTY_CUTS as Gap[];
  /** The sequence number at position 0. */
  #base: number | undefined;
  /** The position of the first byte after the SYN. */
  #origin: number | undefined;
  #initialSequence: number | undefined;
  /** The farthest position seen, in data or acknowledged. */
  #farthest = 0;
  #acknowledged = { position: 0, frame: 0 };
  #closed: ByteStream['closed'];
  #finPosition: number | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The sequence number of the SYN, once seen. */
  get initialSequence(): number | undefined {
    return this.#initialSequence;
  }

  /** Has the side said its FIN, with every byte before it captured and acknowledged? */
  get done(): boolean {
    return this.#finPosition !== undefined && this.#acknowledged.position >= this.#finPosition + 1;
  }

  get reset(): boolean {
    return this.#closed?.by === 'RST';
  }

  /** Could a SYN with this sequence number be the late start of what was seen? */
  couldStartAt(sequence: number): boolean {
    const ahead = (this.#runs[0]?.start ?? 0) - this.#positionOf(sequence + 1);
    return ahead >= 0 && ahead <= this.#limit;
  }

  /** The other side acknowledged up to this sequence number. Returns how much of this stream that is, as a position. */
  acknowledge(sequence: number, frame: number): number {
    const position = this.#positionOf(sequence);
    if (position > this.#acknowledged.position && position - this.#farthest <= MAX_WINDOW) {
      this.#acknowledged = { position, frame };
    }
    return position;
  }

  /** Adds a segment of this side; `acknowledged` is what `acknowledge` of the other side's assembler returned. */
  add(segment: Segment, acknowledged: number, flags: { syn: boolean; fin: boolean; rst: boolean }): void {
    let position = this.#positionOf(segment.sequence);
    if (flags.syn) {
      position++;
      if (this.#initialSequence === undefined) {
        this.#initialSequence = segment.sequence;
        this.#origin = position;
      }
    }
    if (flags.rst) {
      this.#closed ??= { by: 'RST', frame: segment.frame };
      return; // its text, if any, is not part of the stream (RFC 9293 §3.5.2)
    }
    const { payload, length } = segment;
    if (length > 0 && !this.#isKeepAlive(position, length)) {
      if (payload.length > 0) this.#insert(position, segment, acknowledged);
      if (payload.length < length) this.#cut(position + payload.length, position + length, segment.frame);
      if (position + length > this.#farthest) this.#farthest = position + length;
    }
    if (flags.fin) {
      this.#closed ??= { by: 'FIN', frame: segment.frame };
      this.#finPosition ??= position + length;
    }
  }

  /** A keep-alive repeats the last byte sent, or something in its place (RFC 9293 §3.8.4): it says nothing about the stream. */
  #isKeepAlive(position: number, length: number): boolean {
    return length === 1 && position < this.#farthest && position === this.#acknowledged.position - 1;
  }

  #positionOf(sequence: number): number {
    if (this.#base === undefined) this.#base = sequence;
    return this.#farthest + sequenceDistance(sequence, (this.#base + this.#farthest) | 0);
  }

  /** The positions that are kept: the head of the stream, or what lies around its first segment while the start is unknown. */
  #window(): { low: number; high: number } {
    if (this.#origin !== undefined) return { low: this.#origin, high: this.#origin + this.#limit };
    const first = this.#runs[0]?.start ?? 0;
    return { low: first - this.#limit, high: first + this.#limit };
  }

  #insert(position: number, segment: Segment, acknowledged: number): void {
    const { low, high } = this.#window();
    const start = Math.max(position, low);
    const end = Math.min(position + segment.payload.length, high);
    if (start >= end) return;
    const bytes = segment.payload.subarray(start - position, end - position);
    const atEnd = (this.#runs.at(-1)?.end ?? Number.NEGATIVE_INFINITY) <= start;
    const index = atEnd ? this.#runs.length : this.#firstRunAfter(start);
    let filled = start;
    const missing: MutableRun[] = [];
    let last = index;
    for (; last < this.#runs.length && (this.#runs[last] as MutableRun).start < end; last++) {
      const run = this.#runs[last] as MutableRun;
      if (filled < run.start) missing.push(this.#keep(filled, run.start, start, bytes, segment, acknowledged));
      this.#compare(run, Math.max(start, run.start), Math.min(end, run.end), start, bytes, segment.frame);
      filled = run.end;
    }
    if (filled < end) missing.push(this.#keep(filled, end, start, bytes, segment, acknowledged));
    if (missing.length === 0) return;
    if (atEnd) this.#runs.push(...missing);
    else {
      const merged = [...this.#runs.slice(index, last), ...missing].sort((a, b) => a.start - b.start);
      this.#runs.splice(index, last - index, ...merged);
    }
  }

  /** The index of the first run that ends after `position`. */
  #firstRunAfter(position: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle] as MutableRun).end > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #keep(
    from: number,
    to: number,
    start: number,
    bytes: Uint8Array,
    segment: Segment,
    acknowledged: number,
  ): MutableRun {
    this.#head.write(from, bytes.subarray(from - start, to - start));
    const { frame, seconds, nanoseconds } = segment;
    return { start: from, end: to, frame, seconds, nanoseconds, acknowledged };
  }

  #compare(run: MutableRun, from: number, to: number, start: number, bytes: Uint8Array, frame: number): void {
    if (from >= to || this.#conflicts.length >= MAX_CONFLICTS) return;
    const kept = this.#head.read(from, to);
    const copy = bytes.subarray(from - start, to - start);
    if (Buffer.compare(kept, copy) === 0) return;
    let first = 0;
    while (kept[first] === copy[first]) first++;
    let last = kept.length - 1;
    while (kept[last] === copy[last]) last--;
    this.#conflicts.push({ start: from + first, end: from + last + 1, kept: run.frame, other: frame });
  }

  #cut(start: number, end: number, frame: number): void {
    if (this.#cuts === EMPTY_CUTS) this.#cuts = [];
    const { high } = this.#window();
    if (start < high && this.#cuts.length < MAX_CUTS)
      this.#cuts.push({ start, end: Math.min(end, high), kind: 'cut', frame });
  }

  /** The stream as far as it was captured. `otherOrigin` is where the other side's stream starts, as a position. */
  finish(otherOrigin: number): ByteStream {
    const origin = this.origin;
    const known = Math.max(this.#farthest, this.#acknowledgedData(), this.#finPosition ?? origin);
    const end = Math.min(Math.max(known, origin), origin + this.#limit);
    const runs: Run[] = [];
    for (const run of this.#runs) {
      if (run.end <= origin || run.start >= end) continue;
      runs.push({
        ...run,
        start: Math.max(run.start, origin) - origin,
        end: Math.min(run.end, end) - origin,
        acknowledged: Math.max(0, run.acknowledged - otherOrigin),
      });
    }
    const gaps = this.#gaps(runs, end - origin, origin);
    return {
      bytes: this.#head.read(origin, end),
      contiguous: gaps[0]?.start ?? end - origin,
      runs,
      gaps,
      conflicts: this.#conflicts
        .map((conflict) => ({ ...conflict, start: conflict.start - origin, end: conflict.end - origin }))
        .filter((conflict) => conflict.end > 0),
      length: Math.max(known, origin) - origin,
      fromStart: this.#initialSequence !== undefined,
      closed: this.#closed,
    };
  }

  /** Where the stream starts: after the SYN, else at the first byte that was captured or said to be next. */
  get origin(): number {
    return this.#origin ?? Math.min(0, this.#runs[0]?.start ?? 0);
  }

  /** The acknowledged position without the one that the FIN takes. */
  #acknowledgedData(): number {
    const { position } = this.#acknowledged;
    return this.#finPosition === undefined ? position : Math.min(position, this.#finPosition);
  }

  #gaps(runs: readonly Run[], end: number, origin: number): Gap[] {
    const gaps: Gap[] = [];
    let position = 0;
    const hole = (from: number, to: number, nextFrame: number) => {
      const cuts = this.#cuts.filter((cut) => cut.start - origin < to && cut.end - origin > from);
      const cut = cuts[0];
      gaps.push({
        start: from,
        end: to,
        kind: cut === undefined ? 'lost' : 'cut',
        frame: cut?.frame ?? nextFrame,
      });
    };
    for (const run of runs) {
      if (position < run.start) hole(position, run.start, run.frame);
      position = run.end;
    }
    if (position < end) hole(position, end, this.#acknowledged.frame || (this.#closed?.frame ?? 0));
    return gaps;
  }
}
