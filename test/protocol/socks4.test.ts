import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader, DecodeError } from '../../src/bytes/reader.ts';
import { decodeReply, decodeRequest } from '../../src/protocol/socks4/message.ts';
import { readSocks4, recognizeSocks4 } from '../../src/protocol/socks4/recognize.ts';
import { hex } from '../support/wire.ts';

const START = { client: 0, server: 0 };
const BY_ADDRESS = '04 01 0050 c6336401 6c6162 00';
const BY_NAME = '04 01 0050 00000001 00 612e74657374 00';

describe('a request', () => {
  test.each([
    ['by address, with a user id', BY_ADDRESS, { command: 1, host: '198.51.100.1', port: 80, named: false }],
    ['by address, without', '04 01 01bb 7f000001 00', { command: 1, host: '127.0.0.1', port: 443, named: false }],
    ['by name (SOCKS4a)', BY_NAME, { command: 1, host: 'a.test', port: 80, named: true }],
    ['to 0.0.0.0, which is no SOCKS4a', '04 01 0050 00000000 00', { host: '0.0.0.0', named: false }],
    ['BIND', '04 02 0050 c6336401 00', { command: 2 }],
  ])('%s', (_name, bytes, expected) => {
    const message = decodeRequest(new ByteReader(hex(bytes)));
    expect(message).toMatchObject({ protocol: 'socks4', kind: 'request', side: 'client', start: 0, ...expected });
    expect(message.end).toBe(hex(bytes).length);
  });

  test('keeps the user id as a secret, and only that', () => {
    const { fields } = decodeRequest(new ByteReader(hex(BY_ADDRESS)));
    expect(fields.filter(({ role }) => role === 'secret')).toEqual([
      { name: 'USERID', start: 8, length: 3, role: 'secret' },
    ]);
  });

  test.each([BY_ADDRESS, BY_NAME])('%s is short wherever it is cut', (bytes) => {
    const whole = hex(bytes);
    for (let cut = 0; cut < whole.length; cut++) {
      expect(() => decodeRequest(new ByteReader(whole.subarray(0, cut))), `cut at ${cut}`).toThrow(
        expect.objectContaining({ short: true }) as DecodeError,
      );
    }
  });

  test('a user id without end is no SOCKS4', () => {
    const endless = Buffer.concat([hex('04 01 0050 c6336401'), Buffer.alloc(2000, 0x61)]);
    expect(() => decodeRequest(new ByteReader(endless))).toThrow('at most 512 bytes');
  });
});

describe('a reply', () => {
  test.each([
    ['granted', '00 5a 0050 c6336401', { version: 0, result: 0x5a }],
    ['granted, with version 04', '04 5a 0000 00000000', { version: 4, result: 0x5a }],
    ['rejected', '00 5b 0000 00000000', { version: 0, result: 0x5b }],
    ['rejected in the middle of its address', '00 5b 0050 0a', { version: 0, result: 0x5b }],
    ['rejected in two bytes', '00 5c', { version: 0, result: 0x5c }],
  ])('%s', (_name, bytes, expected) => {
    const message = decodeReply(new ByteReader(hex(bytes)));
    expect(message).toMatchObject({ protocol: 'socks4', kind: 'reply', ...expected, end: hex(bytes).length });
  });

  test.each([
    ['of SOCKS5', '05 ff', 'found 05ff'],
    ['of HTTP', '485454502f312e31', 'found 4854'],
    ['with an unassigned result', '00 60 0000 00000000', 'found 0060'],
  ])('%s is none', (_name, bytes, words) => expect(() => decodeReply(new ByteReader(hex(bytes)))).toThrow(words));

  test('granted and cut short is not read to its end', () => {
    expect(() => decodeReply(new ByteReader(hex('00 5a 00')))).toThrow(DecodeError);
  });
});

describe('a handshake', () => {
  const read = (client: string, server: string) => readSocks4({ client: hex(client), server: hex(server) }, START);

  test.each([
    [
      'opens a tunnel behind the reply',
      BY_NAME,
      '00 5a 0000 00000000 aa',
      { kind: 'granted', tunnel: { client: 16, server: 8 } },
    ],
    [
      'is refused, with the code',
      BY_ADDRESS,
      '00 5b 0000 00000000',
      { kind: 'refused', reason: 'rejected or failed (5b)', place: { side: 'server', offset: 1 } },
    ],
    ['waits for the reply', BY_ADDRESS, '', { kind: 'unfinished', side: 'server', awaited: 'SOCKS4 reply' }],
    ['is not readable where the server speaks SOCKS5', BY_ADDRESS, '05 ff', { kind: 'unreadable' }],
    ['of BIND opens no tunnel', '04 02 0050 c6336401 00', '00 5a 0000 00000000', { kind: 'unreadable' }],
  ])('%s', (_name, client, server, outcome) => expect(read(client, server).outcome).toMatchObject(outcome));

  test('names its destination', () => {
    expect(read(BY_NAME, '').destination).toBe('a.test:80');
    expect(read(BY_ADDRESS, '').destination).toBe('198.51.100.1:80');
  });
});

describe('is recognized', () => {
  const recognized = (client: string) => recognizeSocks4({ client: hex(client), server: hex('') }, START);
  test.each([BY_ADDRESS, BY_NAME, '04 02 0050 c6336401 00'])('in %s', (client) =>
    expect(recognized(client)).toBe(true),
  );
  test.each(['', '04', '04 01 0050', '04 03 0050 c6336401 00', '05 01 00', '04 01 0050 c6336401 61'])(
    'not in "%s"',
    (client) => expect(recognized(client)).toBe(false),
  );

  test('or not, and read to an outcome: nothing throws', () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((rest) => Buffer.concat([hex('0401'), rest]));
    fc.assert(
      fc.property(bytes, fc.uint8Array({ maxLength: 20 }), (client, server) => {
        recognizeSocks4({ client, server }, START);
        expect(readSocks4({ client, server }, START).outcome.kind).toMatch(/granted|refused|unfinished|unreadable/);
      }),
    );
  });
});
