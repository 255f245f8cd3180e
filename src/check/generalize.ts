import { isText } from '../bytes/printable.ts';
import type { Span } from './clock.ts';
import type { DataSample } from './data.ts';
import { any, hexRegex, inLine, type Pattern, type PatternPart } from './pattern.ts';

/** What samples of a reply have in common. */
export interface Generalization {
  /** What decides: short and of one length, so that a wrong reply fails at once. */
  readonly outcome: Pattern;
  /** All that they share, of one length; undefined where the outcome says it all. */
  readonly shared: Pattern | undefined;
  /** The reply to its last byte; undefined where its end cannot be told. */
  readonly whole: Pattern | undefined;
  /** Is it text, so that the patterns may be written as such? */
  readonly text: boolean;
  /** How many of the first `within` bytes are asserted. */
  readonly asserted: number;
  readonly within: number;
}

/** How many bytes decide: what greets, answers or refuses in text does so with three or four characters. */
const DECIDING = 4;
/** A stretch that is hardly longer is not cut for that. */
const LEAST_LEFT = 3;
/** How many bytes are taken of a single sample. */
const SINGLE = 3;
/** Literal stretches of one pattern: more of them would be noise, and nobody could read them. */
const MAX_RUNS = 8;
/** Behind the first byte that changes, replies of different lengths are still comparable in a binary header. */
const HEADER = 16;
/** More lines than these are not counted, nor more bytes waited for. */
const MAX_LINES = 8;
const MAX_LENGTH = 7000; // bytes: an rbinary sees 8191, with what shares its buffer

/**
 * Compares samples of a reply byte by byte, from its start. A single one shows nothing of what changes: only a short head of it is taken.
 * Of several, a stretch is shared when it is longer than chance would have it.
 */
export function generalize(samples: readonly DataSample[]): Generalization {
  const text = samples.every(({ head }) => isText(head));
  const runs = sharedRuns(samples, text);
  const asserted = runs.reduce((sum, { start, end }) => sum + end - start, 0);
  const within = runs.at(-1)?.end ?? 0;
  const shared = patternOf(runs, samples, text);
  const [first] = runs;
  const outcome: Pattern = first === undefined ? [any(1)] : patternOf([decidingPart(first)], samples, text);
  const said = runs.length === 0 || hexRegex(outcome) === hexRegex(shared);
  return { outcome, shared: said ? undefined : shared, whole: wholeOf(samples, shared), text, asserted, within };
}

/** The first bytes of a stretch, or all of it where little would be left. */
function decidingPart({ start, end }: Span): Span {
  return { start, end: end - start < DECIDING + LEAST_LEFT ? end : start + DECIDING };
}

/** The stretches that all samples share by position. */
function sharedRuns(samples: readonly DataSample[], text: boolean): Span[] {
  const shortest = samples.length === 0 ? 0 : Math.min(...samples.map(({ head }) => head.length));
  const sameLength = samples.every(({ length }) => length === samples[0]?.length);
  const changing = Array.from({ length: shortest }, (_, at) => changes(samples, at));
  if (text) widen(changing, samples);
  else widenCounters(changing, samples);
  const firstChange = changing.indexOf(true);
  let comparable = shortest;
  if (samples.length === 1) comparable = Math.min(shortest, (firstChange === 0 ? changing.indexOf(false) : 0) + SINGLE);
  // In text what stands behind a word of another length stands elsewhere.
  else if (!sameLength && firstChange !== -1) comparable = text ? firstChange : Math.min(shortest, HEADER);
  const dates = samples.flatMap(({ clock }) => clock.filter(({ stretches }) => stretches).map(({ start }) => start));
  if (text) comparable = Math.min(comparable, ...dates);
  const runs: Span[] = [];
  for (let at = 0; at < comparable; ) {
    const start = at;
    while (at < comparable && changing[at] === changing[start]) at++;
    // One byte out of 256 is the same in two samples by chance, one digit out of 16 more often still.
    const least = start === 0 || samples.length === 1 ? 1 : Math.max(2, Math.ceil(3 / (samples.length - 1)));
    if (!changing[start] && at - start >= least) runs.push({ start, end: at });
  }
  return runs.slice(0, MAX_RUNS);
}

