import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Aim } from '../../src/check/aim.ts';
import { sampleOf } from '../../src/check/sample.ts';
import { dialogueOf } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';

/** What is secret in what a client sends: the name of the field, how it is written, and the bytes that the span names. */
function secretsIn(talk: Talk, aim: Aim = {}): string[] {
  const sampling = sampleOf(dialogueOf(talk), new Set(), false, aim);
  if (!('sample' in sampling)) throw new Error(sampling.reason);
  return sampling.sample.exchanges.flatMap(({ request }) =>
    (request?.secrets ?? []).map(({ name, form, start, length }) => {
      expect(start).toBeGreaterThanOrEqual(0);
      const bytes = request?.bytes.subarray(start, start + length) ?? new Uint8Array(0);
      expect(bytes).toHaveLength(length);
      return `${name} ${form} ${Buffer.from(bytes).toString('latin1')}`;
    }),
  );
}

const http = (...headers: string[]) =>
  new Talk()
    .handshake()
    .client(`GET http://a/ HTTP/1.1\r\n${headers.map((each) => `${each}\r\n`).join('')}\r\n`)
    .server(ANSWER);
const counted = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.of(bytes.length), bytes]);
const socks5 = (user: Uint8Array, password: Uint8Array) =>
  new Talk()
    .handshake()
    .client(hex('05020002'))
    .server(hex('0502'))
    .client(Buffer.concat([Buffer.of(1), counted(user), counted(password)]))
    .server(hex('0100'))
    .client(hex('05010003 01 61 0050'))
    .server(hex('05000001 00000000 0000'))
    .client('GET / HTTP/1.1\r\nHost: a\r\nCookie: id=1\r\n\r\n')
    .server(ANSWER);

describe('of a header the value alone is secret, of credentials what stands behind the scheme', () => {
  test.each<[headers: string[], secrets: string[]]>([
    [['Proxy-Authorization: Basic dTpw'], ['Proxy-Authorization basic dTpw']],
    [['authorization:basic   dTpw=  '], ['authorization basic dTpw=']],
    [['Authorization: Basic not/base64!'], ['Authorization plain not/base64!']],
    [['Authorization: Bearer a.b-c'], ['Authorization plain a.b-c']],
    [['Cookie: id=1; x=y'], ['Cookie plain id=1; x=y']],
    [['Cookie:'], []],
    [
      ['Cookie: id=1;', ' x:y'],
      ['Cookie plain id=1;', 'Cookie plain x:y'],
    ],
    [['X-Api-Key: k: v', 'Host: a'], ['X-Api-Key plain k: v']],
    [['Host: a', 'Accept: */*'], []],
    [
      ['Proxy-Authorization: Basic dTpw', 'Cookie: c'],
      ['Proxy-Authorization basic dTpw', 'Cookie plain c'],
    ],
  ])('%j', (headers, secrets) => expect(secretsIn(http(...headers))).toEqual(secrets));

  test('credentials in a target, without their @', () => {
    const talk = new Talk().handshake().client('GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n').server(ANSWER);
    expect(secretsIn(talk)).toEqual(['userinfo plain u:p']);
  });

  test('a SOCKS4 user id, without its NUL, and none that is empty', () => {
    const talk = (user: string) =>
      new Talk()
        .handshake()
        .client(Buffer.concat([hex('04010050 0a000001'), Buffer.from(user), Buffer.of(0)]))
        .server(hex('005a 0000 00000000'))
        .client('GET / HTTP/1.1\r\n\r\n')
        .server(ANSWER);
    expect(secretsIn(talk('lab'))).toEqual(['USERID plain lab']);
    expect(secretsIn(talk(''))).toEqual([]);
  });
});

describe('laws: the span of a secret is its bytes', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 255 });
  const text = (each: Uint8Array) => Buffer.from(each).toString('latin1');
  const aims = fc.constantFrom<Aim>({}, { minimal: true }, { probe: new URL('http://other.example:8080/') });

  test('SOCKS5 username and password, whatever the aim', () => {
    fc.assert(
      fc.property(bytes, bytes, aims, (user, password, aim) => {
        const [name, secret] = secretsIn(socks5(user, password), aim);
        expect([name, secret]).toEqual([`UNAME counted ${text(user)}`, `PASSWD counted ${text(password)}`]);
      }),
    );
  });

  const fields = fc.array(
    fc.tuple(
      fc.constantFrom('Accept', 'User-Agent', 'X-Trace', 'Proxy-Authorization', 'X-Api-Key'),
      fc.stringMatching(/^[!-~]{1,30}$/),
    ),
    { maxLength: 8 },
  );
  test('headers, wherever an aim moves them', () => {
    fc.assert(
      fc.property(fields, aims, (headers, aim) => {
        const lines = headers.map(([name, value]) =>
          name.startsWith('Proxy') ? `${name}: Bearer ${value}` : `${name}: ${value}`,
        );
        const wanted = headers
          .filter(([name]) => (aim.probe === undefined ? /^Proxy-|Api/ : /^Proxy-/).test(name))
          .map(([name, value]) => `${name} plain ${value}`);
        expect(secretsIn(http('Host: a', ...lines), aim)).toEqual(wanted);
      }),
    );
  });
});
