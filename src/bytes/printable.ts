/**
 * Text that came out of a capture, made safe to show: C0 and C1 controls, bidirectional and other invisible
 * format characters, and lone surrogates are written as `\xHH` or `\u{H}`, so that a banner cannot steer a terminal or reorder a line.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0x0d) return '\\r';
    if (code === 0x0a) return '\\n';
    if (code === 0x09) return '\\t';
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

// Cc and Cf (controls, bidi marks, zero-width), Co, Cs, and the two line separators that are neither.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** Bytes shown one character a byte, as in a hexdump's right column: printable ASCII as it is, all else escaped. */
export function printableBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    text += byte < 0x80 ? printable(character) : `\\x${byte.toString(16)}`;
  }
  return text;
}

/** Nothing but printable ASCII, tabs and line ends? */
export const isText = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d);
