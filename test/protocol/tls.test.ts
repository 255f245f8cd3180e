import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { ByteReader } from '../../src/bytes/reader.ts';
import { decodeAnswer, decodeClientHello } from '../../src/protocol/tls/message.ts';
import { readTls, recognizeTls } from '../../src/protocol/tls/recognize.ts';
import { CASES } from '../support/fixtures.ts';
import { hex, u16 } from '../support/wire.ts';

const START = { client: 0, server: 0 };

/** A ClientHello of one record, with these extensions. */
function clientHello(extensions: readonly (readonly [type: number, data: Buffer])[] = []): Buffer {
  const list = Buffer.concat(extensions.map(([type, data]) => Buffer.concat([u16(type), u16(data.length), data])));
  const body = Buffer.concat([
    hex('0303'),
    Buffer.alloc(32, 7),
    hex('00'),
    hex('0002 1301'),
    hex('01 00'),
    u16(list.length),
    list,
  ]);
  const handshake = Buffer.concat([hex('01 00'), u16(body.length), body]);
  return Buffer.concat([hex('16 0301'), u16(handshake.length), handshake]);
}
const NAME: readonly [number, Buffer] = [0, Buffer.concat([hex('0009 00 0006'), Buffer.from('a.test')])];
const SERVER_HELLO = hex('16 0303 0006 02 000002 0303');
const ALERT = hex('15 0303 0002 02 28');

describe('a ClientHello', () => {
  test.each([
    ['names the server', clientHello([NAME]), { serverName: 'a.test', resumes: false }],
    ['may name none', clientHello(), { serverName: undefined, resumes: false }],
    [
      'resumes a session with a pre-shared key',
      clientHello([NAME, [41, hex('0000')]]),
      { serverName: 'a.test', resumes: true },
    ],
  ])('%s', (_name, bytes, expected) => {
    expect(decodeClientHello(new ByteReader(bytes))).toMatchObject({
      kind: 'client hello',
      end: bytes.length,
      ...expected,
    });
  });

  test('is short wherever it is cut', () => {
    const whole = clientHello([NAME]);
    for (let cut = 0; cut < whole.length; cut++) {
      expect(() => decodeClientHello(new ByteReader(whole.subarray(0, cut))), `cut at ${cut}`).toThrow(
        expect.objectContaining({ short: true }),
      );
    }
  });

  test('in two records is not read', () => {
    const bytes = clientHello();
    bytes.writeUInt16BE(bytes.readUInt16BE(3) - 1, 3);
    expect(() => decodeClientHello(new ByteReader(bytes))).toThrow('length');
  });
});

describe('the answer', () => {
  test.each([
    ['a ServerHello', SERVER_HELLO, { kind: 'server hello', end: SERVER_HELLO.length }],
    [
      'a ServerHello of which only the head was captured',
      SERVER_HELLO.subarray(0, 6),
      { kind: 'server hello', end: 6 },
    ],
    ['an alert', ALERT, { kind: 'alert', description: 40, end: ALERT.length }],
  ])('%s', (_name, bytes, expected) => expect(decodeAnswer(new ByteReader(bytes))).toMatchObject(expected));

  test.each([
    ['HTTP text', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['application data', hex('17 0303 0002 0000')],
    ['another handshake message', hex('16 0303 0004 0b000000')],
    ['a version that is not 3', hex('16 0200 0004 02000000')],
  ])('%s is none', (_name, bytes) => expect(() => decodeAnswer(new ByteReader(bytes))).toThrow('expected'));
});

describe('a handshake', () => {
  test.each([
    ['is established by a ServerHello', SERVER_HELLO, { kind: 'established', place: { side: 'server', offset: 0 } }],
    ['is refused by an alert, by its name', ALERT, { kind: 'refused', reason: 'handshake_failure (40)' }],
    ['waits for the answer', hex(''), { kind: 'unfinished', side: 'server', awaited: 'TLS ServerHello' }],
    ['is not readable where the answer is no TLS', Buffer.from('HTTP/1.1 400'), { kind: 'unreadable' }],
  ])('%s', (_name, server, outcome) => {
    expect(readTls({ client: clientHello([NAME]), server }, START)).toMatchObject({ destination: 'a.test', outcome });
  });

  test('is recognized by its first bytes, or not, and nothing throws', () => {
    const recognized = (client: Buffer) => recognizeTls({ client, server: Buffer.alloc(0) }, START);
    expect(recognized(clientHello())).toBe(true);
    for (const other of [hex(''), hex('16'), hex('160303'), hex('170303000001'), SERVER_HELLO])
      expect(recognized(other)).toBe(false);
    const bytes = fc.uint8Array({ maxLength: 80 }).map((rest) => Buffer.concat([hex('160301'), rest]));
    fc.assert(
      fc.property(bytes, fc.uint8Array({ maxLength: 20 }), (client, server) => {
        expect(readTls({ client, server }, START).outcome.kind).toMatch(/established|refused|unfinished|unreadable/);
      }),
    );
  });
});

test('three sessions of TLS through a tunnel are one check, though each ClientHello is another', async () => {
  const cases = CASES.filter(({ name }) => /https-x3$|connect-(auth-)?x3$/.test(name) && !name.includes('fail'));
  expect(cases.length).toBeGreaterThan(4);
  for (const { name, capture } of cases) {
    const { checks, proofs } = await analyze({ paths: [capture] });
    expect(
      checks.map(({ sampleCount }) => sampleCount),
      name,
    ).toEqual([3]);
    expect(
      [...proofs.values()].every(({ perfect }) => perfect),
      name,
    ).toBe(true);
  }
});
