import { describe, expect, test } from 'vitest';
import { checksOf, rulesOf } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const start = () => new Talk().handshake();
const GET = 'GET / HTTP/1.1\r\n\r\n';
const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const CONNECT = hex('05 01 00 01 0a000001 0050');
const GRANTED = hex('05 00 00 01 00000000 06b5');
const HEAD = '[^\\n]*\\n([^\\r\\n][^\\n]*\\n)*\\r?\\n';

describe('a dialogue becomes steps', () => {
  test('SOCKS5 without credentials, then HTTP: what decides, then the end of a reply before another send', () => {
    const talk = start().client(hex('05 01 00')).server(hex('05 00')).client(CONNECT).server(GRANTED);
    expect(rulesOf(talk.client(GET).server(ANSWER))).toEqual([
      'connect linger',
      'send-binary 050100',
      'expect min-recv 2 rbinary ^0500',
      'send-binary 050100010a0000010050',
      'expect min-recv 2 rbinary ^0500',
      'expect rbinary ^0500..(01.{12}|04.{36}|03.{4,})',
      'send GET\\ /\\ HTTP/1.1\\r\\n\\r\\n',
      'expect min-recv 12 rstring ^HTTP/1\\.[01]\\ 204',
    ]);
  });

  test('SOCKS5 with a password', () => {
    const talk = start()
      .client(hex('05 01 02'))
      .server(hex('05 02'))
      .client(hex('01 01 75 01 70'))
      .server(hex('01 00'));
    expect(rulesOf(talk.client(CONNECT).server(GRANTED).client(GET).server(ANSWER)).slice(0, 6)).toEqual([
      'connect linger',
      'send-binary 050102',
      'expect min-recv 2 rbinary ^0502',
      'send-binary 0101750170',
      'expect min-recv 2 rbinary ^(01|05)00',
      'send-binary 050100010a0000010050',
    ]);
  });

  test('CONNECT, then HTTP: the head of the proxy has to be in before the next send', () => {
    const talk = start().client('CONNECT a.b:80 HTTP/1.1\r\n\r\n').server('HTTP/1.1 200 OK\r\nVia: x\r\n\r\n');
    expect(rulesOf(talk.client(GET).server(ANSWER))).toEqual([
      'connect linger',
      'send CONNECT\\ a.b:80\\ HTTP/1.1\\r\\n\\r\\n',
      'expect min-recv 12 rstring ^HTTP/1\\.[01]\\ 200',
      `expect rstring ^HTTP/1\\.[01]\\ 200${HEAD}`,
      'send GET\\ /\\ HTTP/1.1\\r\\n\\r\\n',
      'expect min-recv 12 rstring ^HTTP/1\\.[01]\\ 204',
    ]);
  });

  test('a protocol that is not read, by the first bytes of its reply', () => {
    const talk = start().client(hex('05 01 00')).server(hex('05 00')).client(CONNECT).server(GRANTED);
    expect(rulesOf(talk.client('EHLO a\r\n').server('250 mail\r\n')).slice(-2)).toEqual([
      'send EHLO\\ a\\r\\n',
      'expect min-recv 3 rstring ^250',
    ]);
  });

  test('a refusal that is asked for', () => {
    const talk = start().client(hex('05 01 00')).server(hex('05 00')).client(CONNECT).server(hex('05 05 00'));
    expect(rulesOf(talk, true).slice(-2)).toEqual([
      'send-binary 050100010a0000010050',
      'expect min-recv 2 rbinary ^0505',
    ]);
  });
});

describe('messages of one reply share a buffer: the later one is asserted behind the whole of the earlier one', () => {
  test('a server that speaks first in the tunnel', () => {
    const talk = start().client(hex('05 01 00')).server(hex('05 00')).client(CONNECT).server(GRANTED);
    talk.server('hi there\r\n').client('A\r\n').server('B\r\n');
    expect(rulesOf(talk)).toContain('expect rbinary ^0500..(01.{12}|04.{36}|03(..){2,257})686920');
  });

  test('where the earlier one has no fixed length, a byte behind it that cannot be is what fails at once', () => {
    const socks = start().client(hex('05 01 00')).server(hex('05 00')).client(CONNECT).server(GRANTED);
    // A name of unknown length has no place there: what stands behind it would be taken for a part of it.
    expect(rulesOf(socks.server('hi\r\n').client('A\r\n').server('B\r\n'))).toContain(
      'expect min-recv 11 ! rbinary ^0500..(01.{12}|04.{36})([^6].|6[^8]|68([^6].|6[^9]|69([^0].|0[^D])))',
    );
    const tunnel = start().client('CONNECT a.b:80 HTTP/1.1\r\n\r\n').server('HTTP/1.1 200 OK\r\n\r\n');
    expect(rulesOf(tunnel.server('220 ESMTP\r\n'))).toContain(
      `expect min-recv 15 ! rstring ^HTTP/1\\.[01]\\ 200${HEAD}([^2]|2([^2]|2([^0]|0[^\\ -])))`,
    );
  });

  test('an interim response and the final one', () => {
    const talk = start().client(GET).server(`HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${ANSWER}`);
    const preamble = `(\\r\\n|\\n|HTTP/1\\.[01]\\ 10[02-9]${HEAD})*`;
    const [unwanted, wanted] = rulesOf(talk).slice(-2);
    expect(unwanted?.startsWith(`expect min-recv 1 ! rstring ^${preamble}([^\\n\\rH]|\\r[^\\n]|H(`)).toBe(true);
    expect(wanted).toBe(`expect rstring ^${preamble}HTTP/1\\.[01]\\ 204`);
  });

  test('a greeting and a request that were sent without waiting', () => {
    const talk = start().client(Buffer.concat([hex('05 01 00'), CONNECT]));
    talk
      .server(Buffer.concat([hex('05 00'), GRANTED]))
      .client(GET)
      .server(ANSWER);
    expect(rulesOf(talk).slice(1, 5)).toEqual([
      'send-binary 050100050100010a0000010050',
      'expect min-recv 2 rbinary ^0500',
      'expect min-recv 4 rbinary ^05000500',
      'expect rbinary ^05000500..(01.{12}|04.{36}|03.{4,})',
    ]);
  });
});

test('what a check cannot promise is said', () => {
  const talk = start().client(hex('05 01 00')).server(hex('05 00')).client(CONNECT).server(GRANTED);
  const [check] = checksOf([talk.client('EHLO a\r\n').server('250 mail\r\n')]);
  expect(check?.caveats).toEqual([
    {
      code: 'unknown-reply',
      message: "the reply's protocol is not known: its first 3 bytes are asserted, as they were in the one sample",
    },
  ]);
  expect(check).toMatchObject({ title: 'data as captured', destination: '10.0.0.1:80', statuses: [] });
});
