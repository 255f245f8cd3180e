import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { copiedBytes } from '../../src/check/copied.ts';
import { hex } from '../support/wire.ts';

const latin1 = (text: string | Uint8Array): Uint8Array =>
  typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
/** What a client says behind one reply of the server, and before it. */
const copied = (reply: string | Uint8Array, turn: string | Uint8Array, said: readonly string[] = []) =>
  copiedBytes(latin1(turn), [latin1(reply)], said.map(latin1));

const TOKEN = hex('9f 1c 02 e7 55 a8 3b d0 11 8e');

describe('bytes that a client copied out of a reply are found', () => {
  test.each<
    [name: string, reply: string | Uint8Array, turn: string | Uint8Array, at: number, length: number, from: number]
  >([
    [
      'a challenge in binary',
      Buffer.concat([hex('01 0a'), TOKEN, hex('0000')]),
      Buffer.concat([hex('02 0b 00'), TOKEN]),
      3,
      10,
      2,
    ],
    ['a whole reply that is echoed', TOKEN, TOKEN, 0, 10, 0],
    ['a token in text', 'READY token=k3Xq9ZbT2m\r\n', 'LOGIN joe k3Xq9ZbT2m\r\n', 10, 10, 12],
    ['a token in hex', 'CHALLENGE 9f1c02e755a83bd0\n', 'RESPONSE 9f1c02e755a83bd0\n', 9, 16, 10],
    ['one that is spelled in hex', Buffer.concat([hex('01 0a'), TOKEN]), 'AUTH 9f1c02e755a83bd0118e\r\n', 5, 20, 2],
    ['one that was spelled in hex', 'CHALLENGE 9F1C02E755A83BD0118E\r\n', Buffer.concat([hex('0b'), TOKEN]), 1, 10, 10],
    ['in capitals what was in small letters', 'CHALLENGE 9f1c02e755a83bd0\n', 'RESPONSE 9F1C02E755A83BD0\n', 9, 16, 10],
    [
      'one in base64, behind more',
      'r=fyko+d2lbbFgONRv\r\n',
      `auth ${Buffer.from('c=biws,r=fyko+d2lbbFgONRv,p=v0').toString('base64')}\r\n`,
      23,
      16,
      7,
    ],
    [
      'a UUID',
      'session 550e8400-e29b-41d4-a716-446655440000 open\n',
      'use 550e8400-e29b-41d4-a716-446655440000\n',
      4,
      36,
      8,
    ],
    ['a session number of ten digits', 'sid 8172364590 ok\n', 'go 8172364590\n', 3, 10, 4],
    [
      'a cookie',
      'HTTP/1.1 407 Who\r\nSet-Cookie: sid=Zk4p0QxR7s; Path=/\r\n\r\n',
      'GET / HTTP/1.1\r\nCookie: sid=Zk4p0QxR7s\r\n\r\n',
      28,
      10,
      34,
    ],
  ])('%s', (_name, reply, turn, at, length, from) => {
    expect(copied(reply, turn)).toEqual({ at, length, from, reply: 0 });
  });

  test('whichever of the last replies it was in', () => {
    const replies = [`token ${'k3Xq9ZbT2m'}`, 'hello', 'go on'].map(latin1);
    expect(copiedBytes(latin1('use k3Xq9ZbT2m now'), replies, [])).toMatchObject({ reply: 0, at: 4 });
  });
});

describe('what two sides of one protocol say by themselves is not', () => {
  test.each<[name: string, reply: string | Uint8Array, turn: string | Uint8Array, said?: string[]]>([
    ['a host name', '220 mail.example.org ESMTP Postfix (Debian/GNU)\r\n', 'EHLO mail.example.org\r\n'],
    [
      'a host name with numbers',
      '220 ip-10-0-3-17.eu-west-1.compute.internal ready\r\n',
      'EHLO ip-10-0-3-17.eu-west-1.compute.internal\r\n',
    ],
    ['an address', '250 hello 192.168.100.200, port 58231\r\n', 'PORT 192.168.100.200 58231\r\n'],
    [
      'capabilities',
      '* OK [CAPABILITY IMAP4rev1 LITERAL+ STARTTLS AUTH=PLAIN AUTH=CRAM-MD5 ENABLE]\r\n',
      'a1 AUTHENTICATE CRAM-MD5 STARTTLS IMAP4rev1 LITERAL+\r\n',
    ],
    ['a version', 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n', 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n'],
    [
      'lists of algorithms',
      '\0\0\0\x1fcurve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,diffie-hellman-group-exchange-sha256,chacha20-poly1305@openssh.com,umac-128-etm@openssh.com',
      '\0\0\0\x1fcurve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,diffie-hellman-group-exchange-sha256,chacha20-poly1305@openssh.com,umac-128-etm@openssh.com',
    ],
    ['a user that is asked for a password', '331 Password required for administrator\r\n', 'PASS administrator\r\n'],
    [
      'a plugin in a binary message',
      '\x0a8.0.36\0mysql_native_password\0',
      '\x85\xa6\xff\x01root\0mysql_native_password\0',
    ],
    ['a header in binary', hex('cafebabe 0001 0000 0005'), hex('cafebabe 0001 0000 0009')],
    ['filling', hex('01 00000000000000000000000000000000'), hex('02 00000000000000000000000000000000')],
    ['a size', '250-SIZE 52428800\r\n', 'MAIL FROM:<a@b.c> SIZE=52428800\r\n'],
    ['what the client had said first', 'hello k3Xq9ZbT2m, go on\r\n', 'bye k3Xq9ZbT2m\r\n', ['I am k3Xq9ZbT2m\r\n']],
    [
      'what the client had said first in binary',
      Buffer.concat([hex('aa'), TOKEN]),
      Buffer.concat([hex('bb'), TOKEN]),
      [`hi ${Buffer.from(TOKEN).toString('latin1')}`],
    ],
    ['words that decode alike', 'AUTHENTICATE SECURELY PLEASE1', 'AUTHENTICATE SECURELY PLEASE2'],
    ['nothing', '', 'EHLO a\r\n'],
  ])('%s', (_name, reply, turn, said) => {
    expect(copied(reply, turn, said)).toBeUndefined();
  });
});

