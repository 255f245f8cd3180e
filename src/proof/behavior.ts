/** Bytes that arrive together, `delay` milliseconds after what came before. */
export interface Piece {
  readonly delay: number;
  readonly bytes: Uint8Array;
}

/** How a server ends the connection: FIN, RST, or not at all. */
export type Ending = 'FIN' | 'RST' | undefined;

/** What a server does once it has a whole request. */
export interface Reaction {
  readonly pieces: readonly Piece[];
  /** Follows the last piece. */
  readonly ending: Ending;
}

/**
 * A server as a health check meets it. The first reaction comes when the connection is made, the next when the check's first
 * send has arrived, and so on; what has no reaction is met with silence.
 */
export interface Behavior {
  readonly reactions: readonly Reaction[];
}

export const SILENCE: Reaction = { pieces: [], ending: undefined };

/** All bytes at once. */
export const says = (bytes: Uint8Array, ending?: Ending): Reaction => ({
  pieces: bytes.length === 0 ? [] : [{ delay: 0, bytes }],
  ending,
});

/** Bytes of a reply that trickle in, at its start and at its end; what a long one has between them comes at once, so that it still comes in time. */
const TRICKLED = { first: 80, last: 40 };

/** The same bytes, the first ones and the last ones one at a time. */
export const trickled = (
  { pieces, ending }: Reaction,
  delay: number,
  { first, last }: typeof TRICKLED = TRICKLED,
): Reaction => ({
  pieces: pieces.flatMap(({ bytes }) => {
    const rest = Math.max(first, bytes.length - last);
    const between = bytes.subarray(first, rest);
    return [
      ...oneByOne(bytes.subarray(0, first), delay),
      ...(between.length > 0 ? [{ delay, bytes: between }] : []),
      ...oneByOne(bytes.subarray(rest), delay),
    ];
  }),
  ending,
});

const oneByOne = (bytes: Uint8Array, delay: number): Piece[] =>
  Array.from(bytes, (byte) => ({ delay, bytes: SINGLE[byte] as Uint8Array }));

/** Each byte alone: a proof lets thousands of them trickle in. */
const SINGLE: readonly Uint8Array[] = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