const changes = (samples: readonly DataSample[], at: number): boolean =>
  samples.some(
    ({ head, clock }) => head[at] !== samples[0]?.head[at] || clock.some(({ start, end }) => start <= at && at < end),
  );

/** What a number, a token in hex or a word is written in; a number that changes in its last digit may change in all. */
const WRITTEN_IN = [/^[0-9]$/, /^[0-9a-f]$/, /^[0-9A-F]$/, /^[0-9A-Za-z]$/];

/** Text changes by the word: the characters next to one that changes change too, as far as they are of the same kind. */
function widen(changing: boolean[], samples: readonly DataSample[]): void {
  const character = (head: Uint8Array, at: number) => String.fromCharCode(head[at] ?? 0);
  for (let at = 0; at < changing.length; ) {
    const start = at;
    while (changing[at]) at++;
    if (at === start) {
      at++;
      continue;
    }
    const values = samples.flatMap(({ head }) =>
      [...head.subarray(start, at)].map((byte) => String.fromCharCode(byte)),
    );
    const kind = WRITTEN_IN.find((each) => values.every((value) => each.test(value)));
    const alike = (place: number) =>
      kind !== undefined && place < changing.length && samples.every(({ head }) => kind.test(character(head, place)));
    for (let before = start - 1; before >= 0 && !changing[before] && alike(before); before--) changing[before] = true;
    for (; !changing[at] && alike(at); at++) changing[at] = true;
  }
}

/** Bytes of a number, and how far apart like dialogues stand in one that counts. */
const NUMBER = 4;
const STEPS = 64;

/**
 * A byte that counts belongs to a number: its higher bytes change too, some day. They stand before it, or behind it while they are still zero.
 * What decides is left alone: a length counts as well, by chance.
 */
function widenCounters(changing: boolean[], samples: readonly DataSample[]): void {
  const at = (place: number) => samples.map(({ head }) => head[place] ?? 0);
  const counting = changing.flatMap((changes, place) => (changes && isCounting(at(place)) ? [place] : []));
  for (const place of counting) {
    changing.fill(true, Math.max(Math.min(DECIDING, place), place - NUMBER + 1), place);
    for (let behind = place + 1; behind < place + NUMBER && behind < changing.length; behind++) {
      if (at(behind).some((byte) => byte !== 0)) break;
      changing[behind] = true;
    }
  }
}

const isCounting = (values: readonly number[]): boolean =>
  values.length > 2 &&
  values.every((value, at) => at === 0 || value > (values[at - 1] as number)) &&
  (values.at(-1) as number) - (values[0] as number) <= STEPS;

/** The runs as literals, with gaps between them. */
function patternOf(runs: readonly Span[], samples: readonly DataSample[], text: boolean): Pattern {
  const head = samples[0]?.head ?? new Uint8Array(0);
  const parts: PatternPart[] = [];
  let place = 0;
  for (const { start, end } of runs) {
    if (start > place) {
      const hasLineEnd = samples.some(({ head: other }) => other.subarray(place, start).includes(LF));
      parts.push(text && !hasLineEnd ? inLine(start - place) : any(start - place));
    }
    parts.push({ kind: 'literal', bytes: head.slice(start, end) });
    place = end;
  }
  return parts;
}

const LF = 0x0a;

/** The reply to its end: so many lines, or so many bytes. */
function wholeOf(samples: readonly DataSample[], shared: Pattern): Pattern | undefined {
  const [first] = samples as readonly [DataSample];
  const { lines, length } = first;
  const sameLength = samples.length > 1 && samples.every((sample) => sample.length === length);
  if (sameLength && lengthOf(shared) === length && length > 0) return shared;
  const sameLines = samples.every(
    (each) => each.lines?.terminator === lines?.terminator && each.lines?.count === lines?.count,
  );
  if (lines !== undefined && sameLines && lines.count <= MAX_LINES) return [{ kind: 'lines', ...lines }];
  if (!sameLength || length === 0 || length > MAX_LENGTH) return undefined;
  const rest = length - lengthOf(shared);
  return rest > 0 ? [...shared, any(rest)] : shared;
}

const lengthOf = (pattern: Pattern): number =>
  pattern.reduce(
    (sum, part) => sum + (part.kind === 'literal' ? part.bytes.length : 'length' in part ? part.length : 0),
    0,
  );
