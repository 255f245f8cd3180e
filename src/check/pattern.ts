import { toHex } from '../bytes/hex.ts';

/** What may stand at a place of a reply. A pattern is a row of parts and is matched from the reply's first byte. */
export type PatternPart =
  | { readonly kind: 'literal'; readonly bytes: Uint8Array }
  /** `length` bytes, whatever they are. */
  | { readonly kind: 'any'; readonly length: number }
  /** `length` bytes of text, none of them a line feed. */
  | { readonly kind: 'in line'; readonly length: number }
  /** Text up to the end of so many lines, or of any number of them; or up to a NUL. */
  | { readonly kind: 'lines'; readonly terminator: 'LF' | 'NUL'; readonly count: number | 'any' }
  /** `length` bytes or more. */
  | { readonly kind: 'at least'; readonly length: number }
  /** One byte, given by the hex digits that its two halves may be. */
  | { readonly kind: 'halves'; readonly high: string; readonly low: string }
  | { readonly kind: 'one of'; readonly patterns: readonly Pattern[] }
  /** Any of the patterns, none or one or many of them in a row. */
  | { readonly kind: 'any number of'; readonly patterns: readonly Pattern[] }
  /**
   * The rest of an HTTP head: of its first line, then header lines up to the blank one; lines end in CR LF or LF (RFC 9112 §2.2).
   * In hex it is any blank line unless it is to be `exact`, which no head of some thousand bytes may be.
   */
  | { readonly kind: 'rest of head'; readonly exact?: boolean }
  /** Visible characters, then NUL. */
  | { readonly kind: 'string' }
  /** One byte that is none of these. */
  | { readonly kind: 'other byte'; readonly than: Uint8Array };

export type Pattern = readonly PatternPart[];

export const HEX_DIGITS = '0123456789ABCDEF';

export const literal = (...bytes: readonly number[]): PatternPart => ({
  kind: 'literal',
  bytes: Uint8Array.from(bytes),
});
export const literalText = (text: string): PatternPart => ({ kind: 'literal', bytes: Buffer.from(text, 'latin1') });
export const lines = (count: number | 'any'): PatternPart => ({ kind: 'lines', terminator: 'LF', count });
export const any = (length: number): PatternPart => ({ kind: 'any', length });
export const inLine = (length: number): PatternPart => ({ kind: 'in line', length });
export const atLeast = (length: number): PatternPart => ({ kind: 'at least', length });

/** One of the patterns, in the order given, each once; the pattern itself where there is but one. */
export function oneOf(patterns: readonly Pattern[]): Pattern {
  const distinct = [...new Map(patterns.map((pattern) => [hexRegex(pattern), pattern])).values()];
  return distinct.length === 1 ? (distinct[0] as Pattern) : [{ kind: 'one of', patterns: distinct }];
}

/** The fewest bytes that can satisfy the pattern. */
export function minLength(pattern: Pattern): number {
  let length = 0;
  for (const part of pattern) {
    switch (part.kind) {
      case 'literal':
        length += part.bytes.length;
        break;
      case 'any':
      case 'in line':
      case 'at least':
        length += part.length;
        break;
      case 'halves':
        length += 1;
        break;
      case 'rest of head':
        length += 2; // two line feeds
        break;
      case 'lines':
        length += countOf(part);
        break;
      case 'string':
        length += 2;
        break;
      case 'other byte':
        length += 1;
        break;
      case 'any number of':
        break;
      case 'one of':
        length += Math.min(...part.patterns.map(minLength));
        break;
    }
  }
  return length;
}

/** The fewest lines. */
const countOf = ({ count }: Extract<PatternPart, { kind: 'lines' }>): number => (count === 'any' ? 1 : count);

/** The most bytes that "or more" stands for where a part follows: a name of 255 octets and a port. */
const MOST = 257;

/** Do all byte strings that match have the same length? */
export function hasOneLength(pattern: Pattern): boolean {
  return pattern.every((part) => {
    if (part.kind === 'one of') {
      const lengths = part.patterns.map(minLength);
      return part.patterns.every(hasOneLength) && lengths.every((length) => length === lengths[0]);
    }
    return !['at least', 'any number of', 'rest of head', 'lines', 'string'].includes(part.kind);
  });
}

/** The pattern as a regular expression over upper-case hex text, without its `^`. POSIX ERE and PCRE both read it. */
export function hexRegex(pattern: Pattern): string {
  return hexParts(pattern, false);
}

const hexParts = (pattern: Pattern, followed: boolean): string =>
  pattern.map((part, at) => hexPart(part, followed || at + 1 < pattern.length)).join('');

/** Other bytes are alternatives themselves. */
function hexAlternative(pattern: Pattern, followed: boolean): string {
  const [part] = pattern;
  return pattern.length === 1 && part?.kind === 'other byte' ? otherByte(part.than) : hexParts(pattern, followed);
}

