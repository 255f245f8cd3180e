import type { Limits } from '../bytes/limits.ts';
import { FLAG, type Segment } from '../packet/segment.ts';
import { gapsBetween, type Reach } from './gaps.ts';
import { sequenceDistance } from './sequence.ts';
import { SparseBytes } from './sparse-bytes.ts';
import type { ByteStream, Conflict, Gap, Moment, Run, Traces } from './stream.ts';

/** More are told as one, the last, which spans them. */
const MAX_CONFLICTS = 100;
/** What more are cut off counts as lost. */
const MAX_CUTS = 1000;
/** No window is larger (RFC 7323 §2.3): an acknowledgment farther ahead is not about this stream. */
const MAX_WINDOW = 2 ** 30;

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Bounds on what a side keeps. */
export type StreamLimits = Pick<Limits, 'head' | 'out-of-order'>;

type OwnRun = { -readonly [Key in keyof Run]: Run[Key] };

/** What a run costs beside its bytes. */
const RUN_SIZE = 80;

const NO_CUTS: Gap[] = [];
const NO_CONFLICTS: Conflict[] = [];

/**
 * Puts one side's segments in order. The first copy of a byte wins; a later one that differs is a conflict.
 * Positions count from the first sequence number met, so that they may be negative until the SYN (or the end) says where the stream starts.
 */
export class StreamAssembler {
  readonly #limits: StreamLimits;
  readonly #head = new SparseBytes();
  /** Disjoint, in the order of capture. */
  readonly #runs: OwnRun[] = [];
  #conflicts = NO_CONFLICTS;
  #cuts = NO_CUTS;
  /** The sequence number at position 0. */
  #base: number | undefined;
  #initialSequence: number | undefined;
  /** The position of the first byte after the SYN. */
  #origin: number | undefined;
  /** The first position that was captured or said to be next. */
  #first = 0;
  /** Everything from the start up to here was kept. */
  #inOrder = 0;
  #tooFarAhead = 0;
  /** How far the side's own segments reach, and what the other side acknowledged; positions, and the frames that show them. */
  #said = Number.NEGATIVE_INFINITY;
  #saidFrame = 0;
  #acknowledged = Number.NEGATIVE_INFINITY;
  #acknowledgedFrame = 0;
  /** Where the FIN stands: behind the last byte. */
  #fin: Reach | undefined;
  #closed: ByteStream['closed'];
  #openedAt: Moment | undefined;
  #closedAt: Moment | undefined;
  #repeated: { count: number; frame: number } | undefined;
  #reset = false;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** Bytes of memory that it keeps, by rule of thumb. */
  get size(): number {
    return this.#head.size + RUN_SIZE * this.#runs.length;
  }

  /** The sequence number of the SYN, once seen. */
  get initialSequence(): number | undefined {
    return this.#initialSequence;
  }

  /** Where the stream starts: after the SYN, else at the first byte that was captured or said to be next. */
  get origin(): number {
    return this.#origin ?? this.#first;
  }

  /** Has the side said its FIN, and was it acknowledged? */
  get done(): boolean {
    return this.#fin !== undefined && this.#acknowledged > this.#fin.position;
  }

  /** Has the side sent a RST? */
  get reset(): boolean {
    return this.#reset;
  }

