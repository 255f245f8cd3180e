import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/bytes/reader.ts';
import { decodeHeader } from '../../src/protocol/proxy-protocol/message.ts';
import { readProxyProtocol, recognizeProxyProtocol } from '../../src/protocol/proxy-protocol/recognize.ts';
import { hex, u16 } from '../support/wire.ts';

const START = { client: 0, server: 0 };
const SIGNATURE = '0d0a0d0a000d0a515549540a';
/** A header of version 2: command, family and protocol, then the block behind its length. */
const block = (codes: string, content: string) =>
  Buffer.concat([hex(SIGNATURE), hex(codes), u16(hex(content).length), hex(content)]);
const line = (words: string) => Buffer.from(`PROXY ${words}\r\n`, 'latin1');

const IPV4 = 'cb007107 c6336401 cb20 0019';
const IPV6 = `20010db8${'00'.repeat(11)}07 20010db8${'00'.repeat(11)}01 cb20 0019`;
const UNIX = `2f72756e2f61${'00'.repeat(102)}${'00'.repeat(108)}`;
const FOUR = {
  source: { address: '203.0.113.7', port: 52_000 },
  destination: { address: '198.51.100.1', port: 25 },
};
const SIX = { source: { address: '2001:db8::7', port: 52_000 }, destination: { address: '2001:db8::1', port: 25 } };
const NONE = { source: undefined, destination: undefined };

const HEADERS: readonly (readonly [name: string, bytes: Buffer, expected: object])[] = [
  ['version 1, TCP4', line('TCP4 203.0.113.7 198.51.100.1 52000 25'), { version: 1, speaksFor: 'endpoints', ...FOUR }],
  ['version 1, TCP6', line('TCP6 2001:db8::7 2001:db8::1 52000 25'), { version: 1, speaksFor: 'endpoints', ...SIX }],
  ['version 1, UNKNOWN', line('UNKNOWN'), { version: 1, speaksFor: 'UNKNOWN', ...NONE }],
  ['version 1, UNKNOWN with words', line('UNKNOWN ffff::1 ffff::2 1 2'), { speaksFor: 'UNKNOWN', ...NONE }],
  ['version 2, TCP over IPv4', block('21 11', IPV4), { version: 2, speaksFor: 'endpoints', ...FOUR }],
  ['version 2, UDP over IPv4', block('21 12', IPV4), { speaksFor: 'endpoints', ...FOUR }],
  ['version 2, TCP over IPv6', block('21 21', IPV6), { speaksFor: 'endpoints', ...SIX }],
  ['version 2, unix sockets', block('21 31', UNIX), { speaksFor: 'unix sockets', ...NONE }],
  ['version 2, UNSPEC', block('21 00', ''), { speaksFor: 'UNKNOWN', ...NONE }],
  ['version 2, UNSPEC with a block', block('21 00', '020001 61'), { speaksFor: 'UNKNOWN' }],
  ['version 2, LOCAL', block('20 00', ''), { version: 2, speaksFor: 'LOCAL', ...NONE }],
  ['version 2, LOCAL with addresses', block('20 11', IPV4), { speaksFor: 'LOCAL', ...NONE }],
  ['version 2, LOCAL of an unassigned family', block('20 ff', '00'), { speaksFor: 'LOCAL' }],
  ['version 2 with values', block('21 11', `${IPV4} 02 0006 612e74657374 ee 0000 04 0002 0000`), { ...FOUR }],
];

