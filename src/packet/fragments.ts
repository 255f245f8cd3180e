/** A piece of a fragmented IP packet; offsets are in bytes within the packet's payload. */
export interface Fragment {
  /** What the pieces of one packet have in common: version, addresses and identification, in IPv4 the protocol too. */
  readonly key: string;
  readonly frame: number;
  /** When it was captured, in seconds since 1970. */
  readonly seconds: number;
  /** The protocol of the packet's payload as this piece says it. */
  readonly protocol: number;
  readonly offset: number;
  readonly last: boolean;
  readonly bytes: Uint8Array;
}

/** A fragmented packet that came together. */
export interface Reassembled {
  /** As the first piece says it (RFC 8200 §4.5). */
  readonly protocol: number;
  readonly bytes: Buffer;
  /** Did fragments overlap or disagree? The first copy of a byte is kept. */
  readonly overlapping: boolean;
}

/** How many packets, and a frame of the first of them. */
export interface Tally {
  readonly count: number;
  readonly frame: number;
}

/** Fragmented packets that are poor evidence or none. */
export interface Fragmentation {
  /** Their fragments overlapped or disagreed; the frame is the one that completed the first of them. */
  readonly overlapping: Tally;
  /** They never became whole. */
  readonly incomplete: Tally;
  /** They were given up to stay within the bound. */
  readonly givenUp: Tally;
}

interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A packet of which pieces are there. */
interface Pending {
  readonly frame: number;
  readonly since: number;
  /** Disjoint, in the order of their offsets. */
  pieces: Piece[];
  /** How many bytes the pieces have together. */
  covered: number;
  length: number | undefined;
  protocol: number;
  overlapping: boolean;
}

/** The largest payload that an IP packet can have. */
const MAX_PACKET_LENGTH = 65_535;
/** Pieces that lie farther apart are of two packets with one identification (RFC 8200 §4.5). */
const MAX_SECONDS = 60;
/** What a piece costs beside its bytes, so that a million small ones are bounded too. */
const PIECE_COST = 200;
/** Packets that are remembered once they are whole, to know late copies of their pieces. */
const MAX_RECENT = 16;

/** Puts fragmented packets together (RFC 791 §3.2, RFC 8200 §4.5), within a bound on the bytes that wait. */
export class FragmentAssembler {
  readonly #limit: number;
  readonly #pending = new Map<string, Pending>();
  /** Goes on where it was: to look for the first one anew would pass by all that were deleted. */
  #oldest = this.#pending.entries();
  readonly #recent = new Map<string, Buffer>();
  #waiting = 0;
  #expired: Tally = { count: 0, frame: 0 };
  #givenUp: Tally = { count: 0, frame: 0 };

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Packets given up to stay within the bound, the oldest first. */
  get givenUp(): Tally {
    return this.#givenUp;
  }

  /** Packets that lack a fragment to this day. */
  get incomplete(): Tally {
    let { count, frame } = this.#expired;
    for (const pending of this.#pending.values()) if (count++ === 0) frame = pending.frame;
    return { count, frame };
  }

  /** Adds a fragment; returns the packet's payload once it is whole. */
  add(fragment: Fragment): Reassembled | undefined {
    const { key, offset, last, bytes } = fragment;
    const end = offset + bytes.length;
    // No packet is that long (the "ping of death"), and no piece is empty.
    if (end > MAX_PACKET_LENGTH || bytes.length === 0 || this.#isLateCopy(fragment)) return undefined;
    const pending = this.#pendingFor(fragment);
    const before = costOf(pending);
    if (offset === 0) pending.protocol = fragment.protocol;
    if (last) endAt(pending, end);
    insert(pending, fragment);
    this.#waiting += costOf(pending) - before;
    if (pending.covered === pending.length) return this.#whole(key, pending);
    this.#makeRoom(key);
    return undefined;
  }

  #isLateCopy({ key, offset, bytes }: Fragment): boolean {
    const whole = this.#recent.get(key);
    if (whole === undefined) return false;
    if (Buffer.compare(whole.subarray(offset, offset + bytes.length), bytes) === 0) return true;
    this.#recent.delete(key); // another packet has the identification now
    return false;
  }

  #pendingFor({ key, frame, seconds, protocol }: Fragment): Pending {
    const known = this.#pending.get(key);
    if (known !== undefined) {
      if (Math.abs(seconds - known.since) <= MAX_SECONDS) return known;
      this.#forget(key, known);
      this.#expired = counted(this.#expired, known);
    }
    const pending = { frame, since: seconds, pieces: [], covered: 0, length: undefined, protocol, overlapping: false };
    this.#pending.set(key, pending);
    return pending;
  }

