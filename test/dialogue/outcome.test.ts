import { describe, expect, test } from 'vitest';
import { dialogueOf, losing, type Source } from '../support/derive.ts';
import { ACK, FIN, hex, RST, Talk } from '../support/wire.ts';

const GREETING = hex('05 01 00');
const CONNECT = hex('05 01 00 03 03 612e62 0050');
const GRANTED = hex('05 00 00 01 00000000 06b5');
const PASSWORD = hex('01 01 61 01 62');
const GET = 'GET / HTTP/1.1\r\nHost: c.d\r\n\r\n';
const HTTP_CONNECT = 'CONNECT e.f:443 HTTP/1.1\r\nHost: e.f:443\r\n\r\n';
const status = (line: string) => `HTTP/1.1 ${line}\r\nContent-Length: 0\r\n\r\n`;

// Frames: 1-3 are the handshake; then each thing said takes two, itself and its acknowledgment.
const start = () => new Talk().handshake();
const asked = () => start().client(GREETING).server(hex('05 00')).client(CONNECT); // 4, 6, 8
const open = () => asked().server(GRANTED); // 10
const fin = (talk: Talk, side: 'client' | 'server') => talk.segment(side, { flags: FIN | ACK });
const rst = (talk: Talk, side: 'client' | 'server') => talk.segment(side, { flags: RST | ACK });

type Row = readonly [reason: string, frame: number | undefined, source: Source];

describe.each<[kind: string, rows: Row[]]>([
  [
    'opened',
    [
      ['opened, HTTP 204', 14, open().client(GET).server(status('204 No Content'))],
      ['opened, HTTP 302', 14, open().client(GET).server(status('302 Found'))],
      ['opened, but HTTP 404', 14, open().client(GET).server(status('404 Not Found'))],
      ['opened, but HTTP 407', 14, open().client(GET).server(status('407 Proxy Authentication Required'))],
      ['answered, HTTP 204', 6, start().client(GET).server(status('204 No Content'))],
      ['answered, but HTTP 502 Bad Gateway', 6, start().client(GET).server(status('502 Bad Gateway'))],
      ['answered, but HTTP 502', 6, start().client(GET).server('HTTP/1.1 502\r\n\r\n')],
      [
        'opened, HTTP 200',
        10,
        start().client(HTTP_CONNECT).server('HTTP/1.1 200 OK\r\n\r\n').client(GET).server(status('200 OK')),
      ],
      [
        'answered, HTTP 200',
        10,
        start().client(GET).server(status('407 Proxy Authentication Required')).client(GET).server(status('200 OK')),
      ],
      ['opened, to a protocol that is not read', undefined, open().client(hex('160301')).server(hex('160303'))],
      ['opened, to a protocol that is not read', undefined, open().server('hello\r\n')],
      ['opened, SMTP greeting 220', 12, open().server('220 mail ESMTP\r\n')],
      ['answered, SMTP greeting 220', 4, start().server('220 mail ESMTP\r\n')],
      ['opened, but nothing was asked through it', undefined, open()],
      ['opened, but the server sent FIN', 12, fin(open(), 'server')],
      ['opened, but the client gave up with FIN', 12, fin(open(), 'client')],
      ['opened, but no HTTP response: the capture ends', 13, open().client(GET)],
      ['opened, but no HTTP response: the server sent FIN', 14, fin(open().client(GET), 'server')],
      ['opened, but no HTTP response: the server sent RST', 14, rst(open().client(GET), 'server')],
      ['opened, but no HTTP response: the client gave up with RST', 14, rst(open().client(GET), 'client')],
      ['opened, but no reply: the server sent FIN', 14, fin(open().client(hex('160301')), 'server')],
      ['opened, but no reply: the capture ends', 13, open().client(hex('160301'))],
    ],
  ],
  [
    'refused',
    [
      ['SOCKS5 refused: connection refused (05)', 10, asked().server(hex('05 05 00 01 00000000 0000'))],
      ['SOCKS5 refused: general SOCKS server failure (01)', 10, asked().server(hex('05 01'))],
      ['SOCKS5 refused: unassigned reply (09)', 10, asked().server(hex('05 09 00'))],
      ['SOCKS5 refused: no acceptable methods (ff)', 6, start().client(GREETING).server(hex('05 ff'))],
      [
        'SOCKS5 refused: password rejected (01)',
        10,
        start().client(hex('05 01 02')).server(hex('05 02')).client(PASSWORD).server(hex('01 01')),
      ],
      ['HTTP refused: 502 Bad Gateway', 6, start().client(HTTP_CONNECT).server(status('502 Bad Gateway'))],
      ['HTTP refused: 407 Who are you', 6, start().client(HTTP_CONNECT).server(status('407 Who are you'))],
      ['HTTP refused: 407', 6, start().client(GET).server(status('407'))],
      [
        'SOCKS5 refused: host unreachable (04)',
        14,
        start()
          .client(HTTP_CONNECT)
          .server('HTTP/1.1 200 OK\r\n\r\n')
          .client(GREETING)
          .server(hex('05 00'))
          .client(CONNECT)
          .server(hex('05 04 00')),
      ],
    ],
  ],
  [
    'unfinished',
    [
      ['no SOCKS5 method selection: the capture ends', 5, start().client(GREETING)],
      ['no SOCKS5 method selection: the server sent FIN', 6, fin(start().client(GREETING), 'server')],
      ['no SOCKS5 method selection: the client gave up with FIN', 6, fin(start().client(GREETING), 'client')],
      ['no SOCKS5 reply: the server sent RST', 10, rst(asked(), 'server')],
      ['no SOCKS5 request: the client sent FIN', 8, fin(start().client(GREETING).server(hex('05 00')), 'client')],
      [
        'no SOCKS5 username and password: the server gave up with FIN',
        8,
        fin(start().client(hex('05 01 02')).server(hex('05 02')), 'server'),
      ],
      ['no HTTP response: the server sent FIN', 6, fin(start().client(GET), 'server')],
      ['no SOCKS5 reply: bytes 2-11 of the server were never captured', 10, losing(open().client(GET), 'server', 1)],
      [
        'no HTTP response: bytes 0-18 of the server were never captured',
        6,
        losing(start().client(GET).server('HTTP/1.1 204 Empty\n'), 'server', 0),
      ],
    ],
  ],
  [
    'unknown',
    [
      ['no data', 3, start()],
      ['no data', 1, new Talk().segment('client', { flags: 2, ack: 0 })],
      ['the client gave up with FIN', 4, fin(start(), 'client')],
      ['the server sent RST', 4, rst(start(), 'server')],
      ['no protocol is recognized', 1, start().client('EHLO client\r\n').server('250 mail\r\n')],
      ['no protocol is recognized', 1, start().server('hello\r\n')],
      [
        'no protocol is recognized: bytes 0-2 of the client were never captured',
        4,
        losing(start().client(GREETING).server(hex('05 00')), 'client', 0),
      ],
      [
        'HTTP not readable: HTTP response: status line at offset 0: expected HTTP/1.x and a status, found "SSH-2.0-x\\r\\n"',
        6,
        start().client(GET).server('SSH-2.0-x\r\n'),
      ],
      [
        'SOCKS5 not readable: the server chose GSSAPI, whose subnegotiation is not read',
        6,
        start().client(hex('05 01 01')).server(hex('05 01')),
      ],
      [
        'SOCKS5 not readable: SOCKS5 reply: ATYP at offset 5: expected 01, 03 or 04, found 00',
        10,
        asked().server(hex('05 00 00 00 00000000 0000')),
      ],
    ],
  ],
])('%s', (kind, rows) => {
  test.each(rows)('%s (frame %s)', (reason, frame, source) => {
    expect(dialogueOf(source).outcome).toMatchObject({ kind, reason, frame });
  });
});