describe('a header', () => {
  test.each(HEADERS)('%s', (_name, bytes, expected) => {
    const header = decodeHeader(new ByteReader(Buffer.concat([bytes, hex('050100')])));
    expect(header).toMatchObject({ kind: 'header', side: 'client', start: 0, end: bytes.length, ...expected });
    expect(header.fields.reduce((end, { start, length }) => (start === end ? end + length : Number.NaN), 0)).toBe(
      bytes.length,
    );
  });

  test.each(HEADERS)('%s is short wherever it is cut', (_name, bytes) => {
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(() => decodeHeader(new ByteReader(bytes.subarray(0, cut))), `cut at ${cut}`).toThrow(
        expect.objectContaining({ short: true }),
      );
    }
  });

  test.each([
    ['ends in LF', Buffer.from('PROXY UNKNOWN\n'), 'CR LF at its end, found LF alone'],
    ['is longer than 107 bytes', Buffer.from(`PROXY UNKNOWN ${'a'.repeat(100)}\r\n`), 'CR LF within 107 bytes'],
    ['names another protocol', line('UDP4 203.0.113.7 198.51.100.1 52000 25'), 'TCP4, TCP6 or UNKNOWN'],
    ['lacks a port', line('TCP4 203.0.113.7 198.51.100.1 52000'), '4 words behind the protocol, found 3'],
    ['has two spaces', line('TCP4 203.0.113.7  198.51.100.1 52000 25'), 'found 5'],
    ['has an address of the other family', line('TCP4 2001:db8::7 2001:db8::1 52000 25'), 'an IPv4 address'],
    ['has no address', line('TCP6 203.0.113.7 198.51.100.1 52000 25'), 'an IPv6 address'],
    ['has a port that is too high', line('TCP4 203.0.113.7 198.51.100.1 65536 25'), '0 to 65535'],
    ['has a port with a zero before it', line('TCP4 203.0.113.7 198.51.100.1 052000 25'), '0 to 65535'],
    ['is of version 3', block('31 11', IPV4), 'version at offset 12: expected 2, found 3'],
    ['has an unassigned command', block('22 11', IPV4), 'command at offset 12'],
    ['has an unassigned family', block('21 41', IPV4), 'family and protocol at offset 13'],
    ['has an unassigned protocol', block('21 13', IPV4), 'found 13'],
    ['has no room for its addresses', block('21 21', IPV4), 'length at offset 14: expected 36 or more, found 12'],
    [
      'has a value longer than its block',
      block('21 11', `${IPV4} 02 0007 612e74657374`),
      'value AUTHORITY at offset 28',
    ],
    ['has half a value', block('21 11', `${IPV4} ee 00`), 'value type ee'],
  ])('that %s is none', (_name, bytes, words) => {
    const { outcome } = readProxyProtocol({ client: bytes, server: hex('') }, START);
    expect(outcome).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining(words) as string });
  });
});

describe('a client that begins with a header', () => {
  const recognized = (bytes: Uint8Array) => recognizeProxyProtocol({ client: bytes, server: hex('') }, START);

  test.each(HEADERS)('%s is recognized, also where it was cut', (_name, bytes) => {
    for (let length = 5; length <= bytes.length; length++) expect(recognized(bytes.subarray(0, length))).toBe(true);
  });

  test.each([
    ['nothing', ''],
    ['too little', 'PROX'],
    ['HTTP', 'PROXYING / HTTP/1.1\r\n'],
    ['blank lines', '\r\n\r\nGET / HTTP/1.1\r\n'],
    ['SOCKS', '\x05\x01\x00'],
  ])('%s is no header', (_name, text) => expect(recognized(Buffer.from(text, 'latin1'))).toBe(false));

  test('hands over to the next layer behind it, and takes nothing of the server', () => {
    const client = Buffer.concat([hex('ee'), line('UNKNOWN'), hex('050100')]);
    const reading = readProxyProtocol({ client, server: hex('0500') }, { client: 1, server: 1 });
    expect(reading.outcome).toEqual({ kind: 'granted', tunnel: { client: 16, server: 1 } });
  });

  test('is read to an outcome, whatever it says', () => {
    const words = fc.constantFrom('TCP4', 'TCP6', 'UNKNOWN', '1.2.3.4', '::1', '80', '0', '', 'x', '\r', '\n');
    const lines = fc.array(words).map((each) => line(each.join(' ')));
    const blocks = fc.uint8Array({ maxLength: 60 }).map((rest) => Buffer.concat([hex(SIGNATURE), hex('21'), rest]));
    fc.assert(
      fc.property(fc.oneof(lines, blocks), (client) => {
        const { outcome, messages } = readProxyProtocol({ client, server: hex('') }, START);
        expect(outcome.kind).toMatch(/granted|unfinished|unreadable/);
        expect(messages.length).toBe(outcome.kind === 'granted' ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });
});