const random = (minLength: number, maxLength: number) =>
  fc.noBias(fc.uint8Array({ minLength, maxLength, size: 'max' }));
/** Random bytes in which no four in a row happen to be a word. */
const token = (minLength: number) =>
  random(minLength, 40).filter((bytes) => !/[a-z]{4}|[A-Z]{4}/.test(Buffer.from(bytes).toString('latin1')));
const SPELLINGS = ['latin1', 'hex', 'base64'] as const;
const spelling = fc.constantFrom(...SPELLINGS);
const spelled = (bytes: Uint8Array, how: (typeof SPELLINGS)[number]) => latin1(Buffer.from(bytes).toString(how));
/** What stands around a token: random bytes or words. */
const around = fc.oneof(random(0, 60), fc.constantFrom('hello ', 'OK id=', '\r\n', ' and go on\r\n', '').map(latin1));
const between = (before: Uint8Array, bytes: Uint8Array, after: Uint8Array) =>
  Buffer.concat([before, latin1(' '), bytes, latin1(' '), after]);

test('a random token of 8 bytes or more is found wherever it stands, in whichever spelling', () => {
  fc.assert(
    fc.property(
      token(8),
      spelling,
      spelling,
      around,
      around,
      around,
      around,
      (bytes, mine, theirs, ...[a, b, c, d]) => {
        // In base64 8 bytes may look like a word.
        fc.pre(bytes.length >= 16 || (mine !== 'base64' && theirs !== 'base64'));
        const turn = between(a, spelled(bytes, mine), b);
        const found = copiedBytes(turn, [between(c, spelled(bytes, theirs), d)], []);
        expect(found, `${mine} from ${theirs}`).toBeDefined();
        // It is the token that is found, not what stands around it.
        expect((found?.at ?? 0) + (found?.length ?? 0)).toBeGreaterThan(a.length);
        expect(found?.at).toBeLessThan(turn.length - b.length);
      },
    ),
    // One random token in a hundred thousand reads like words: always the same ones are tried.
    { numRuns: 1000, seed: 1928 },
  );
});

test('turns that have nothing to do with each other never share a token', () => {
  const turn = fc.tuple(random(1, 300), spelling).map(([bytes, how]) => spelled(bytes, how));
  fc.assert(
    fc.property(turn, turn, turn, (one, other, said) => {
      expect(copiedBytes(one, [other], [said])).toBeUndefined();
    }),
    { numRuns: 1000 },
  );
});

const WORDS =
  'mail example org ESMTP ready service welcome user password required for login ok 250 220 STARTTLS PIPELINING SIZE 8BITMIME utf8 sha256 v1 IMAP4rev1 server-01 eu-west-1'.split(
    ' ',
  );

test('nor do sentences of the same words', () => {
  const sentence = fc
    .array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 30 })
    .map((words) => latin1(words.join(' ')));
  fc.assert(
    fc.property(sentence, sentence, (one, other) => {
      expect(copiedBytes(one, [other], [])).toBeUndefined();
    }),
    { numRuns: 1000 },
  );
});

test('turns made to be searched for long take no time to speak of', () => {
  const worst = [
    new Uint8Array(65_536),
    Buffer.from('ab'.repeat(32_768)),
    Buffer.from('0123456789abcdef'.repeat(4096)),
  ];
  for (const one of worst) {
    for (const other of worst) {
      const started = performance.now();
      copiedBytes(one, [other, other, other, other], []);
      expect(performance.now() - started).toBeLessThan(500);
    }
  }
});
