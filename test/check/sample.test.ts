import { describe, expect, test } from 'vitest';
import type { Sample } from '../../src/check/sample.ts';
import { dialogueOf, forcedSamplingOf, losing, type Source, samplingOf } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const GREETING = hex('05 01 00');
const CONNECT = hex('05 01 00 03 03 612e62 0050');
const GRANTED = hex('05 00 00 01 00000000 06b5');
const GET = 'GET / HTTP/1.1\r\nHost: a.b\r\nAccept: aaaaaaaaaaaaaaaaaaaa\r\n\r\n';
const ANSWER = 'HTTP/1.1 200 OK\r\nDate: bbbbbbbbbbbbbbbbbb\r\nContent-Length: 26\r\n\r\nabcdefghijklmnopqrstuvwxyz';

const start = () => new Talk().handshake();
const open = () => start().client(GREETING).server(hex('05 00')).client(CONNECT).server(GRANTED);
/** A good dialogue whose request and answer come in pieces of 16 bytes. */
const good = () => open().client(GET, 16).server(ANSWER, 16).close();

function sample(source: Source): Sample {
  const sampling = samplingOf(source);
  if (!('sample' in sampling)) throw new Error(sampling.reason);
  return sampling.sample;
}
const sent = ({ exchanges }: Sample): string[] =>
  exchanges.map(({ request }) => (request === undefined ? '' : Buffer.from(request.bytes).toString('latin1')));

describe('what a good dialogue contributes', () => {
  test('its requests, what is asked in them, and what was observed of the replies', () => {
    const { exchanges, ...rest } = sample(good());
    expect(rest).toMatchObject({
      stream: 0,
      server: { address: '10.0.0.2', port: 1080 },
      layers: ['socks5', 'http'],
      destination: 'a.b:80',
      proxied: true,
    });
    expect(exchanges.map(({ request }) => request?.comment)).toEqual([
      'SOCKS5 greeting',
      'SOCKS5 CONNECT a.b:80',
      'GET /',
    ]);
    expect(exchanges.map(({ reply }) => reply.map(({ observation }) => observation))).toEqual([
      [{ kind: 'SOCKS5 method', version: 5, method: 0 }],
      [{ kind: 'SOCKS5 reply', version: 5, code: 0, head: Uint8Array.of(5, 0, 0, 1), nameLengths: [3] }],
      [{ kind: 'HTTP response', status: 200, tunnel: false, preamble: [] }],
    ]);
    expect(sent({ exchanges } as Sample)).toEqual([GREETING.toString('latin1'), CONNECT.toString('latin1'), GET]);
  });

  test('the frames that carried it: of the answer, those of its status line', () => {
    // 4, 6, 8, 10: the handshake. 12 to 15: the request. 17: the first 16 bytes of the answer.
    expect(sample(good()).frames).toEqual([4, 6, 8, 10, 12, 13, 14, 15, 17]);
  });

  test('the time from its first frame to the last byte asserted', () => {
    expect(sample(good()).duration).toBeCloseTo(1.6); // a frame takes 100 µs
  });

  test('what the server says before it is asked', () => {
    const [banner, ...exchanges] = sample(open().server('hello\r\n').client('A\r\n').server('B\r\n')).exchanges;
    expect(banner?.request?.comment).toBe('SOCKS5 greeting');
    expect(exchanges[0]?.reply.map(({ observation }) => observation.kind)).toEqual(['SOCKS5 reply', 'data']);
    expect(exchanges[1]?.reply.map(({ observation }) => observation.kind)).toEqual(['data']);
  });

  test('of an unknown protocol its first exchange, of HTTP the exchange that decides', () => {
    expect(sent(sample(open().client('AA').server('BB').client('CC').server('DD')))).toHaveLength(3);
    const again = open().client(GET).server(ANSWER).client(GET).server(ANSWER);
    expect(sent(sample(again))).toHaveLength(3);
  });

  test('of a demand for credentials and the request that meets it only the request', () => {
    const demand = 'HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n';
    const asks = (authorization: string) => `CONNECT a.b:443 HTTP/1.1\r\n${authorization}\r\n`;
    const talk = start().client(asks('')).server(demand).client(asks('Proxy-Authorization: Basic x\r\n'));
    const { exchanges } = sample(talk.server('HTTP/1.1 200 OK\r\n\r\n').client(GET).server(ANSWER));
    expect(exchanges.map(({ request }) => request?.secrets.map(({ name }) => name))).toEqual([
      ['Proxy-Authorization'],
      [],
    ]);
    expect(exchanges.map(({ reply }) => reply.map(({ observation }) => observation))).toEqual([
      [{ kind: 'HTTP response', status: 200, tunnel: true, preamble: [] }],
      [{ kind: 'HTTP response', status: 200, tunnel: false, preamble: [] }],
    ]);
  });
});

