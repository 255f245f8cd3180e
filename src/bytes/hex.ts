/** Lower-case hexadecimal text of the bytes, without separators. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** The bytes that hexadecimal text stands for; white space between bytes is allowed. Throws RangeError on anything else. */
export function fromHex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) throw new RangeError(`not hexadecimal: ${text}`);
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
