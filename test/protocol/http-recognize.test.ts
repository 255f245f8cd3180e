import { describe, expect, test } from 'vitest';
import type { HttpMessage } from '../../src/protocol/http/message.ts';
import { readHttp, recognizeHttp } from '../../src/protocol/http/recognize.ts';

const ORIGIN = { client: 0, server: 0 };
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const streams = (client: string, server: string) => ({ client: latin1(client), server: latin1(server) });
const read = (client: string, server: string) => readHttp(streams(client, server), ORIGIN);
function shown(message: HttpMessage): string {
  if (message.kind === 'empty lines') return message.kind;
  return message.kind === 'request' ? `${message.method} ${message.target}` : `${message.status}`;
}

const GET = 'GET /a HTTP/1.1\r\nHost: a.b\r\n\r\n';
const CONNECT = 'CONNECT a.b:443 HTTP/1.1\r\nHost: a.b:443\r\n\r\n';
const NO_CONTENT = 'HTTP/1.1 204 No Content\r\n\r\n';
const OPENED = 'HTTP/1.1 200 Connection established\r\n\r\n';
const DEMAND = 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nno\n';

describe('HTTP is recognized', () => {
  test.each([
    ['by a request of the origin form', GET],
    ['by a request of HTTP/1.0', 'GET / HTTP/1.0\r\n\r\n'],
    ['by CONNECT', CONNECT],
    ['by a method with a hyphen', 'M-SEARCH * HTTP/1.1\r\n'],
    ['by a request line ended by LF alone', 'GET / HTTP/1.1\n\n'],
    ['by a method and the start of a target', 'GET /'],
    ['by a long target whose end did not come yet', `GET /${'a'.repeat(5000)}`],
    ['by a target in UTF-8', 'GET /caf\xc3\xa0 HTTP/1.1\r\n'],
    ['by a method in lower case, which is another one (RFC 9110 §9.1)', 'get / HTTP/1.1\r\n\r\n'],
    ['by a method of one letter', 'x /a HTTP/1.0\r\n'],
  ])('%s', (_name, client) => {
    expect(recognizeHttp(streams(client, ''), ORIGIN)).toBe(true);
    expect(recognizeHttp(streams(`\x05\x01\x00${client}`, ''), { client: 3, server: 0 })).toBe(true);
  });
});