function hexPart(part: PatternPart, followed: boolean): string {
  switch (part.kind) {
    case 'literal':
      return toHex(part.bytes).toUpperCase();
    case 'any':
    case 'in line':
      return dots(2 * part.length);
    case 'lines':
      // A line feed across the middle of two bytes (x0 Ax) is no text. NUL is (30 0D): at the end of what has come it is a byte of its own.
      return part.terminator === 'LF'
        ? '.*0A'.repeat(countOf(part))
        : `${'.*00'.repeat(countOf(part))}${followed ? '' : '$'}`;
    case 'at least':
      // What follows must not match from the middle of a byte on. Repeated without bound, a group fails silently in long replies (PCRE2 JIT).
      return followed ? `(..){${part.length},${MOST}}` : `.{${2 * part.length},}`;
    case 'halves':
      return hexDigit(part.high) + hexDigit(part.low);
    case 'one of':
      return `(${part.patterns.map((each) => hexAlternative(each, followed)).join('|')})`;
    case 'any number of':
      return `(${part.patterns.map((each) => hexParts(each, true)).join('|')})*`;
    case 'rest of head':
      return part.exact === true ? EXACT_REST_OF_HEAD : REST_OF_HEAD;
    case 'string':
      return '([2-7].)+00';
    case 'other byte':
      return `(${otherByte(part.than)})`;
  }
}

/**
 * A blank line, wherever: PCRE2's JIT gives up without a word on a group that is repeated for each byte of a long head (2.6).
 * In the middle of two bytes it could match only where the text is not ASCII (x0 A0 Ax, x0 A0 D0 Ax).
 */
const REST_OF_HEAD = '.*0A(0D)?0A';
const EXACT_REST_OF_HEAD = '([^0].|0[^A])*0A(([^0].|0[^AD])([^0].|0[^A])*0A)*(0D)?0A';

/** Two dots or four read better than a count. */
const dots = (count: number): string => (count <= 4 ? '.'.repeat(count) : `.{${count}}`);

/** One hex digit out of a set: the digit itself, a bracket expression with ranges, or any. */
function hexDigit(digits: string): string {
  if (digits.length === 1) return digits;
  if (digits.length === HEX_DIGITS.length) return '.';
  return `[${runsIn(digits)}]`;
}

/** Characters in order, of which three or more neighbors are a range. 9 and A are neighbors as hex values, not as characters. */
function runsIn(characters: string): string {
  const codes = [...characters].map((character) => character.charCodeAt(0));
  let text = '';
  for (let at = 0; at < codes.length; ) {
    let last = at;
    while (codes[last + 1] === (codes[last] as number) + 1) last++;
    const run = characters.slice(at, last + 1);
    text += run.length > 2 ? `${run[0]}-${run.at(-1)}` : run;
    at = last + 1;
  }
  return text;
}

/** `[^32].|2[^0D]|3[^2]`: by the first digit, then by the second. */
function otherByte(than: Uint8Array): string {
  const taken = [...than].map((byte) => toHex(Uint8Array.of(byte)).toUpperCase());
  const high = [...new Set(taken.map(([first]) => first as string))].sort();
  const rows = high.map((first) => {
    const low = taken.filter((each) => each[0] === first).map((each) => each[1]);
    return low.length === HEX_DIGITS.length ? [] : [`${first}[^${low.sort().join('')}]`];
  });
  return [`[^${high.join('')}].`, ...rows.flat()].join('|');
}

/**
 * The pattern as a regular expression over the text itself, without its `^`, in bytes (a character a byte);
 * undefined where it holds a part that only hex can say.
 */
export function textRegex(pattern: Pattern): string | undefined {
  let text = '';
  for (const part of pattern) {
    if (part.kind === 'in line') text += dots(part.length);
    else if (part.kind === 'lines' && part.terminator === 'LF') text += textLines(part.count);
    else if (part.kind === 'rest of head') text += '[^\n]*\n([^\r\n][^\n]*\n)*\r?\n';
    else if (part.kind === 'other byte' && ![...part.than].some((byte) => BRACKET_SIGNS.has(byte)))
      text += otherCharacter(part.than);
    else if (part.kind === 'literal')
      text += [...part.bytes].map((byte) => escaped(String.fromCharCode(byte))).join('');
    else if (part.kind === 'one of' && part.patterns.every(isOneCharacter)) {
      text += `[${part.patterns.map((each) => String.fromCharCode((each[0] as { bytes: Uint8Array }).bytes[0] as number)).join('')}]`;
    } else if (part.kind === 'one of' || part.kind === 'any number of') {
      const alternatives = part.patterns.map(textRegex);
      if (alternatives.includes(undefined)) return undefined;
      text += `(${alternatives.join('|')})${part.kind === 'one of' ? '' : '*'}`;
    } else if (part.kind === 'halves' && part.high === '3' && /^[0-9]+$/.test(part.low)) {
      text += hexDigit(part.low);
    } else return undefined;
  }
  return text;
}

const textLines = (count: number | 'any'): string =>
  count === 1 ? '[^\n]*\n' : `([^\n]*\n)${count === 'any' ? '+' : `{${count}}`}`;

/** What means something inside a bracket expression, where POSIX has no escapes; a hyphen can stand last. */
const BRACKET_SIGNS: ReadonlySet<number> = new Set([...'\\]^'].map((sign) => sign.charCodeAt(0)));

/** A hyphen stands last, where it makes no range. */
function otherCharacter(than: Uint8Array): string {
  const characters = [...than]
    .map((byte) => String.fromCharCode(byte))
    .sort((a, b) => Number(a === '-') - Number(b === '-'));
  return `[^${runsIn(characters.join(''))}]`;
}

const isOneCharacter = (pattern: Pattern): boolean =>
  pattern.length === 1 &&
  pattern[0]?.kind === 'literal' &&
  pattern[0].bytes.length === 1 &&
  /[0-9A-Za-z]/.test(String.fromCharCode(pattern[0].bytes[0] as number));

const escaped = (character: string): string => (/[\\^$.[\]|()*+?{}]/.test(character) ? `\\${character}` : character);