  /** Could a SYN with this sequence number be the late start of what was seen? */
  couldStartAt(sequence: number): boolean {
    if (this.#base === undefined) return true;
    const ahead = this.#first - this.#positionOf(sequence + 1);
    return ahead >= 0 && ahead <= this.#limits.head;
  }

  /** The other side acknowledged up to this sequence number. Returns how much of this stream it had received, as a position. */
  acknowledge(sequence: number, frame: number): number {
    const position = this.#positionOf(sequence);
    if (position - this.#reach > MAX_WINDOW) return this.#acknowledged;
    if (position > this.#acknowledged) {
      this.#acknowledged = position;
      this.#acknowledgedFrame = frame;
    }
    return position;
  }

  /** Adds a segment of this side; `acknowledged` is what `acknowledge` of the other side's assembler returned. */
  add(segment: Segment, acknowledged: number): void {
    const { payload, length, frame, flags } = segment;
    const syn = (flags & FLAG.syn) !== 0;
    const position = this.#positionOf(segment.sequence + (syn ? 1 : 0));
    if (syn && this.#initialSequence === undefined) {
      this.#initialSequence = segment.sequence;
      this.#openedAt = momentOf(segment);
      this.#origin = position;
      if (position > this.#inOrder) this.#inOrder = position;
    }
    if ((flags & (FLAG.fin | FLAG.rst)) !== 0) this.#closedAt ??= momentOf(segment);
    if ((flags & FLAG.rst) !== 0) {
      this.#closed ??= { by: 'RST', frame };
      this.#reset = true;
      return; // its text, if any, is not part of the stream (RFC 9293 §3.5.2)
    }
    // Behind an acknowledged FIN stand keep-alives, and another connection on the same ports whose SYN was not captured.
    if (this.#fin !== undefined && this.done && position >= this.#fin.position) return;
    if (length > 0) {
      if (payload.length > 0) this.#insert(position, segment, acknowledged);
      if (payload.length < length) this.#cut(position + payload.length, position + length, frame);
      if (position + length > this.#said) {
        this.#said = position + length;
        this.#saidFrame = frame;
      }
    }
    if ((flags & FLAG.fin) !== 0) {
      this.#closed ??= { by: 'FIN', frame };
      this.#fin ??= { position: position + length, frame };
    }
  }

  /** The stream as far as it was captured. `otherOrigin` is where the other side's stream starts, as a position. */
  finish(otherOrigin: number): ByteStream {
    const { origin } = this;
    const known = this.#known(origin);
    const end = Math.min(known.position, origin + this.#limits.head);
    const runs = kept(this.#runs, origin, end);
    for (const run of runs) run.acknowledged = Math.max(0, run.acknowledged - otherOrigin);
    const gaps = gapsBetween(runs, kept(this.#cuts, origin, end), { position: end - origin, frame: known.frame });
    return {
      bytes: this.#head.read(origin, end),
      contiguous: gaps[0]?.start ?? end - origin,
      runs,
      gaps,
      conflicts: kept(this.#conflicts, origin, end),
      length: known.position - origin,
      fromStart: this.#initialSequence !== undefined,
      closed: this.#closed,
      tooFarAhead: this.#tooFarAhead,
      traces: this.#traces(),
    };
  }

  #traces(): Traces {
    return { opened: this.#openedAt, closed: this.#closedAt, repeated: this.#repeated };
  }

  #positionOf(sequence: number): number {
    this.#base ??= sequence;
    const reach = this.#reach;
    return reach + sequenceDistance(sequence, this.#base + reach);
  }

  /** The farthest position met, to tell sequence numbers that are 2^32 apart. */
  get #reach(): number {
    return Math.max(this.#origin ?? 0, this.#said, this.#acknowledged);
  }

  /** How far the stream is known to reach. */
  #known(origin: number): Reach {
    let known: Reach = { position: origin, frame: 0 };
    const reach = (position: number, frame: number) => {
      if (position > known.position) known = { position, frame };
    };
    if (!this.done) reach(this.#acknowledged, this.#acknowledgedFrame); // the FIN takes a sequence number, but is no byte
    if (this.#fin !== undefined) reach(this.#fin.position, this.#fin.frame);
    reach(this.#said, this.#saidFrame);
    return known;
  }

  /** The positions that are kept: the head of the stream, or what lies around position 0 while the start is unknown. */
  #window(): { low: number; high: number } {
    const { head } = this.#limits;
    return { low: this.#origin ?? -head, high: (this.#origin ?? 0) + head };
  }

  #insert(position: number, segment: Segment, acknowledged: number): void {
    const { low, high } = this.#window();
    const start = Math.max(position, low);
    const end = Math.min(position + segment.payload.length, high);
    if (start >= end) return;
    if (start > this.#inOrder + this.#limits['out-of-order']) {
      this.#tooFarAhead += end - start;
      return;
    }
    const keepAlive = segment.length === 1 && position === this.#acknowledged - 1;
    if (!keepAlive && this.#head.find(false, start, end) === end) {
      this.#repeated ??= { count: 0, frame: segment.frame };
      this.#repeated.count++;
    }
    for (let from = start; from < end; ) {
      const again = this.#head.isWritten(from);
      const to = this.#head.find(!again, from, end);
      const part = stretchOf(segment.payload, from - position, to - position);
      if (again) this.#compare(from, part, segment);
      else this.#keep(from, part, segment, acknowledged);
      from = to;
    }
  }

  #keep(start: number, bytes: Uint8Array, { frame, seconds, nanoseconds }: Segment, acknowledged: number): void {
    const end = start + bytes.length;
    this.#head.write(start, bytes);
    this.#runs.push({ start, end, frame, seconds, nanoseconds, acknowledged });
    if (start < this.#first) this.#first = start;
    if (start <= this.#inOrder && end > this.#inOrder) this.#inOrder = this.#head.find(false, end, this.#head.end);
  }

  /** Looks for a conflict between what was kept from `start` on and another copy of it. */
  #compare(start: number, copy: Uint8Array, { frame, length }: Segment): void {
    // A keep-alive repeats the last byte that was acknowledged, or has something in its place (RFC 9293 §3.8.4).
    if (length === 1 && start === this.#acknowledged - 1) return;
    const end = start + copy.length;
    const kept = this.#head.read(start, end);
    if (Buffer.compare(kept, copy) === 0) return;
    if (this.#conflicts === NO_CONFLICTS) this.#conflicts = []; // most streams have none
    const last = this.#conflicts[MAX_CONFLICTS - 1];
    if (last !== undefined) {
      this.#conflicts[MAX_CONFLICTS - 1] = {
        ...last,
        start: Math.min(last.start, start),
        end: Math.max(last.end, end),
      };
      return;
    }
    for (const run of this.#runs) {
      let from = Math.max(start, run.start);
      let to = Math.min(end, run.end);
      while (from < to && kept[from - start] === copy[from - start]) from++;
      while (from < to && kept[to - start - 1] === copy[to - start - 1]) to--;
      if (from < to) this.#conflicts.push({ start: from, end: to, kept: run.frame, other: frame });
    }
  }

  #cut(start: number, end: number, frame: number): void {
    const { low, high } = this.#window();
    if (start >= high || end <= low || this.#cuts.length >= MAX_CUTS) return;
    if (this.#cuts === NO_CUTS) this.#cuts = [];
    this.#cuts.push({ start, end, kind: 'cut', frame });
  }
}

const momentOf = ({ seconds, nanoseconds }: Segment): Moment => ({ seconds, nanoseconds });

/** What lies between two positions, in the order of the stream, counted from the first of them. */
function kept<Span extends Stretch>(spans: Span[], from: number, to: number): Span[] {
  const asItIs = spans.every(
    ({ start, end }, at) => start >= from && end <= to && start >= (spans[at - 1]?.end ?? from),
  );
  if (asItIs && (from === 0 || spans.length === 0)) return spans;
  const inside: Span[] = [];
  for (const span of spans) {
    const start = Math.max(span.start, from);
    const end = Math.min(span.end, to);
    if (start < end) inside.push({ ...span, start: start - from, end: end - from });
  }
  return inside.sort((a, b) => a.start - b.start);
}

/** A view makes an object of its own: the whole needs none. */
const stretchOf = (bytes: Uint8Array, start: number, end: number): Uint8Array =>
  start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
