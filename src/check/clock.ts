import { isText } from '../bytes/printable.ts';

/** A stretch of bytes: from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A stretch that tells the time. */
export interface ClockSpan extends Span {
  /** May it be longer or shorter another day, so that what follows stands elsewhere? */
  readonly stretches: boolean;
}

const DAY_NAME = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +';
const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*';
const TIME = '[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?:[.,][0-9]+)?';
/** Dates and times of day as RFC 5322 §3.3, RFC 3339 §5.6 and asctime write them, and their near relatives. */
const WRITTEN = new RegExp(
  [
    `(?:${DAY_NAME})?[0-9]{1,2}[ -]${MONTH}[ -][0-9]{2,4}`,
    `(?:${DAY_NAME})?${MONTH} +[0-9]{1,2}(?: +${TIME})?(?:,? +[0-9]{4})?`,
    '[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}T?',
    '[0-9]{2}[-/.][0-9]{2}[-/.][0-9]{4}',
    TIME,
  ].join('|'),
  'g',
);

/** How far a server's clock may be from that of the capture, in seconds. */
const TOLERANCE = 3600;
/** A capture without a clock of its own counts from 1970: small numbers would all be times. */
const EARLIEST = 1_000_000_000;

/**
 * The stretches that tell the time: written dates and times of day, and seconds since 1970, in text as decimal digits (also with milli- or
 * microseconds behind them), else as 32-bit integers of either byte order. They change from session to session, though sessions of one minute
 * share most of them. `captured` is when the bytes were captured, in seconds since 1970.
 */
export function clockSpans(bytes: Uint8Array, captured: number): ClockSpan[] {
  const text = Buffer.from(bytes).toString('latin1');
  const spans = [...text.matchAll(WRITTEN)].map(({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
    stretches: true,
  }));
  if (captured < EARLIEST) return spans;
  const isNow = (seconds: number): boolean => Math.abs(seconds - captured) < TOLERANCE;
  if (isText(bytes)) {
    for (const { index, 0: digits } of text.matchAll(/(?<![0-9])[0-9]{10}(?:[0-9]{3}){0,2}(?![0-9])/g)) {
      if (isNow(Number(digits.slice(0, 10))))
        spans.push({ start: index, end: index + digits.length, stretches: false });
    }
    return spans;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 4 <= bytes.length; at++) {
    if (isNow(view.getUint32(at)) || isNow(view.getUint32(at, true)))
      spans.push({ start: at, end: at + 4, stretches: false });
  }
  return spans;
}
