import { describe, expect, test } from 'vitest';
import { readSocks5, recognizeSocks5 } from '../../src/protocol/socks5/recognize.ts';
import { hex } from '../support/wire.ts';

const ORIGIN = { client: 0, server: 0 };
const streams = (client: string, server: string) => ({ client: hex(client), server: hex(server) });
const text = (words: string): string => Buffer.from(words, 'latin1').toString('hex');

const CONNECT = '05 01 00 03 03 612e62 0050';
const GRANTED = '05 00 00 01 00000000 06b5';
const PASSWORD = '01 03 616263 02 7077';

describe('SOCKS5 is recognized', () => {
  test.each<[name: string, client: string, server: string]>([
    ['by a greeting of one method', '05 01 00', ''],
    ['by a greeting of 255 methods', `05 ff ${'00'.repeat(255)}`, ''],
    ['when a request follows the greeting', `05 01 00 ${CONNECT}`, '05 00'],
    ['when a password follows the greeting', `05 01 02 ${PASSWORD}`, '05 02'],
    ['when the server says something else', '05 01 00', text('HTTP/1.1 400 Bad Request\r\n')],
    ['when the server refuses half a greeting', '05 03 00', '05 ff'],
    ['when the server refuses the first byte', '05', '05 ff'],
  ])('%s', (_name, client, server) => expect(recognizeSocks5(streams(client, server), ORIGIN)).toBe(true));

  test('behind what came before it', () => {
    const { client, server } = streams(`ffff 05 01 00 ${CONNECT}`, 'ff 05 00');
    expect(recognizeSocks5({ client, server }, { client: 2, server: 1 })).toBe(true);
    expect(recognizeSocks5({ client, server }, ORIGIN)).toBe(false);
  });
});

describe('SOCKS5 is not recognized', () => {
  test.each<[name: string, client: string, server: string]>([
    ['in nothing', '', ''],
    ['in what the server says alone', '', '05 00'],
    ['in half a greeting that nobody answered', '05 03 00', ''],
    ['in a greeting of no methods', '05 00', '05 ff'],
    ['in HTTP', text('GET / HTTP/1.1\r\n\r\n'), text('HTTP/1.1 204 No Content\r\n\r\n')],
    ['in TLS', '16 03 01 0200 01 0001fc 0303', '16 03 03'],
    ['in SSH', text('SSH-2.0-OpenSSH_9.2\r\n'), text('SSH-2.0-OpenSSH_9.2\r\n')],
    ['in SMTP', text('EHLO client\r\n'), text('220 mail ESMTP\r\n')],
    ['in SOCKS4', '04 01 0050 0a000001 00', '00 5a 0000 00000000'],
    ['in binary data whose first byte is 05', '05 01 00 7f 7f 7f', '05 01'],
    ['in DNS over TCP', '0005 1234 0100 0001', '0005 1234 8180 0001'],
  ])('%s', (_name, client, server) => expect(recognizeSocks5(streams(client, server), ORIGIN)).toBe(false));
});

type Row = readonly [name: string, client: string, server: string, outcome: object, kinds: readonly string[]];
const server = (offset: number) => ({ side: 'server', offset });

