import { describe, expect, test } from 'vitest';
import { DEFAULT_FORM } from '../../src/proof/form.ts';
import { composeScript } from '../../src/proof/script.ts';
import { checksOf } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

/** A ClientHello for a.b, and the beginning of a ServerHello. */
const EXTENSION = '0000 0008 0006 00 0003 612e62';
const BODY = `0303 ${'11'.repeat(32)} 00 0002 1301 01 00 000c ${EXTENSION}`.replaceAll(' ', '');
const hello = (random: string) => {
  const body = BODY.replace('11'.repeat(32), random.repeat(32));
  const length = (bytes: number, digits: number) => bytes.toString(16).padStart(digits, '0');
  return hex(`160301${length(body.length / 2 + 4, 4)}01${length(body.length / 2, 6)}${body}`);
};
const SERVER_HELLO = hex(`160303 0004 02 000000`);

let port = 40_000;
const start = () => new Talk({ client: `10.0.0.1:${port++}`, server: '10.0.0.2:3128' }).handshake();
const eager = (name: string, random: string) =>
  start()
    .client(Buffer.concat([Buffer.from(`CONNECT ${name}:443 HTTP/1.1\r\nHost: ${name}:443\r\n\r\n`), hello(random)]))
    .server(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), SERVER_HELLO]));

describe('a ClientHello in the same turn as a request', () => {
  test('does not make requests for other destinations alike', () => {
    expect(checksOf([eager('alpha', '11'), eager('bravo', '22')]).map(({ sampleCount }) => sampleCount)).toEqual([
      1, 1,
    ]);
  });

  test('is random, and keeps no two for the same apart', () => {
    expect(checksOf([eager('alpha', '11'), eager('alpha', '22')]).map(({ sampleCount }) => sampleCount)).toEqual([2]);
  });
});

describe('what is not the same when it is done again is said', () => {
  const caveats = (request: string, answer = 'HTTP/1.1 204 No Content\r\n\r\n') =>
    checksOf([start().client(request).server(answer)], true).flatMap((check) =>
      check.caveats.map(({ message }) => message),
    );

  test.each([
    ['a POST', 'POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx', 'POST is sent with every check'],
    ['a DELETE', 'DELETE http://a/ HTTP/1.1\r\nHost: a\r\n\r\n', 'DELETE is sent with every check'],
    [
      'a condition',
      'GET http://a/ HTTP/1.1\r\nHost: a\r\nIf-None-Match: "x"\r\n\r\n',
      'If-None-Match is sent with every',
    ],
    ['a range', 'GET http://a/ HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n', 'Range is sent with every check'],
  ])('%s', (_name, request, words) => expect(caveats(request)).toEqual([expect.stringContaining(words)]));

  test('a GET is not', () => expect(caveats('GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n')).toEqual([]));
});

test('a request that http-check cannot hold is a tcp-check', () => {
  const get = (length: number) => `GET http://a/ HTTP/1.1\r\nHost: a\r\nCookie: ${'x'.repeat(length)}\r\n\r\n`;
  const [small, large] = [1000, 15_500].map((length) => {
    const [check] = checksOf([start().client(get(length)).server('HTTP/1.1 204 No Content\r\n\r\n')]);
    return composeScript(check as NonNullable<typeof check>, DEFAULT_FORM);
  });
  expect(small?.kind).toBe('http-check');
  expect(large).toMatchObject({ kind: 'tcp-check', why: 'http-check sends no more than about 15000 bytes' });
});
