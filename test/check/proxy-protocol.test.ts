import { describe, expect, test } from 'vitest';
import { checksOf, dialogueOf, layersOf, rulesOf, samplingOf } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const V1 = 'PROXY TCP4 203.0.113.7 192.0.2.1 52000 1080\r\n';
const V2 = hex('0d0a0d0a000d0a515549540a 21 11 000c cb007107 c0000201 cb20 0438');
const LOCAL = hex('0d0a0d0a000d0a515549540a 20 00 0000');
const GET = 'GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n';
const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const bytesOf = (...parts: readonly (string | Buffer)[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

/** A PROXY header, then SOCKS5 and HTTP; each piece of the first turn in segments of its own. */
function socks(header: string | Buffer, mss = 1460, together = true): Talk {
  const talk = new Talk().handshake();
  if (together) talk.client(bytesOf(header, hex('050100')), mss);
  else talk.client(bytesOf(header), mss).client(hex('050100'));
  return talk
    .server(hex('0500'))
    .client(hex('05010003 06 612e74657374 0050'))
    .server(hex('05000001 00000000 0000'))
    .client(GET)
    .server(ANSWER);
}
const HTTP_LINE = 'GET\\ http://a.test/\\ HTTP/1.1\\r\\nHost:\\ a.test\\r\\n\\r\\n';

describe('a PROXY header', () => {
  test('is sent by itself, before what it precedes', () => {
    expect(rulesOf(socks(V1)).slice(0, 4)).toEqual([
      'connect linger',
      'send PROXY\\ TCP4\\ 203.0.113.7\\ 192.0.2.1\\ 52000\\ 1080\\r\\n',
      'send-binary 050100',
      'expect min-recv 2 rbinary ^0500',
    ]);
    expect(rulesOf(socks(V2))[1]).toBe(`send-binary ${V2.toString('hex')}`);
  });

  test('is, wherever TCP cuts it', () => {
    const whole = rulesOf(socks(V1));
    for (let mss = 1; mss < 60; mss++) expect(rulesOf(socks(V1, mss)), `pieces of ${mss}`).toEqual(whole);
    expect(rulesOf(socks(V1, 1460, false))).toEqual(whole);
  });

  test('stands before any protocol', () => {
    const http = new Talk().handshake().client(bytesOf(V2, GET)).server(ANSWER);
    expect(layersOf(dialogueOf(http))).toEqual(['proxy-protocol granted', 'http answered']);
    expect(rulesOf(http)).toEqual([
      'connect linger',
      `send-binary ${V2.toString('hex')}`,
      `send ${HTTP_LINE}`,
      'expect min-recv 12 rstring ^HTTP/1\\.[01]\\ 204',
    ]);
  });

  test('stands in a tunnel too, and does not hide its destination', () => {
    const talk = new Talk()
      .handshake()
      .client('CONNECT a.test:80 HTTP/1.1\r\n\r\n')
      .server('HTTP/1.1 200 OK\r\n\r\n')
      .client(bytesOf(V1, 'GET / HTTP/1.1\r\nHost: b.test\r\n\r\n'))
      .server(ANSWER);
    expect(layersOf(dialogueOf(talk))).toEqual(['http granted', 'proxy-protocol granted', 'http answered']);
    expect(dialogueOf(talk).destination).toBe('a.test:80');
  });

  test('of other clients makes the same check', () => {
    const clients = [
      V1,
      'PROXY TCP4 203.0.113.8 192.0.2.1 40000 1080\r\n',
      'PROXY TCP6 2001:db8::7 2001:db8::1 1 2\r\n',
    ];
    const talks = clients.map((header, at) =>
      socks(header).segments.map((segment) => moved(segment, 40_000, 41_000 + at)),
    );
    const checks = checksOf(talks);
    expect(checks.map(({ sampleCount }) => sampleCount)).toEqual([3]);
  });

  test('that names a client is a caveat, with the way out; LOCAL is none', () => {
    const caveatsOf = (talk: Talk) => checksOf([talk])[0]?.caveats.map(({ message }) => message);
    expect(caveatsOf(socks(V1))).toEqual([
      "the PROXY header is replayed: the server takes the check for the client 203.0.113.7 (HAProxy's own address: tcp-check connect send-proxy)",
    ]);
    expect(caveatsOf(socks(LOCAL))).toEqual([]);
    expect(caveatsOf(socks('PROXY UNKNOWN\r\n'))).toEqual([]);
  });

  test('with nothing behind it is unfinished', () => {
    expect(samplingOf(new Talk().handshake().client(V1).close())).toMatchObject({
      reason: 'nothing follows the PROXY header: the client sent FIN',
      frame: 6,
    });
  });

  test('that is cut short or malformed is named', () => {
    expect(samplingOf(new Talk().handshake().client(V1.slice(0, 20)))).toMatchObject({
      reason: 'no whole PROXY header: the capture ends',
    });
    expect(samplingOf(new Talk().handshake().client('PROXY TCP4 a b 1 2\r\n').close())).toMatchObject({
      reason: expect.stringMatching(/^PROXY not readable: .*source address.* expected an IPv4 address/) as string,
      frame: 4,
    });
  });

  test('before a proxy that refuses does not make a tunnel of it', () => {
    const refused = new Talk()
      .handshake()
      .client(bytesOf(V1, GET))
      .server('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    expect(dialogueOf(refused).outcome).toMatchObject({
      kind: 'refused',
      reason: 'HTTP refused: 407 Proxy Authentication Required',
    });
    const unknown = new Talk().handshake().client(bytesOf(V1, 'hello\r\n')).server('welcome\r\n');
    expect(dialogueOf(unknown).outcome.kind).toBe('unknown');
  });
});

/** The segment with another port of the client. */
function moved<Segment extends { from: string; to: string }>(segment: Segment, from: number, to: number): Segment {
  const swap = (endpoint: string) => endpoint.replace(`:${from}`, `:${to}`);
  return { ...segment, from: swap(segment.from), to: swap(segment.to) };
}
