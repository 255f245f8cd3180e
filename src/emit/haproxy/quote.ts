import { printableBytes } from '../../bytes/printable.ts';

const NAMED_ESCAPES: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r' };
/** A space ends a word, `#` starts a comment even inside one, quotes and the backslash change the reading (2.6, 3.4; parse_line). */
const SPECIAL: ReadonlySet<number> = new Set([...' #"\'\\'].map((character) => character.charCodeAt(0)));

/**
 * Bytes as one unquoted word of HAProxy's configuration, where `$` and `%` stand for themselves.
 * Throws RangeError for no bytes and for NUL, which would end the word without a word of warning (2.6, 3.4).
 */
export function bareWord(bytes: Uint8Array): string {
  if (bytes.length === 0 || bytes.includes(0)) throw new RangeError('no word of HAProxy holds NUL or nothing');
  return [...bytes].map(escapedByte).join('');
}

/**
 * A regular expression as one unquoted word. An escaped sign of its own, such as `\.`, is no escape to HAProxy and reaches the regex engine
 * as it is; any other backslash has to be escaped once more. Throws RangeError as `bareWord` does.
 */
export function bareRegex(regex: string): string {
  const pieces = regex.match(/\\[.^$[\]|()*+?{}]|./gs) ?? [];
  return pieces.map((piece) => (piece.length === 2 ? piece : bareWord(Buffer.from(piece, 'latin1')))).join('');
}

function escapedByte(byte: number): string {
  if (SPECIAL.has(byte)) return `\\${String.fromCharCode(byte)}`;
  if (byte > 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return NAMED_ESCAPES[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** check->desc holds 127 bytes (HCHK_DESC_LEN), which the comment shares with HAProxy's own words. */
const MAX_COMMENT_LENGTH = 60;

/** Text as a double-quoted comment: ASCII, no expansion, no more than a log line can take. */
export function quotedComment(text: string): string {
  const plain = printableBytes(Buffer.from(text, 'utf8'));
  const short = plain.length > MAX_COMMENT_LENGTH ? `${plain.slice(0, MAX_COMMENT_LENGTH - 3)}...` : plain;
  return `"${short.replace(/[\\"$]/g, '\\$&')}"`;
}

/** Text reads better as such: no control characters but tabs and line ends, and at least half of it printable. */
export function isText(bytes: Uint8Array): boolean {
  let printable = 0;
  for (const byte of bytes) {
    if (byte === 9 || byte === 10 || byte === 13 || (byte >= 0x20 && byte < 0x7f)) printable++;
    else if (byte < 0x20 || byte === 0x7f) return false;
  }
  return bytes.length > 0 && 2 * printable >= bytes.length;
}
