import { isText } from '../bytes/printable.ts';
import { type ClockSpan, clockSpans } from './clock.ts';

/** What is kept of a reply in a protocol that is not known. */
export interface DataSample {
  /** Its first bytes, at most `MAX_HEAD`. */
  readonly head: Uint8Array;
  /** How long it was in all. */
  readonly length: number;
  /** What its lines end with, and how many there are: where it is text and ends with a line's end. */
  readonly lines: { readonly terminator: 'LF' | 'NUL'; readonly count: number } | undefined;
  /** The stretches of the head that tell the time. */
  readonly clock: readonly ClockSpan[];
}

/** How much of an unknown reply is compared. */
const MAX_HEAD = 64;
const LF = 0x0a;
const NUL = 0;

/** What is kept of a reply; `captured` is when it was captured, in seconds since 1970. */
export function dataSampleOf(bytes: Uint8Array, captured: number): DataSample {
  const head = bytes.slice(0, MAX_HEAD);
  const last = bytes.at(-1);
  const terminator = last === LF ? 'LF' : last === NUL ? 'NUL' : undefined;
  const line = bytes.subarray(0, -1);
  const readable = terminator === 'NUL' ? isText(line.filter((byte) => byte !== NUL)) && line.length > 0 : isText(line);
  return {
    head,
    length: bytes.length,
    lines: terminator !== undefined && readable ? { terminator, count: countOf(bytes, last as number) } : undefined,
    clock: clockSpans(head, captured),
  };
}

const countOf = (bytes: Uint8Array, wanted: number): number =>
  bytes.reduce((count, byte) => (byte === wanted ? count + 1 : count), 0);
