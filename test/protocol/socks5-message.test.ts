import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/bytes/reader.ts';
import { replyName } from '../../src/protocol/socks5/codes.ts';
import {
  decodeGreeting,
  decodeMethodSelection,
  decodePasswordRequest,
  decodePasswordStatus,
  decodeReply,
  decodeRequest,
  type Socks5Message,
} from '../../src/protocol/socks5/message.ts';
import { decodeErrorOf } from '../support/decode-error.ts';
import { hex } from '../support/wire.ts';

type Decoder = (reader: ByteReader) => Socks5Message;
const selection: Decoder = (reader) => decodeMethodSelection(reader, [0, 2]);

/** Fields as text, a line each: offset, length, name, role. */
const layout = ({ fields }: Socks5Message): string[] =>
  fields.map(({ start, length, name, role }) => `${start}+${length} ${name}${role === 'fixed' ? '' : ` ${role}`}`);

const MESSAGES: readonly [name: string, bytes: string, decoder: Decoder, model: object, fields: string[]][] = [
  [
    'a greeting lists the methods that the client offers (RFC 1928 §3)',
    '05 02 00 02',
    decodeGreeting,
    { kind: 'greeting', side: 'client', methods: [0, 2] },
    ['0+1 VER', '1+1 NMETHODS', '2+2 METHODS'],
  ],
  [
    'a greeting of no methods has no METHODS field',
    '05 00',
    decodeGreeting,
    { methods: [] },
    ['0+1 VER', '1+1 NMETHODS'],
  ],
  [
    'a method selection says which method in METHOD (RFC 1928 §3)',
    '05 02',
    selection,
    { kind: 'method selection', side: 'server', version: 5, method: 2 },
    ['0+1 VER', '1+1 METHOD outcome'],
  ],
  [
    'a method selection may choose what was not offered',
    '05 03',
    selection,
    { method: 3 },
    ['0+1 VER', '1+1 METHOD outcome'],
  ],
  [
    'a method selection of a wrong version passes if the method was offered',
    '01 02',
    selection,
    { version: 1, method: 2 },
    ['0+1 VER', '1+1 METHOD outcome'],
  ],
  [
    'a refusal of a wrong version passes',
    '00 ff',
    selection,
    { version: 0, method: 0xff },
    ['0+1 VER', '1+1 METHOD outcome'],
  ],
  [
    'name and password are secrets (RFC 1929 §2)',
    '01 03 616263 02 7077',
    decodePasswordRequest,
    { kind: 'password request', side: 'client' },
    ['0+1 VER', '1+1 ULEN', '2+3 UNAME secret', '5+1 PLEN', '6+2 PASSWD secret'],
  ],
  [
    'an empty name and password have no fields',
    '01 00 00',
    decodePasswordRequest,
    {},
    ['0+1 VER', '1+1 ULEN', '2+1 PLEN'],
  ],
  [
    'a password status of 00 accepts (RFC 1929 §2)',
    '01 00',
    decodePasswordStatus,
    { kind: 'password status', side: 'server', version: 1, status: 0 },
    ['0+1 VER', '1+1 STATUS outcome'],
  ],
  [
    'a password status may bear version 05',
    '05 00',
    decodePasswordStatus,
    { version: 5, status: 0 },
    ['0+1 VER', '1+1 STATUS outcome'],
  ],
  [
    'a request for an IPv4 address (RFC 1928 §4)',
    '05 01 00 01 0a000001 0050',
    decodeRequest,
    { kind: 'request', side: 'client', command: 1, address: { type: 1, length: 4, text: '10.0.0.1' }, port: 80 },
    ['0+1 VER', '1+1 CMD', '2+1 RSV', '3+1 ATYP', '4+4 DST.ADDR', '8+2 DST.PORT'],
  ],
  [
    'a request for a name says its length (RFC 1928 §5)',
    '05 01 00 03 03 612e62 01bb',
    decodeRequest,
    { address: { type: 3, length: 3, text: 'a.b' }, port: 443 },
    ['0+1 VER', '1+1 CMD', '2+1 RSV', '3+1 ATYP', '4+1 DST.ADDR length', '5+3 DST.ADDR', '8+2 DST.PORT'],
  ],
  [
    'a request for an IPv6 address is shown in brackets',
    '05 03 00 04 20010db8000000000000000000000001 ffff',
    decodeRequest,
    { command: 3, address: { type: 4, length: 16, text: '[2001:db8::1]' }, port: 65_535 },
    ['0+1 VER', '1+1 CMD', '2+1 RSV', '3+1 ATYP', '4+16 DST.ADDR', '20+2 DST.PORT'],
  ],
  [
    'a reply with an IPv4 address: what the server bound is volatile (RFC 1928 §6)',
    '05 00 00 01 00000000 06b5',
    decodeReply,
    { kind: 'reply', side: 'server', version: 5, code: 0, boundAddress: { type: 1, length: 4, text: '0.0.0.0' } },
    ['0+1 VER', '1+1 REP outcome', '2+1 RSV volatile', '3+1 ATYP', '4+4 BND.ADDR volatile', '8+2 BND.PORT volatile'],
  ],
  [
    'a reply with a name',
    '05 00 00 03 01 78 0001',
    decodeReply,
    { boundAddress: { type: 3, length: 1, text: 'x' } },
    [
      '0+1 VER',
      '1+1 REP outcome',
      '2+1 RSV volatile',
      '3+1 ATYP',
      '4+1 BND.ADDR length volatile',
      '5+1 BND.ADDR volatile',
      '6+2 BND.PORT volatile',
    ],
  ],
  [
    'a reply with an IPv6 address',
    '05 00 00 04 00000000000000000000000000000000 0000',
    decodeReply,
    { boundAddress: { type: 4, length: 16, text: '[::]' } },
    ['0+1 VER', '1+1 REP outcome', '2+1 RSV volatile', '3+1 ATYP', '4+16 BND.ADDR volatile', '20+2 BND.PORT volatile'],
  ],
  [
    'a refusal has the form of a reply',
    '05 05 00 01 00000000 0000',
    decodeReply,
    { code: 5, boundAddress: { type: 1, length: 4, text: '0.0.0.0' } },
    ['0+1 VER', '1+1 REP outcome', '2+1 RSV volatile', '3+1 ATYP', '4+4 BND.ADDR volatile', '8+2 BND.PORT volatile'],
  ],
  [
    'a refusal may end behind REP',
    '05 01',
    decodeReply,
    { code: 1, boundAddress: undefined },
    ['0+1 VER', '1+1 REP outcome'],
  ],
  [
    'a refusal may end behind RSV',
    '05 02 00',
    decodeReply,
    { code: 2, boundAddress: undefined },
    ['0+1 VER', '1+1 REP outcome', '2+1 RSV volatile'],
  ],
  [
    'a refusal may have an ATYP of 0',
    '05 07 00 00 00000000 0000',
    decodeReply,
    { code: 7, boundAddress: undefined },
    ['0+1 VER', '1+1 REP outcome', '2+1 RSV volatile', '3+1 ATYP', '4+6 REST volatile'],
  ],
  [
    'a refusal may end inside its address',
    '05 04 00 01 0000',
    decodeReply,
    { code: 4, boundAddress: undefined },
    ['0+1 VER', '1+1 REP outcome', '2+1 RSV volatile', '3+1 ATYP', '4+2 REST volatile'],
  ],
];

