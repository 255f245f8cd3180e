/** What an expect asks of a byte: this value and no other, one of several, or that there is one. */
export const NEED = { exact: 1, some: 2, any: 3 } as const;

/** Each value is tried of so many bytes; behind them, those that tell the classes of patterns apart. */
const EXHAUSTIVE = 64;
const ALL = Uint8Array.from({ length: 256 }, (_, value) => value);
const TELLING = Uint8Array.of(0, 1, 3, 4, 5, 0x0a, 0x0d, 0x20, 0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a, 0x7f, 0x80, 0xff);
/** What may follow, so that a change that asks for a longer message is not refused for its length. */
const MORE = new Uint8Array(512);
/** As much of a reply is looked at. */
const MAX_LENGTH = 1024;

/**
 * What a matcher needs of a reply: for each byte of the shortest beginning that is enough for it, one of `NEED`. It is found by trial, so that
 * it says what is judged and not what a pattern seems to say. Undefined where not even the whole reply is enough.
 */
export function needsOf(matches: (received: Uint8Array) => boolean, reply: Uint8Array): Uint8Array | undefined {
  const seen = reply.subarray(0, MAX_LENGTH);
  if (!matches(seen)) return undefined;
  let [low, high] = [0, seen.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (matches(seen.subarray(0, middle))) high = middle;
    else low = middle + 1;
  }
  const enough = seen.subarray(0, high);
  return enough.map((_, at) => needAt(matches, enough, at));
}

function needAt(matches: (received: Uint8Array) => boolean, enough: Uint8Array, at: number): number {
  const changed = new Uint8Array(enough.length + MORE.length);
  changed.set(enough);
  let [taken, refused] = [false, false];
  for (const value of at < EXHAUSTIVE ? ALL : TELLING) {
    if (value === enough[at]) continue;
    changed[at] = value;
    if (matches(changed.subarray(0, enough.length)) || matches(changed)) taken = true;
    else refused = true;
    if (taken && refused) return NEED.some;
  }
  return taken ? NEED.any : NEED.exact;
}
