import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/bytes/reader.ts';
import type { Check } from '../../src/check/check.ts';
import { httpCheckOf } from '../../src/proof/http-request.ts';
import { type HttpCheck, httpRequestBytes } from '../../src/proof/http-rule.ts';
import { decodeRequest } from '../../src/protocol/http/message.ts';
import { checksOf, type Source } from '../support/derive.ts';
import { httpCheckFor, requests } from '../support/http-requests.ts';
import { checkOf, TALKS } from '../support/proof.ts';
import { hex, Talk } from '../support/wire.ts';

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const lines = (...each: string[]): string => `${each.join('\r\n')}\r\n\r\n`;
const request = (...headers: string[]): string => lines('GET http://a:8080/p HTTP/1.1', 'Host: a:8080', ...headers);

describe('what http-check says', () => {
  test.each<[name: string, text: string, send: HttpCheck['send']]>([
    [
      'a request in absolute form',
      request('Accept: */*'),
      {
        method: 'GET',
        uri: 'http://a:8080/p',
        version: 'HTTP/1.1',
        headers: [
          ['Host', 'a:8080'],
          ['Accept', '*/*'],
        ],
      },
    ],
    [
      'one without Host',
      'GET http://a/ HTTP/1.0\r\n\r\n',
      { method: 'GET', uri: 'http://a/', version: 'HTTP/1.0', headers: [] },
    ],
    [
      'one in origin form',
      lines('HEAD /x HTTP/1.1', 'Host: a'),
      { method: 'HEAD', uri: '/x', version: 'HTTP/1.1', headers: [['Host', 'a']] },
    ],
    [
      'Connection: close, which HAProxy adds',
      request('Connection: Close'),
      { method: 'GET', uri: 'http://a:8080/p', version: 'HTTP/1.1', headers: [['Host', 'a:8080']] },
    ],
    [
      'eighteen headers',
      lines('GET / HTTP/1.1', ...Array.from({ length: 18 }, (_, at) => `X-${at}: y`)),
      {
        method: 'GET',
        uri: '/',
        version: 'HTTP/1.1',
        headers: Array.from({ length: 18 }, (_, at) => [`X-${at}`, 'y'] as const),
      },
    ],
  ])('%s', (_name, text, send) =>
    expect(httpCheckFor(text)).toMatchObject({ send, expect: [{ match: 'status', ranges: [[204, 204]] }] }),
  );
});

describe('why it has to be tcp-check', () => {
  const CONTINUE = new Talk().handshake().client(request()).server(`HTTP/1.1 100 Continue\r\n\r\n${ANSWER}`);
  test.each<[why: string, source: Source | string]>([
    ['the proxy does not speak HTTP', TALKS['SOCKS5 with a password'] as Talk],
    [
      'http-check cannot replay a PROXY header',
      new Talk().handshake().client(`PROXY TCP4 10.0.0.9 10.0.0.2 1 2\r\n${request()}`).server(ANSWER),
    ],
    ['http-check sends nothing into the tunnel that CONNECT opens', TALKS['HTTP CONNECT'] as Talk],
    ['http-check adds a content-length to POST', lines('POST / HTTP/1.1', 'Host: a', 'Content-Length: 0')],
    ['the request has a body', `${lines('DELETE / HTTP/1.1', 'Host: a', 'Content-Length: 2')}hi`],
    [
      'the header cookie is repeated, which http-check does not keep apart',
      request('Cookie: a=1', 'X: y', 'cookie: b=2'),
    ],
    ['http-check leaves Content-Length and Transfer-Encoding out', request('Content-Length: 0')],
    [
      'Host differs from the authority of the URI, over which http-check writes it',
      lines('GET http://a/ HTTP/1.1', 'Host: b'),
    ],
    [
      'Host differs from the authority of the URI, over which http-check writes it',
      lines('GET http://a:80/ HTTP/1.1', 'Host: a'),
    ],
    ['the URI holds credentials', lines('GET http://u:p@a/ HTTP/1.1')],
    ['a header or the URI holds what http-check cannot say', request('X-Empty:')],
    ['a header or the URI holds what http-check cannot say', request('X: caf\u00e9')],
    ['http-check writes a Connection header of its own', request('Connection: keep-alive')],
    ['http-check writes a Connection header of its own', lines('GET / HTTP/1.0', 'Connection: close')],
    [
      'http-check takes no more than 18 headers',
      lines('GET / HTTP/1.1', ...Array.from({ length: 19 }, (_, at) => `X-${at}: y`)),
    ],
    ['http-check takes an interim response for the answer', CONTINUE],
  ])('%s', (why, source) => {
    if (typeof source === 'string') expect(httpCheckFor(source)).toBe(why);
    else expect(httpCheckOf(checkOf(source))).toBe(why);
  });

  test('several requests at once, and CONNECT that is refused', () => {
    const check = checkOf(TALKS['HTTP proxy'] as Talk);
    const twice = check.steps.map((step) =>
      step.kind === 'send' ? { ...step, bytes: Buffer.from(request() + request()) } : step,
    );
    expect(httpCheckOf({ ...check, steps: twice })).toBe('more than one request is sent at once');
    expect(httpCheckOf({ ...check, lacks: ['bytes'] })).toBe('the request is not all there');
    const refused = new Talk()
      .handshake()
      .client('CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n')
      .server('HTTP/1.1 403 Forbidden\r\n\r\n');
    const [forced] = checksOf([refused], true);
    expect(httpCheckOf(forced as Check)).toBe('http-check would send CONNECT with other headers');
  });

  test('a server that speaks first', () => {
    const [check] = checksOf(
      [new Talk().handshake().server('220 hello\r\n').client(hex('01'), 1).server('ok\r\n')],
      true,
    );
    expect(check && httpCheckOf(check)).toBe('the proxy does not speak HTTP');
  });
});

test('what HAProxy sends is the captured request, but for the case of names and connection: close', () => {
  let said = 0;
  fc.assert(
    fc.property(requests, (text) => {
      const http = httpCheckFor(text);
      if (typeof http !== 'object') return;
      said++;
      const bytes = httpRequestBytes(http.send);
      const sent = decodeRequest(new ByteReader(bytes), bytes);
      const captured = Buffer.from(text, 'latin1');
      const asked = decodeRequest(new ByteReader(captured), captured);
      const { method, target, version } = asked;
      expect(sent).toMatchObject({ method, target, version, end: bytes.length });
      const named = ({ headers }: typeof sent) =>
        headers
          .map(({ name, value }) => `${name.toLowerCase()}: ${value}`)
          .filter((line) => !/^connection: close$/i.test(line));
      expect(named(sent)).toEqual(named(asked));
    }),
    { numRuns: 500 },
  );
  expect(said).toBeGreaterThan(50);
});