describe('each message is decoded field by field', () => {
  test.each(MESSAGES)('%s', (_name, bytes, decoder, model, fields) => {
    const reader = new ByteReader(hex(bytes));
    const message = decoder(reader);
    expect(message).toMatchObject({ protocol: 'socks5', start: 0, end: hex(bytes).length, ...model });
    expect(layout(message)).toEqual(fields);
    expect(reader.remaining).toBe(0);
  });

  test.each(MESSAGES)('%s, and offsets count from the beginning of the stream', (_name, bytes, decoder, model) => {
    const before = hex('ffffffffff');
    const message = decoder(new ByteReader(Buffer.concat([before, hex(bytes)]), before.length));
    expect(message).toMatchObject({ start: 5, end: 5 + hex(bytes).length, ...model });
    expect(message.fields[0]?.start).toBe(5);
  });
});

describe('what is cut short is told from what is wrong', () => {
  // A refusal of two bytes is whole: only what a granted reply lacks is missing.
  const whole = MESSAGES.filter(([name]) => !name.startsWith('a refusal'));

  test.each(whole)('%s: cut at any byte it is short', (_name, bytes, decoder) => {
    for (let length = 0; length < hex(bytes).length; length++) {
      const error = decodeErrorOf(() => decoder(new ByteReader(hex(bytes).subarray(0, length))));
      expect(error, `cut at ${length}`).toMatchObject({ short: true });
      expect(error.offset, `cut at ${length}`).toBeLessThanOrEqual(length);
    }
  });

  test('a refusal is short only without REP', () => {
    for (const bytes of ['', '05']) {
      expect(decodeErrorOf(() => decodeReply(new ByteReader(hex(bytes))))).toMatchObject({ short: true });
    }
  });

  test.each<[name: string, bytes: string, decoder: Decoder, field: string, offset: number, words: RegExp]>([
    ['a method selection that is text', '48 54 5450', selection, 'VER', 0, /VER at offset 0: expected 05, found 48/],
    ['a password request of version 05', '05 01 61 01 62', decodePasswordRequest, 'VER', 0, /expected 01, found 05/],
    ['a request of version 04', '04 01 0050 0a000001 00', decodeRequest, 'VER', 0, /expected 05, found 04/],
    ['a request with ATYP 2', '05 01 00 02 0000', decodeRequest, 'ATYP', 3, /expected 01, 03 or 04, found 02/],
    ['a granted reply with ATYP 0', '05 00 00 00 00000000 0000', decodeReply, 'ATYP', 3, /found 00/],
  ])('%s is wrong, not short', (_name, bytes, decoder, field, offset, words) => {
    const error = decodeErrorOf(() => decoder(new ByteReader(hex(bytes))));
    expect(error).toMatchObject({ field, offset, short: false });
    expect(error.message).toMatch(words);
  });
});

test('every reply code of RFC 1928 §6 has its words, and the others say so', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255].map(replyName)).toEqual([
    'succeeded (00)',
    'general SOCKS server failure (01)',
    'connection not allowed by ruleset (02)',
    'network unreachable (03)',
    'host unreachable (04)',
    'connection refused (05)',
    'TTL expired (06)',
    'command not supported (07)',
    'address type not supported (08)',
    'unassigned reply (09)',
    'unassigned reply (ff)',
  ]);
});
