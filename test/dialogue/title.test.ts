import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { titleOf } from '../../src/dialogue/title.ts';
import { warningsOf } from '../../src/dialogue/warnings.ts';
import { dataSegment, dialogueOf, losing, type Source } from '../support/derive.ts';
import { ACK, hex, Talk } from '../support/wire.ts';

const titles = (source: Source): string[] =>
  dialogueOf(source)
    .layers.flatMap(({ messages }) => messages)
    .map(titleOf);
const start = () => new Talk().handshake();
const GREETING = hex('05 01 00');
const CONNECT = hex('05 01 00 03 03 612e62 0050');

describe('a message in a few words', () => {
  test('SOCKS5 with a password, then HTTP', () => {
    const talk = start().client(hex('05 02 00 02')).server(hex('05 02')).client(hex('01 01 75 01 70'));
    talk.server(hex('01 00')).client(CONNECT).server(hex('05 00 00 01 00000000 0000'));
    expect(titles(talk.client('GET /a HTTP/1.1\r\n\r\n').server('HTTP/1.1 204 No Content\r\n\r\n'))).toEqual([
      'SOCKS5 greeting',
      'SOCKS5 method: username/password',
      'SOCKS5 username and password',
      'SOCKS5 password accepted',
      'SOCKS5 CONNECT a.b:80',
      'SOCKS5 request granted',
      'GET /a',
      'HTTP 204 No Content',
    ]);
  });

  test.each<[title: string, talk: Talk]>([
    ['SOCKS5 method: none', start().client(GREETING).server(hex('05 00'))],
    ['SOCKS5 method: GSSAPI', start().client(GREETING).server(hex('05 01'))],
    ['SOCKS5 method: method 80', start().client(GREETING).server(hex('05 80'))],
    ['SOCKS5 no acceptable methods (ff)', start().client(GREETING).server(hex('05 ff'))],
    [
      'SOCKS5 password rejected (02)',
      start().client(hex('05 01 02')).server(hex('05 02')).client(hex('01 01 75 01 70')).server(hex('01 02')),
    ],
    [
      'SOCKS5 connection refused (05)',
      start().client(GREETING).server(hex('05 00')).client(CONNECT).server(hex('05 05 00')),
    ],
    [
      'SOCKS5 UDP ASSOCIATE 0.0.0.0:0',
      start().client(GREETING).server(hex('05 00')).client(hex('05 03 00 01 00000000 0000')),
    ],
    [
      'SOCKS5 command 09 [::1]:80',
      start().client(GREETING).server(hex('05 00')).client(hex('05 09 00 04 00000000000000000000000000000001 0050')),
    ],
    ['HTTP 200', start().client('GET / HTTP/1.1\r\n\r\n').server('HTTP/1.1 200\r\n\r\n')],
    ['data as captured', start().client('EHLO\r\n')],
  ])('%s', (title, talk) => expect(titles(talk).at(-1)).toBe(title));
});

describe('a title holds no credentials', () => {
  test.each([
    ['http://user:secret@a.b/c', 'GET http://a.b/c'],
    ['http://secret@a.b/c', 'GET http://a.b/c'],
    ['http://user:sec@ret@a.b/c', 'GET http://a.b/c'],
    ['HTTP://user:secret@a.b', 'GET HTTP://a.b'],
    ['ftp://user:secret@[::1]:21/c@d', 'GET ftp://[::1]:21/c@d'],
  ])('%s', (target, title) => {
    const request = `GET ${target} HTTP/1.1\r\nAuthorization: Basic secret\r\nCookie: secret\r\n\r\n`;
    const dialogue = dialogueOf(start().client(request).server('HTTP/1.1 200 OK\r\nSet-Cookie: secret\r\n\r\n'));
    expect(titles(start().client(request))).toEqual([title]);
    expect(`${dialogue.destination} ${dialogue.outcome.reason}`).not.toMatch(/sec|ret/);
  });

  test('whatever they are made of', () => {
    const credentials = fc.string({ unit: fc.constantFrom(...'Ss:@%.[]-_~!$&*+,;=\\^"<>{}|`\xc3\xa9'), minLength: 1 });
    fc.assert(
      fc.property(credentials, (secret) => {
        expect(titles(start().client(`GET http://${secret}@a.b/ HTTP/1.1\r\n\r\n`))).toEqual(['GET http://a.b/']);
      }),
    );
  });

  test('of CONNECT', () => {
    const talk = start().client('CONNECT user:secret@a.b:443 HTTP/1.1\r\n\r\n');
    expect(titles(talk)).toEqual(['CONNECT a.b:443']);
    expect(dialogueOf(talk).destination).toBe('a.b:443');
  });
});

describe('what makes a dialogue poor evidence', () => {
  const warnings = (source: Source): string[] =>
    warningsOf(dialogueOf(source), (frame) => `#${frame}`).map(({ code, message }) => `${code}: ${message}`);
  const talk = start().client('abcdef', 2).server('ghij', 2);

  test('nothing, where nothing is missing', () => expect(warnings(talk)).toEqual([]));

  test('a start that was not captured, and roles that are guessed', () => {
    expect(warnings(new Talk().client('EHLO\r\n').server('250\r\n'))).toEqual([
      'no-start: the capture starts in the middle: no SYN',
      'role: which side is the client is guessed from the ports',
    ]);
    expect(warnings(new Talk().client(GREETING).server(hex('05 00')))).toEqual([
      'no-start: the capture starts in the middle: no SYN',
      'role: which side is the client is told by the bytes',
    ]);
  });

  test('gaps of either side, with the frame that shows each', () => {
    expect(warnings(losing(talk, 'client', 1))).toEqual(['gap: bytes 2-3 of the client were never captured, frame #5']);
    expect(warnings(losing(talk, 'server', 0))).toEqual(['gap: bytes 0-1 of the server were never captured, frame #8']);
    const one = start().client('abc', 1);
    expect(warnings(losing(one, 'client', 1))).toEqual(['gap: byte 1 of the client was never captured, frame #5']);
  });

  test('more than three gaps are counted', () => {
    const long = start().client('abcdefghijklmnop', 1);
    const holes = long.segments.filter((_, at) => at < 3 || at % 2 === 1);
    expect(warnings(holes)).toHaveLength(4);
    expect(warnings(holes).at(-1)).toBe('gap: 5 more of the client');
  });

  test('frames that disagree', () => {
    const { seq } = dataSegment(talk, 'client', 0);
    const again = start().client('abcdef', 2);
    again.segment('client', { flags: ACK, seq, payload: Buffer.from('aX') });
    expect(warnings(again)).toEqual(['conflict: frames #4 and #8 disagree about byte 1 of the client']);
  });
});
