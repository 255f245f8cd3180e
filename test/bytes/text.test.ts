import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressText } from '../../src/bytes/address.ts';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { printable, printableBytes } from '../../src/bytes/printable.ts';
import { hex } from '../support/wire.ts';

describe('hexadecimal text', () => {
  test('is lower-case and without separators', () => {
    expect(toHex(Uint8Array.of(0x05, 0x00, 0xab, 0xff))).toBe('0500abff');
  });

  test('of a view is that of the view, not of what it looks into', () => {
    expect(toHex(hex('00 11 22 33').subarray(1, 3))).toBe('1122');
  });

  test('gives its bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
  });

  test.each([
    ['in upper case', '0AFF'],
    ['with white space', ' 0a\tff\n'],
  ])('%s is read', (_, text) => expect(fromHex(text)).toEqual(Uint8Array.of(0x0a, 0xff)));

  test.each([
    ['half a byte', '050'],
    ['another letter', '0g'],
    ['a prefix', '0x05'],
  ])('with %s is refused', (_, text) => expect(() => fromHex(text)).toThrow(RangeError));
});

describe('an address', () => {
  test.each([
    ['IPv4 is dotted decimal', '0a000001', '10.0.0.1'],
    ['IPv4 has no octal', '7f000008', '127.0.0.8'],
    ['the longest run of zeros is left out (RFC 5952 §4.2.3)', '20010000000000010000000000000001', '2001:0:0:1::1'],
    [
      'the first of two equal runs is left out (RFC 5952 §4.2.3)',
      '20010db8000000000001000000000001',
      '2001:db8::1:0:0:1',
    ],
    ['a single zero stays (RFC 5952 §4.2.2)', '20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
    ['leading zeros go, letters are small (RFC 5952 §4.1, §4.3)', 'fd00000000000000000000000000ABCD', 'fd00::abcd'],
    ['the unspecified address is short', '00'.repeat(16), '::'],
    ['the loopback address is short', `${'00'.repeat(15)}01`, '::1'],
  ])('%s', (_, bytes, text) => expect(addressText(hex(bytes))).toBe(text));
});

describe('text of a capture', () => {
  test.each([
    ['plain text stays', '220 mail.example ESMTP "é" ✓', '220 mail.example ESMTP "é" ✓'],
    ['line ends are named', 'a\r\n\tb', 'a\\r\\n\\tb'],
    ['an escape sequence cannot color', '\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['an escape sequence cannot set the title', '\x1b]0;title\x07', '\\x1b]0;title\\x07'],
    ['NUL shows', 'a\0b', 'a\\x00b'],
    ['DEL shows', '\x7f', '\\x7f'],
    ['a C1 control sequence introducer shows', '\x9b31m', '\\x9b31m'],
    ['an override of the direction shows', 'user\u202etxt.exe', 'user\\u{202e}txt.exe'],
    ['an isolate of the direction shows', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['a zero-width space shows', 'a\u200bb', 'a\\u{200b}b'],
    ['a byte-order mark shows', '\ufeffa', '\\u{feff}a'],
    ['a tag character shows', '\u{e0041}', '\\u{e0041}'],
    ['a line separator shows', 'a\u2028b\u2029', 'a\\u{2028}b\\u{2029}'],
    ['half a surrogate pair shows', 'a\ud83d', 'a\\u{d83d}'],
    ['a whole surrogate pair stays', '\u{1f600}', '\u{1f600}'],
  ])('%s', (_, text, shown) => expect(printable(text)).toBe(shown));

  test('has no control, format or lone surrogate character left when shown', () => {
    const text = fc.string({ unit: 'binary' });
    const steering = fc.string({ unit: fc.constantFrom('\x1b', '\x9b', '\0', '\u202e', '\u2066', '\ud800', '[', 'm') });
    fc.assert(
      fc.property(fc.oneof(text, steering), (given) => {
        expect(printable(given)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('bytes of a capture', () => {
  test('are shown one by one: printable ASCII as it is', () => {
    expect(printableBytes(hex('47 45 54 20 7e 00 0d 0a 1b 7f 80 9b c3 a9 ff'))).toBe(
      'GET ~\\x00\\r\\n\\x1b\\x7f\\x80\\x9b\\xc3\\xa9\\xff',
    );
  });

  test('are printable ASCII when shown, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(printableBytes(bytes)).toMatch(/^[ -~]*$/);
      }),
    );
  });
});
