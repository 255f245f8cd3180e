/** A stretch of the axis on which a millisecond has the same length everywhere. */
interface Stretch {
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Where it begins and ends on paper. */
  readonly top: number;
  readonly bottom: number;
}

/** A time axis that leaves out long silences, and says where. */
export interface Axis {
  readonly stretches: readonly Stretch[];
  /** Units on paper for a millisecond; the same in every stretch. */
  readonly scale: number;
  readonly length: number;
}

/** A silence is left out where it is so many times as long as all that remain, taken together. */
const LONG = 6;
/** The longest are left out, and once more the longest of those that remain. */
const ROUNDS = 2;
/** Shorter ones never are: they fit. Milliseconds. */
const SHORTEST_BREAK = 0.5;
/** Room for the mark of a silence. */
const BREAK_LENGTH = 26;

/** The axis for moments (milliseconds, in order), about as long as wanted. */
export function axisFor(moments: readonly number[], wanted: number): Axis {
  const silences = moments.slice(1).map((moment, at) => moment - (moments[at] as number));
  const left = new Set(leftOut(silences));
  const shown = silences.reduce((sum, silence, at) => (left.has(at) ? sum : sum + silence), 0);
  const room = wanted > 0 ? Math.max(wanted - left.size * BREAK_LENGTH, BREAK_LENGTH) : 0;
  const scale = shown > 0 ? room / shown : 0;
  const stretches: Stretch[] = [];
  let [from, top] = [moments[0] ?? 0, 0];
  const close = (to: number) => {
    const bottom = top + (to - from) * scale;
    stretches.push({ from, to, top, bottom });
    return bottom;
  };
  silences.forEach((_, at) => {
    if (!left.has(at)) return;
    top = close(moments[at] as number) + BREAK_LENGTH;
    from = moments[at + 1] as number;
  });
  const length = close(moments.at(-1) ?? 0);
  return { stretches, scale, length };
}

/** Where a moment stands on the axis; one in a silence that was left out stands where that begins. */
export function placeOn({ stretches, scale }: Axis, moment: number): number {
  const stretch = stretches.findLast(({ from }) => from <= moment) ?? (stretches[0] as Stretch);
  return stretch.top + (Math.min(moment, stretch.to) - stretch.from) * scale;
}

/** Which silences are left out, by their index: few, of which even the shortest dwarfs all that remain; and again of those. */
function leftOut(silences: readonly number[]): number[] {
  const order = silences.map((_, at) => at).sort((a, b) => (silences[b] as number) - (silences[a] as number));
  let left = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const rest = order.slice(left);
    const few = Math.max(1, Math.floor(rest.length / 3));
    let remaining = rest.reduce((sum, at) => sum + (silences[at] as number), 0);
    const long = rest.slice(0, few).findIndex((at) => {
      const silence = silences[at] as number;
      remaining -= silence;
      return silence >= SHORTEST_BREAK && remaining > 0 && silence > LONG * remaining;
    });
    if (long === -1) break;
    left += long + 1;
  }
  return order.slice(0, left);
}

/** A round number of milliseconds that takes about so much room: 1, 2 or 5 times a power of ten. */
export function roundStep(scale: number, room: number): number {
  const raw = room / scale;
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5, 10].find((each) => each * power >= raw) ?? 10) * power;
}
