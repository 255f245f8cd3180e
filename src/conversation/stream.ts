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

/** A moment of the capture. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What a side's frames showed beside its bytes. */
export interface Traces {
  /** When it sent its SYN. */
  readonly opened: Moment | undefined;
  /** When it sent its first FIN or RST. */
  readonly closed: Moment | undefined;
  /** Frames that brought nothing but bytes that had been captured before, and the first of them. */
  readonly repeated: { readonly count: number; readonly frame: number } | undefined;
}

/** The head of one side's bytes in order, with where each came from. */
export interface ByteStream {
  /** The kept bytes from offset 0 on; those inside a gap are filler and no data. */
  readonly bytes: Uint8Array;
  /** How many bytes stand before the first gap. */
  readonly contiguous: number;
  /** In order and disjoint; with the gaps they tile the kept bytes. */
  readonly runs: readonly Run[];
  readonly gaps: readonly Gap[];
  readonly conflicts: readonly Conflict[];
  /** How long the whole stream is, the part that was not kept included. */
  readonly length: number;
  /** Was its start seen, that is, the SYN? */
  readonly fromStart: boolean;
  /** Bytes that were left out because they came too far ahead of the first missing one. */
  readonly tooFarAhead: number;
  /** How the side ended, if it did, and in which frame. */
  readonly closed: { readonly by: 'FIN' | 'RST'; readonly frame: number } | undefined;
  /** Undefined where a conversation comes from a fixture that does not keep them. */
  readonly traces: Traces | undefined;
}