describe('HTTP is not recognized', () => {
  test.each([
    ['in nothing', ''],
    ['in a method alone', 'GET '],
    ['in a response', 'HTTP/1.1 200 OK\r\n'],
    ['in HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['in SMTP', 'EHLO client\r\n'],
    ['in POP3', 'USER name\r\n'],
    ['in IRC', 'NICK name\r\n'],
    ['in Redis', '*1\r\n$4\r\nPING\r\n'],
    ['in SSH', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['in TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['in SOCKS5', '\x05\x01\x00'],
    ['in a request line without its version', 'GET /\r\n'],
    ['in a request line of HTTP/0.9 in lower case', 'get /a\r\n'],
    ['in the start of a line in lower case', 'get /'],
    ['in memcached', 'get key\r\n'],
    ['in a version alone', 'HTTP/1.1\r\n'],
    ['in a method with a colon', 'a:b / HTTP/1.1\r\n'],
  ])('%s', (_name, client) => expect(recognizeHttp(streams(client, NO_CONTENT), ORIGIN)).toBe(false));
});

describe('a message ends (RFC 9112 §6)', () => {
  const next = 'HTTP/1.1 201 Next\r\n\r\n';
  test.each<[name: string, request: string, response: string]>([
    ['behind Content-Length bytes', GET, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
    ['at once with a Content-Length of 0', GET, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    [
      'behind the last chunk',
      GET,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=y\r\nbye\r\n0\r\n\r\n',
    ],
    [
      'behind the trailers of the last chunk',
      GET,
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n',
    ],
    ['with its head: 204', GET, NO_CONTENT],
    ['with its head: 304', GET, 'HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n'],
    [
      'with its head: the answer to HEAD',
      'HEAD / HTTP/1.1\r\nHost: a.b\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    ],
    [
      'where its head is in UTF-8',
      GET,
      'HTTP/1.1 200 OK\r\nA: \xd1\x8d\xd1\x82\xd0\xbe\r\nContent-Length: 2\r\n\r\nok',
    ],
  ])('%s', (_name, request, response) => {
    const { messages } = read(request + GET, response + next);
    expect(messages.map(shown)).toEqual([
      expect.stringMatching(/\/a?/),
      expect.stringMatching(/^(200|204|304)$/),
      'GET /a',
      '201',
    ]);
    expect(messages[1]).toMatchObject({ start: 0, end: latin1(response).length, complete: true });
    expect(messages[3]).toMatchObject({ start: latin1(response).length });
  });

  test('with the connection, where nothing else says so', () => {
    const { messages, outcome } = read(GET, 'HTTP/1.0 200 OK\r\n\r\nhello');
    expect(messages[1]).toMatchObject({ end: 24, complete: false, headEnd: 19 });
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
  });

  test.each([
    ['Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello'],
    ['the head', 'HTTP/1.1 200 OK\r\nContent-'],
  ])('not where the capture ends inside it: %s', (_name, response) => {
    const { messages, outcome } = read(GET + GET, response);
    expect(messages.map(shown)).toEqual(['GET /a', '200']);
    expect(messages[1]).toMatchObject({ end: response.length, complete: false });
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
  });

  test('a request behind its body', () => {
    const post = 'POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\na=b';
    const { messages } = read(post + GET, NO_CONTENT + next);
    expect(messages.map(shown)).toEqual(['POST /', '204', 'GET /a', '201']);
    expect(messages[0]).toMatchObject({ end: post.length, complete: true });
  });
});

describe('what the exchanges add up to', () => {
  const server = (offset: number) => ({ side: 'server', offset });

  test.each<[name: string, client: string, server: string, outcome: object, messages: string[]]>([
    [
      'an answer',
      GET,
      NO_CONTENT,
      { kind: 'answered', status: 204, phrase: 'No Content', place: server(0) },
      ['GET /a', '204'],
    ],
    [
      'the first of several answers',
      GET + GET,
      `${NO_CONTENT}HTTP/1.1 500 Oops\r\n\r\n`,
      { kind: 'answered', status: 204, phrase: 'No Content', place: server(0) },
      ['GET /a', '204', 'GET /a', '500'],
    ],
    [
      'the final response behind interim ones',
      GET,
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${NO_CONTENT}`,
      { kind: 'answered', status: 204, phrase: 'No Content', place: server(62) },
      ['GET /a', '100', '103', '204'],
    ],
    [
      'the response behind an empty line',
      GET,
      `\r\n${NO_CONTENT}`,
      { kind: 'answered', status: 204, phrase: 'No Content', place: server(2) },
      ['GET /a', 'empty lines', '204'],
    ],
    [
      'the response behind empty lines and an interim one',
      GET,
      `\n\r\nHTTP/1.1 100 Continue\r\n\r\n\n${NO_CONTENT}`,
      { kind: 'answered', status: 204, phrase: 'No Content', place: server(29) },
      ['GET /a', 'empty lines', '100', 'empty lines', '204'],
    ],
    [
      'an answer in spite of an empty line between two responses',
      GET + GET,
      `${NO_CONTENT}\r\nHTTP/1.1 500 Oops\r\n\r\n`,
      { kind: 'answered', status: 204, phrase: 'No Content', place: server(0) },
      ['GET /a', '204', 'GET /a', 'empty lines', '500'],
    ],
    [
      'nothing but an empty line',
      GET,
      '\r\n',
      { kind: 'unfinished', side: 'server', awaited: 'HTTP response behind an empty line' },
      ['GET /a', 'empty lines'],
    ],
    [
      'an empty line and then no HTTP',
      GET,
      '\r\n<html>',
      {
        kind: 'unreadable',
        reason:
          'HTTP response behind an empty line: status line at offset 2: expected HTTP/1.x and a status, found "<html>"',
        place: server(2),
      },
      ['GET /a', 'empty lines'],
    ],
    [
      'an answer to a method in lower case, which opens no tunnel',
      'connect a.b:443 HTTP/1.1\r\n\r\n',
      'HTTP/1.1 400 Bad Request\r\n\r\n',
      { kind: 'answered', status: 400, phrase: 'Bad Request', place: server(0) },
      ['connect a.b:443', '400'],
    ],
    [
      '101, which no other response follows',
      GET,
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\x81\x05hello',
      { kind: 'answered', status: 101, phrase: 'Switching Protocols', place: server(0) },
      ['GET /a', '101'],
    ],
    [
      'a tunnel',
      `${CONNECT}tunneled`,
      `${OPENED}tunneled`,
      { kind: 'granted', tunnel: { client: CONNECT.length, server: OPENED.length } },
      ['CONNECT a.b:443', '200'],
    ],
    [
      'a tunnel whose opening states a length, which is none (RFC 9110 §9.3.6)',
      CONNECT,
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
      { kind: 'granted', tunnel: { client: CONNECT.length, server: 38 } },
      ['CONNECT a.b:443', '200'],
    ],
    [
      'a tunnel after a demand for credentials was met',
      CONNECT + CONNECT,
      DEMAND + OPENED,
      { kind: 'granted', tunnel: { client: 2 * CONNECT.length, server: DEMAND.length + OPENED.length } },
      ['CONNECT a.b:443', '407', 'CONNECT a.b:443', '200'],
    ],
    [
      'an answer after a demand for credentials was met',
      GET + GET,
      DEMAND + NO_CONTENT,
      { kind: 'answered', status: 204, phrase: 'No Content', place: server(DEMAND.length) },
      ['GET /a', '407', 'GET /a', '204'],
    ],
    [
      'a demand for credentials that was not met',
      GET,
      DEMAND,
      { kind: 'answered', status: 407, phrase: 'Proxy Authentication Required', place: server(0) },
      ['GET /a', '407'],
    ],
    [
      'a demand that was met with the wrong ones',
      CONNECT + CONNECT,
      DEMAND + DEMAND,
      { kind: 'refused', reason: '407 Proxy Authentication Required', place: server(DEMAND.length) },
      ['CONNECT a.b:443', '407', 'CONNECT a.b:443', '407'],
    ],
    [
      'a refused CONNECT',
      CONNECT,
      'HTTP/1.1 502 Bad Gateway\r\n\r\n',
      { kind: 'refused', reason: '502 Bad Gateway', place: server(0) },
      ['CONNECT a.b:443', '502'],
    ],
    ['no answer', GET, '', { kind: 'unfinished', side: 'server', awaited: 'HTTP response' }, ['GET /a']],
    [
      'no answer behind an interim one',
      GET,
      'HTTP/1.1 100 Continue\r\n\r\n',
      { kind: 'unfinished', side: 'server', awaited: 'HTTP response' },
      ['GET /a', '100'],
    ],
    ['no request line', 'GET /a', '', { kind: 'unfinished', side: 'client', awaited: 'HTTP request' }, []],
    [
      'an answer that is no HTTP',
      GET,
      'SSH-2.0-x\r\n',
      {
        kind: 'unreadable',
        reason: 'HTTP response: status line at offset 0: expected HTTP/1.x and a status, found "SSH-2.0-x\\r\\n"',
        place: server(0),
      },
      ['GET /a'],
    ],
    [
      'the answer, whatever the client says behind it',
      `${GET}\x16\x03\x01`,
      NO_CONTENT,
      { kind: 'answered', status: 204, phrase: 'No Content', place: server(0) },
      ['GET /a', '204'],
    ],
  ])('%s', (_name, client, server, outcome, messages) => {
    const reading = read(client, server);
    expect(reading.outcome).toEqual(outcome);
    expect(reading.messages.map(shown)).toEqual(messages);
  });
});

test.each([
  ['the authority of CONNECT', CONNECT, 'a.b:443'],
  ['the authority of CONNECT without credentials', 'CONNECT u:p@a.b:443 HTTP/1.1\r\n\r\n', 'a.b:443'],
  ['the authority of the absolute form', 'GET http://c.d:8080/x HTTP/1.1\r\nHost: a.b\r\n\r\n', 'c.d:8080'],
  ['the absolute form without credentials', 'GET http://u:p@ss@c.d/x HTTP/1.1\r\n\r\n', 'c.d'],
  ['the Host header', 'GET / HTTP/1.1\r\nhOST: a.b:81\r\n\r\n', 'a.b:81'],
  ['nothing without it', 'GET / HTTP/1.0\r\n\r\n', undefined],
])('the destination is %s (RFC 9112 §3.2)', (_name, request, destination) => {
  expect(read(request, NO_CONTENT).destination).toBe(destination);
});
