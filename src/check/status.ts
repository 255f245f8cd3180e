import { HEX_DIGITS, literalText, oneOf, type Pattern, type PatternPart } from './pattern.ts';

/** HTTP statuses from one to another, both included. */
export type StatusRange = readonly [from: number, to: number];

/** Is the status in one of the ranges? */
export const accepts = (ranges: readonly StatusRange[], status: number): boolean =>
  ranges.some(([from, to]) => from <= status && status <= to);

/** `204`, `200-299`: as `http-check expect status` has it, separated by `between`. */
export const statusText = (ranges: readonly StatusRange[], between = ','): string =>
  ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(between);

/** The three digits of a status in one of the ranges. */
export const statusPattern = (ranges: readonly StatusRange[]): Pattern => oneOf(merged(ranges).flatMap(rangePatterns));

/** The same statuses as ranges that do not meet, in order. */
export function merged(ranges: readonly StatusRange[]): StatusRange[] {
  const apart: [number, number][] = [];
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = apart.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else apart.push([from, to]);
  }
  return apart;
}

const DIGITS = HEX_DIGITS.slice(0, 10);
/** An ASCII digit out of a set: 30 to 39 in hex. */
const digit = (low: string): PatternPart => ({ kind: 'halves', high: '3', low });

/** A range as few patterns: whole hundreds and whole tens are one each. */
function rangePatterns([from, to]: StatusRange): Pattern[] {
  const patterns: Pattern[] = [];
  for (let at = from; at <= to; ) {
    if (at % 100 === 0 && at + 99 <= to) {
      patterns.push([literalText(String(at / 100)), digit(DIGITS), digit(DIGITS)]);
      at += 100;
    } else if (at % 10 === 0 && at + 9 <= to) {
      patterns.push([literalText(String(at / 10)), digit(DIGITS)]);
      at += 10;
    } else {
      patterns.push([literalText(String(at))]);
      at++;
    }
  }
  return patterns;
}
