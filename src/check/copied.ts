import type { Span } from './clock.ts';
import { type View, viewsOf } from './spelling.ts';
import { surprise } from './surprise.ts';

/** Bytes of a client's turn that the server had said before, each at its offset in its turn. */
export interface Copied {
  readonly at: number;
  readonly length: number;
  /** The server's turn they were taken from, as an index, and the offset in it. */
  readonly reply: number;
  readonly from: number;
}

/** As much of a turn is compared: challenges and tokens stand in short messages. */
const COMPARED = 4096;
/** Turns of the server that are looked at, the last ones. */
const REPLIES = 4;
/** Matches shorter than this are not looked at. */
const GRAM = 4;
/** Places at which the same four bytes are tried: more often than that they are filling. */
const PLACES = 8;
/** How unlikely it has to be that two unrelated turns say the same, in bits: one in a million. */
const CERTAINTY = 20;
/** Two turns may begin with the same header: they have to share more than that. */
const HEADER_BITS = 48;

/**
 * The bytes of a client's turn that it copied out of what the server said before, as it copies a challenge, a salt or a token: also where one
 * side spells in hex or base64 what the other says as it is. `replies` are the server's turns before it, `said` the client's. Undefined where
 * nothing is shared that two sides of one protocol, or two names, would not share by themselves.
 */
export function copiedBytes(
  turn: Uint8Array,
  replies: readonly Uint8Array[],
  said: readonly Uint8Array[],
): Copied | undefined {
  const known = new Set(said.flatMap((each) => [...gramsOf(each.subarray(0, COMPARED)).keys()]));
  const own = viewsOf(turn.subarray(0, COMPARED));
  for (let reply = replies.length - 1; reply >= Math.max(0, replies.length - REPLIES); reply--) {
    for (const theirs of viewsOf((replies[reply] as Uint8Array).subarray(0, COMPARED))) {
      const grams = gramsOf(theirs.bytes);
      for (const mine of own) {
        const found = sharedBy(mine, theirs, grams, known);
        if (found !== undefined) return { ...found, reply };
      }
    }
  }
  return undefined;
}

function sharedBy(
  mine: View,
  theirs: View,
  grams: ReadonlyMap<number, readonly number[]>,
  known: ReadonlySet<number>,
): Omit<Copied, 'reply'> | undefined {
  const needed = CERTAINTY + Math.log2(Math.max(1, mine.bytes.length * theirs.bytes.length));
  const raw = mine.spelling === 'raw' && theirs.spelling === 'raw';
  for (let at = 0; at + GRAM <= mine.bytes.length; at++) {
    let longest = 0;
    for (const from of grams.get(gramAt(mine.bytes, at)) ?? []) {
      const length = commonLength(mine, at, theirs, from);
      longest = Math.max(longest, length);
      if (8 * length < needed) continue;
      const [place, source] = [mine.place(at, at + length), theirs.place(from, from + length)];
      // What is spelled alike is compared as it stands: decoded, any word looks random.
      if (!raw && isSame(mine.source, place, theirs.source, source)) continue;
      const shared = mine.bytes.subarray(at, at + length);
      const { bits, start, end } = surprise(shared, knownIn(shared, known));
      const header = raw && at === 0 && from === 0 && start < GRAM;
      if (bits <= (header ? Math.max(needed, HEADER_BITS) : needed)) continue;
      const token = mine.place(at + start, at + end);
      return { at: token.start, length: token.end - token.start, from: theirs.place(from + start, from + end).start };
    }
    if (longest > GRAM) at += longest - GRAM;
  }
  return undefined;
}

function commonLength(one: View, at: number, other: View, from: number): number {
  const most = Math.min(one.end(at) - at, other.end(from) - from);
  let length = 0;
  while (length < most && one.bytes[at + length] === other.bytes[from + length]) length++;
  return length;
}

const isSame = (one: Uint8Array, { start, end }: Span, other: Uint8Array, span: Span): boolean =>
  Buffer.compare(one.subarray(start, end), other.subarray(span.start, span.end)) === 0;

/** Which of the bytes were said before? */
function knownIn(bytes: Uint8Array, known: ReadonlySet<number>): (at: number) => boolean {
  const covered = new Uint8Array(bytes.length);
  for (let at = 0; at + GRAM <= bytes.length; at++) if (known.has(gramAt(bytes, at))) covered.fill(1, at, at + GRAM);
  return (at) => covered[at] === 1;
}

/** Where each four bytes stand. */
function gramsOf(bytes: Uint8Array): Map<number, number[]> {
  const grams = new Map<number, number[]>();
  for (let at = 0; at + GRAM <= bytes.length; at++) {
    const gram = gramAt(bytes, at);
    const places = grams.get(gram);
    if (places === undefined) grams.set(gram, [at]);
    else if (places.length < PLACES) places.push(at);
  }
  return grams;
}

const gramAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 24) |
  ((bytes[at + 1] as number) << 16) |
  ((bytes[at + 2] as number) << 8) |
  (bytes[at + 3] as number);