  #whole(key: string, pending: Pending): Reassembled {
    this.#forget(key, pending);
    const bytes = Buffer.concat(pending.pieces.map((piece) => piece.bytes));
    this.#recent.set(key, bytes);
    if (this.#recent.size > MAX_RECENT) this.#recent.delete(this.#recent.keys().next().value as string);
    return { protocol: pending.protocol, bytes, overlapping: pending.overlapping };
  }

  #forget(key: string, pending: Pending): void {
    this.#pending.delete(key);
    this.#waiting -= costOf(pending);
  }

  #makeRoom(current: string): void {
    while (this.#waiting > this.#limit) {
      const { done, value } = this.#oldest.next();
      if (done) {
        this.#oldest = this.#pending.entries();
        continue;
      }
      const [key, pending] = value;
      if (key === current && this.#pending.size > 1) {
        this.#pending.delete(key); // it waits no longer than the others from now on
        this.#pending.set(key, pending);
        continue;
      }
      this.#forget(key, pending);
      this.#givenUp = counted(this.#givenUp, pending);
    }
  }
}

const costOf = ({ covered, pieces }: Pending): number => covered + pieces.length * PIECE_COST;

const counted = ({ count, frame }: Tally, pending: Pending): Tally => ({
  count: count + 1,
  frame: count === 0 ? pending.frame : frame,
});

/** The last piece says where the packet ends; what disagrees with the first one to say so is left out. */
function endAt(pending: Pending, end: number): void {
  if (pending.length !== undefined) {
    if (end !== pending.length) pending.overlapping = true;
    return;
  }
  pending.length = end;
  if (pending.pieces.every(({ offset, bytes }) => offset + bytes.length <= end)) return;
  pending.overlapping = true;
  pending.pieces = pending.pieces
    .filter(({ offset }) => offset < end)
    .map(({ offset, bytes }) => ({ offset, bytes: bytes.subarray(0, end - offset) }));
  pending.covered = pending.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

/** Keeps what is new in a fragment. */
function insert(pending: Pending, { offset, bytes }: Fragment): void {
  const { pieces, length = MAX_PACKET_LENGTH } = pending;
  if (offset + bytes.length > length) pending.overlapping = true;
  const end = Math.min(offset + bytes.length, length);
  let at = firstBeyond(pieces, offset);
  const same = pieces[at];
  if (same?.offset === offset && Buffer.compare(same.bytes, bytes) === 0) return; // the capture has it twice
  for (let from = offset; from < end; at++) {
    const next = pieces[at];
    const to = Math.min(end, next?.offset ?? end);
    if (from < to) {
      pieces.splice(at, 0, { offset: from, bytes: new Uint8Array(bytes.subarray(from - offset, to - offset)) });
      pending.covered += to - from;
      from = to;
    } else {
      const { offset: start, bytes: kept } = next as Piece;
      pending.overlapping = true;
      from = start + kept.length;
    }
  }
}

/** The first piece that ends behind a position. */
function firstBeyond(pieces: readonly Piece[], position: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { offset, bytes } = pieces[middle] as Piece;
    if (offset + bytes.length <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