test('an opened dialogue says what the origin answered, and only the origin', () => {
  const outcomes = [
    open().client(GET).server(status('404 Not Found')),
    start().client(HTTP_CONNECT).server('HTTP/1.1 200 OK\r\n\r\n'),
    open().server('220 mail\r\n'),
  ].map((talk) => dialogueOf(talk).outcome);
  expect(outcomes).toMatchObject([
    { kind: 'opened', status: 404 },
    { kind: 'opened', status: undefined },
    { kind: 'opened', status: undefined },
  ]);
});

describe('a gap is to blame where what was due lies in it', () => {
  const talk = open().client(hex('160301 aaaa'), 3).server(hex('160303')).client(hex('bbbb')).server(hex('cccc'));

  test.each<[name: string, source: Source, reason: string]>([
    [
      'the end of a request in a tunnel',
      losing(talk, 'client', 3),
      'opened, but bytes 16-17 of the client were never captured',
    ],
    [
      'the whole request',
      losing(
        start().client(GREETING).server(hex('05 00')).client(CONNECT).server(GRANTED).client('AA').server('BB'),
        'client',
        2,
      ),
      'opened, but bytes 13-14 of the client were never captured',
    ],
    [
      'the reply in a tunnel',
      losing(open().client('AA').server('BB'), 'server', 2),
      'opened, but no reply: bytes 12-13 of the server were never captured',
    ],
    [
      'what the server says in a tunnel that the client did not use',
      losing(open().server('BB'), 'server', 2),
      'opened, but bytes 12-13 of the server were never captured',
    ],
  ])('%s', (_name, source, reason) => {
    const { outcome } = dialogueOf(source);
    expect(outcome).toMatchObject({ kind: 'opened', status: undefined, reason });
    expect(outcome.gap).toMatchObject({ kind: 'lost', frame: outcome.frame });
  });

  test.each<[name: string, source: Source]>([
    ['none is missing', talk],
    ['a later request is missing', losing(talk, 'client', 4)],
    ['a later reply is missing', losing(talk, 'server', 3)],
    ['what follows the refusal is missing', losing(asked().server(hex('05 01')).server('more'), 'server', 2)],
  ])('not where %s', (_name, source) => expect(dialogueOf(source).outcome.gap).toBeUndefined());

  test('not where it was allowed, and lies before', () => {
    const bound = losing(asked().server(GRANTED, 4).client(GET), 'server', 2);
    expect(dialogueOf(bound, 'gap').outcome).toEqual({
      kind: 'opened',
      status: undefined,
      reason: 'opened, but no HTTP response: the capture ends',
      frame: 14,
    });
  });

  test('where it is allowed, and its filler is what cannot be read', () => {
    const answer = 'HTTP/1.1 204 No Content\r\n\r\n';
    for (const nth of [2, 3]) {
      const { outcome } = dialogueOf(losing(open().client(GET).server(answer, 8), 'server', nth), 'gap');
      expect(outcome.reason).toMatch(/^HTTP not readable: bytes (12-19|20-27) of the server were never captured$/);
      expect(outcome).toMatchObject({ kind: 'unknown', gap: { kind: 'lost', frame: outcome.frame } });
    }
  });
});