test('the secrets of a request are named where they are sent', () => {
  expect(sample(open().client(GET).server(ANSWER)).exchanges.flatMap(({ request }) => request?.secrets)).toEqual([]);
  const talk = start().client(hex('05 01 02')).server(hex('05 02')).client(hex('01 01 75 01 70')).server(hex('01 00'));
  talk.client(CONNECT).server(GRANTED).client('GET http://u:p@a/ HTTP/1.1\r\nCookie: a\r\ncookie: b\r\n\r\n');
  expect(sample(talk.server(ANSWER)).exchanges.map(({ request }) => request?.secrets.map(({ name }) => name))).toEqual([
    [],
    ['UNAME', 'PASSWD'],
    [],
    ['userinfo', 'Cookie', 'cookie'],
  ]);
});

test('a request that the server interrupts is sent in parts, each with its own secrets', () => {
  const head = 'POST / HTTP/1.1\r\nAuthorization: Basic x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';
  const talk = start().client(head).server('HTTP/1.1 100 Continue\r\n\r\n').client('body').server(ANSWER);
  const { exchanges } = sample(talk);
  expect(exchanges.map(({ request }) => request?.comment)).toEqual(['POST /', 'rest of POST /']);
  expect(exchanges.map(({ request }) => request?.secrets.map(({ name }) => name))).toEqual([['Authorization'], []]);
  expect(sent({ exchanges } as Sample)).toEqual([head, 'body']);
});

describe('a dialogue that is no success is left out, with its reason, unless asked for', () => {
  test.each<[reason: string, source: Source]>([
    [
      'SOCKS5 refused: connection refused (05)',
      start().client(GREETING).server(hex('05 00')).client(CONNECT).server(hex('05 05 00')),
    ],
    ['opened, but HTTP 404', open().client(GET).server('HTTP/1.1 404 Not Found\r\n\r\n')],
    ['HTTP refused: 407 Who', start().client(GET).server('HTTP/1.1 407 Who\r\n\r\n')],
    ['opened, but nothing was asked through it', open()],
    ['opened, but no reply: the capture ends', open().client(hex('160301'))],
    ['no protocol is recognized', start().client('EHLO\r\n')],
  ])('%s', (reason, source) => {
    const sampling = samplingOf(source);
    expect(sampling).toEqual({ reason, frame: dialogueOf(source).outcome.frame });
    expect(forcedSamplingOf(source)).toHaveProperty('sample');
  });

  test.each<[reason: string, source: Source]>([
    ['no data', start()],
    [
      'no protocol is recognized: bytes 0-2 of the client were never captured',
      losing(start().client(GREETING).server(hex('05 00')), 'client', 0),
    ],
    ['no SOCKS5 reply: bytes 2-11 of the server were never captured', losing(good(), 'server', 1)],
  ])('%s: nor when it is asked for', (reason, source) => {
    const forced = forcedSamplingOf(source);
    if (reason === 'no data') expect(forced).toMatchObject({ reason: 'the client said nothing' });
    else expect(forced).toMatchObject({ reason, nextStep: expect.stringContaining('record again') });
  });
});

test.each<[name: string, request: string, status: string, nextStep: string | undefined]>([
  [
    'credentials',
    'Proxy-Authorization: Basic dTpw\r\n',
    '401 Unauthorized',
    'some proxies answer 401 to a wrong proxy password',
  ],
  ['none', '', '401 Unauthorized', undefined],
  ['credentials for the origin', 'Authorization: Basic dTpw\r\n', '401 Unauthorized', undefined],
  ['credentials that are not to blame', 'Proxy-Authorization: Basic dTpw\r\n', '403 Forbidden', undefined],
])('a refusal of a request that brought %s: what to look at', (_name, header, status, nextStep) => {
  const talk = start().client(`GET http://a.b/ HTTP/1.1\r\n${header}\r\n`).server(`HTTP/1.1 ${status}\r\n\r\n`);
  expect(samplingOf(talk)).toEqual({
    reason: `answered, but HTTP ${status}`,
    frame: 6,
    ...(nextStep !== undefined && { nextStep }),
  });
});

test.each([
  ['Digest', 'Digest username="u", nonce="n"', 'its Digest credentials hold for one connection or one request'],
  ['NTLM', 'NTLM TlRMTVNTUAADAAAA', 'its NTLM credentials hold for one connection or one request'],
])('%s credentials are made for one session, and no check can send them again', (_scheme, value, reason) => {
  const request = `GET http://a.b/ HTTP/1.1\r\nHost: a.b\r\nProxy-Authorization: ${value}\r\n\r\n`;
  const talk = new Talk().handshake().client(request).server('HTTP/1.1 204 No Content\r\n\r\n').close();
  expect(samplingOf(talk)).toEqual({ reason, frame: 4, nextStep: 'use Basic credentials' });
});