describe('a handshake ends', () => {
  test.each<Row>([
    [
      'granted without credentials',
      `05 01 00 ${CONNECT} 474554`,
      `05 00 ${GRANTED} 48545450`,
      { kind: 'granted', tunnel: { client: 13, server: 12 } },
      ['greeting', 'method selection', 'request', 'reply'],
    ],
    [
      'granted with a password',
      `05 02 00 02 ${PASSWORD} ${CONNECT}`,
      `05 02 01 00 ${GRANTED}`,
      { kind: 'granted', tunnel: { client: 22, server: 14 } },
      ['greeting', 'method selection', 'password request', 'password status', 'request', 'reply'],
    ],
    [
      'granted by a server that states version 05 in the password status',
      `05 01 02 ${PASSWORD} ${CONNECT}`,
      `05 02 05 00 ${GRANTED}`,
      { kind: 'granted', tunnel: { client: 21, server: 14 } },
      ['greeting', 'method selection', 'password request', 'password status', 'request', 'reply'],
    ],
    [
      'refused: none of the methods (RFC 1928 §3)',
      '05 01 00',
      '05 ff',
      { kind: 'refused', reason: 'no acceptable methods (ff)', place: server(1) },
      ['greeting', 'method selection'],
    ],
    [
      'refused before the greeting is in',
      '05 03 00',
      '05 ff',
      { kind: 'refused', reason: 'no acceptable methods (ff)', place: server(1) },
      ['method selection'],
    ],
    [
      'refused: status 02 of the password (RFC 1929 §2: any but 00)',
      `05 01 02 ${PASSWORD}`,
      '05 02 01 02',
      { kind: 'refused', reason: 'password rejected (02)', place: server(3) },
      ['greeting', 'method selection', 'password request', 'password status'],
    ],
    [
      'refused: status ff of the password',
      `05 01 02 ${PASSWORD}`,
      '05 02 01 ff',
      { kind: 'refused', reason: 'password rejected (ff)', place: server(3) },
      ['greeting', 'method selection', 'password request', 'password status'],
    ],
    [
      'refused: status 01 in version 05, with text behind it',
      `05 01 02 ${PASSWORD}`,
      `05 02 05 01 ${text('access denied\r\n')}`,
      { kind: 'refused', reason: 'password rejected (01)', place: server(3) },
      ['greeting', 'method selection', 'password request', 'password status'],
    ],
    [
      'refused in the middle of an address',
      `05 01 00 ${CONNECT}`,
      '05 00 05 03 00 04 2001 0db8',
      { kind: 'refused', reason: 'network unreachable (03)', place: server(3) },
      ['greeting', 'method selection', 'request', 'reply'],
    ],
    [
      'refused in a reply of another version',
      `05 01 00 ${CONNECT}`,
      '05 00 00 05 00 01 00000000 0000',
      { kind: 'refused', reason: 'connection refused (05), in a reply of version 00', place: server(3) },
      ['greeting', 'method selection', 'request', 'reply'],
    ],
    [
      'unreadable: a reply of SOCKS4',
      `05 01 00 ${CONNECT}`,
      '05 00 00 5b 0000 00000000',
      { kind: 'unreadable', reason: 'SOCKS5 reply: VER at offset 2: expected 05, found 00', place: server(2) },
      ['greeting', 'method selection', 'request', 'reply'],
    ],
    [
      'unreadable: text behind the password status, which stands where the reply belongs',
      `05 01 02 ${PASSWORD} ${CONNECT}`,
      `05 02 01 00 ${text('welcome\r\n')}`,
      { kind: 'unreadable', reason: 'SOCKS5 reply: VER at offset 4: expected 05, found 77', place: server(4) },
      ['greeting', 'method selection', 'password request', 'password status', 'request', 'reply'],
    ],
    [
      'unreadable: granted in another version, which the client did not take',
      `05 01 00 ${CONNECT}`,
      '05 00 04 00 00 01 00000000 0000',
      { kind: 'unreadable', reason: 'SOCKS5 reply: VER at offset 2: expected 05, found 04', place: server(2) },
      ['greeting', 'method selection', 'request', 'reply'],
    ],
    [
      'granted in another version, which the client took',
      `05 01 00 ${CONNECT} 474554`,
      '05 00 04 00 00 01 00000000 0000',
      { kind: 'granted', tunnel: { client: 13, server: 12 } },
      ['greeting', 'method selection', 'request', 'reply'],
    ],
    [
      'refused in ten bytes',
      `05 01 00 ${CONNECT}`,
      '05 00 05 05 00 01 00000000 0000',
      { kind: 'refused', reason: 'connection refused (05)', place: server(3) },
      ['greeting', 'method selection', 'request', 'reply'],
    ],
    [
      'refused in two bytes',
      `05 01 00 ${CONNECT}`,
      '05 00 05 01',
      { kind: 'refused', reason: 'general SOCKS server failure (01)', place: server(3) },
      ['greeting', 'method selection', 'request', 'reply'],
    ],
    [
      'refused in three bytes',
      `05 01 00 ${CONNECT}`,
      '05 00 05 08 00',
      { kind: 'refused', reason: 'address type not supported (08)', place: server(3) },
      ['greeting', 'method selection', 'request', 'reply'],
    ],
    [
      'refused with an ATYP of 0',
      `05 01 00 ${CONNECT}`,
      '05 00 05 02 00 00 00000000 0000',
      { kind: 'refused', reason: 'connection not allowed by ruleset (02)', place: server(3) },
      ['greeting', 'method selection', 'request', 'reply'],
    ],
    ['unfinished: no selection', '05 01 00', '', unfinished('server', 'SOCKS5 method selection'), ['greeting']],
    [
      'unfinished: no password',
      '05 01 02',
      '05 02',
      unfinished('client', 'SOCKS5 username and password'),
      ['greeting', 'method selection'],
    ],
    [
      'unfinished: no status',
      `05 01 02 ${PASSWORD}`,
      '05 02 01',
      unfinished('server', 'SOCKS5 password status'),
      ['greeting', 'method selection', 'password request'],
    ],
    [
      'unfinished: no request',
      '05 01 00 05 01',
      '05 00',
      unfinished('client', 'SOCKS5 request'),
      ['greeting', 'method selection'],
    ],
    [
      'unfinished: half a reply that grants',
      `05 01 00 ${CONNECT}`,
      '05 00 05 00 00 01 0000',
      unfinished('server', 'SOCKS5 reply'),
      ['greeting', 'method selection', 'request'],
    ],
    [
      'unreadable: GSSAPI is not read',
      '05 01 01',
      '05 01',
      {
        kind: 'unreadable',
        reason: 'the server chose GSSAPI, whose subnegotiation is not read',
        place: server(1),
      },
      ['greeting', 'method selection'],
    ],
    [
      'unreadable: a method without a name',
      '05 01 80',
      '05 80',
      { kind: 'unreadable', reason: 'the server chose method 80, whose subnegotiation is not read', place: server(1) },
      ['greeting', 'method selection'],
    ],
    [
      'unreadable: the server talks HTTP',
      '05 01 00',
      text('HTTP/1.1 400 Bad Request'),
      {
        kind: 'unreadable',
        reason: 'SOCKS5 method selection: VER at offset 0: expected 05, found 48',
        place: server(0),
      },
      ['greeting'],
    ],
    [
      'unreadable: a password where none was asked for',
      `05 02 00 02 ${PASSWORD}`,
      '05 00',
      {
        kind: 'unreadable',
        reason: 'SOCKS5 request: VER at offset 4: expected 05, found 01',
        place: { side: 'client', offset: 4 },
      },
      ['greeting', 'method selection'],
    ],
  ])('%s', (_name, client, server, outcome, kinds) => {
    const reading = readSocks5(streams(client, server), ORIGIN);
    expect(reading.outcome).toEqual(outcome);
    expect(reading.messages.map(({ kind }) => kind)).toEqual(kinds);
  });

  test('by the method that the server chose, offered or not', () => {
    const { outcome, messages } = readSocks5(
      streams(`05 01 00 ${PASSWORD} ${CONNECT}`, `05 02 01 00 ${GRANTED}`),
      ORIGIN,
    );
    expect(outcome.kind).toBe('granted');
    expect(messages).toHaveLength(6);
  });
});

test.each([
  ['IPv4', '05 01 00 01 0a000001 0050', '10.0.0.1:80'],
  ['IPv6', '05 01 00 04 00000000000000000000000000000001 01bb', '[::1]:443'],
  ['a name', CONNECT, 'a.b:80'],
])('the destination is what the client asked for: %s', (_name, request, destination) => {
  expect(readSocks5(streams(`05 01 00 ${request}`, `05 00 ${GRANTED}`), ORIGIN).destination).toBe(destination);
  expect(readSocks5(streams('05 01 00', '05 00'), ORIGIN).destination).toBeUndefined();
});

test('where the messages of both sides were cut or joined, each starts where the one before it ends', () => {
  const { messages } = readSocks5(streams(`05 01 02 ${PASSWORD} ${CONNECT}`, `05 02 01 00 ${GRANTED}`), ORIGIN);
  for (const side of ['client', 'server']) {
    const own = messages.filter((message) => message.side === side);
    own.forEach(({ start }, at) => {
      expect(start).toBe(own[at - 1]?.end ?? 0);
    });
  }
});

function unfinished(side: string, awaited: string) {
  return { kind: 'unfinished', side, awaited };
}
