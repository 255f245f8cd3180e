import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Side } from '../../src/conversation/conversation.ts';
import { readBanner, recognizeBanner } from '../../src/protocol/banner/recognize.ts';
import { GREETINGS, mysqlError, mysqlHandshake } from '../support/greetings.ts';
import { hex } from '../support/wire.ts';

const START = { client: 0, server: 0 };
const bytes = (text: string | Buffer): Buffer => (typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
/** What a greeting is read as; undefined where it is not recognized. */
function read(server: string | Buffer, client = '', first: Side = 'server') {
  const streams = { client: bytes(client), server: bytes(server) };
  return recognizeBanner(streams, START, first) ? readBanner(streams, START, first) : undefined;
}

describe('a server that is ready', () => {
  test.each<[name: string, server: string | Buffer, protocol: string, opening: string]>([
    ['SSH', 'SSH-2.0-OpenSSH_9.2p1\r\n', 'ssh', 'SSH-2.0-'],
    ['SSH with compatibility', 'SSH-1.99-Cisco-1.25\n', 'ssh', 'SSH-1.99-'],
    ['SMTP', '220 mail.example ESMTP Postfix\r\n', 'smtp', '220'],
    ['SMTP in lines', '220-mail.example ESMTP\r\n220-no spam\r\n220 ok\r\n', 'smtp', '220'],
    ['LMTP', '220 mail.example LMTP\r\n', 'lmtp', '220'],
    ['FTP', '220 (vsFTPd 3.0.3)\r\n', 'ftp', '220'],
    ['FTP in lines that have no code', '220-FTP\n hello\n\n220 \n', 'ftp', '220'],
    ['a code of nobody knows whom', '220 ready\r\n', 'greeting', '220'],
    ['NNTP with posting', '200 InterNetNews server ready\r\n', 'nntp', '200 '],
    ['NNTP without', '201 NNTP Service Ready\r\n', 'nntp', '201 '],
    ['POP3', '+OK Dovecot ready.\r\n', 'pop3', '+OK'],
    ['POP3 without a word', '+OK\r\n', 'pop3', '+OK'],
    ['IMAP', '* OK [CAPABILITY IMAP4rev1] ready\r\n', 'imap', '* OK'],
    ['IMAP that knows its client', '* PREAUTH welcome\r\n', 'imap', '* PREAUTH'],
    ['ManageSieve', '"IMPLEMENTATION" "x"\r\n"SASL" ""\r\nOK\r\n', 'sieve', '"'],
    ['rsync', '@RSYNCD: 31.0\n', 'rsync', '@RSYNCD: '],
    ['VNC', 'RFB 003.008\n', 'rfb', 'RFB '],
    ['MariaDB', mysqlHandshake(), 'mysql', '\0\n'],
    ['MySQL', mysqlHandshake('8.0.36'), 'mysql', '\0\n'],
  ])('%s', (_name, server, protocol, opening) => {
    const reading = read(server);
    expect(reading).toMatchObject({
      protocol,
      outcome: { kind: 'ready', place: { side: 'server', offset: 0 } },
      messages: [
        { protocol, kind: 'banner', side: 'server', opening, refusal: undefined, start: 0, end: server.length },
      ],
    });
  });

  test('with more behind its greeting has greeted: the rest is not looked at', () => {
    const [message] = read('SSH-2.0-x\r\n\0\0\x04\x0c\x0a\x14', 'SSH-2.0-y\r\n')?.messages ?? [];
    expect(message?.end).toBe(11);
  });
});

describe('a server that refuses', () => {
  test.each<[name: string, server: string | Buffer, protocol: string, reason: string]>([
    ['SSH with too many clients', 'Exceeded MaxStartups\r\n', 'ssh', 'Exceeded MaxStartups'],
    ['SSH that has been annoyed', 'Not allowed at this time\r\n', 'ssh', 'Not allowed at this time'],
    [
      'SMTP',
      '554 mail.example ESMTP not accepting messages\r\n',
      'smtp',
      '554 mail.example ESMTP not accepting messages',
    ],
    ['SMTP in lines', '554-no ESMTP\r\n554 for you\r\n', 'smtp', '554-no ESMTP'],
    ['SMTP at its second line', '220-mail ESMTP\r\n421 4.3.2 busy\r\n', 'smtp', '421 4.3.2 busy'],
    ['SMTP by its code', '554 no\r\n', 'smtp', '554 no'],
    ['SMTP by its other code', '421 4.7.0 busy\r\n', 'smtp', '421 4.7.0 busy'],
    ['FTP', '421 Too many connections, this is FTP\r\n', 'ftp', '421 Too many connections, this is FTP'],
    ['whoever', '530 no\r\n', 'greeting', '530 no'],
    ['NNTP', '502 no news for you\r\n', 'nntp', '502 no news for you'],
    ['POP3', '-ERR [SYS/TEMP] try later\r\n', 'pop3', '-ERR [SYS/TEMP] try later'],
    ['IMAP', '* BYE too many connections\r\n', 'imap', '* BYE too many connections'],
    ['ManageSieve', 'BYE "too many connections"\r\n', 'sieve', 'BYE "too many connections"'],
    ['ManageSieve behind its capabilities', '"IMPLEMENTATION" "x"\r\nNO "later"\r\n', 'sieve', 'NO "later"'],
    ['rsync', '@ERROR: access denied\n', 'rsync', '@ERROR: access denied'],
    ['MySQL', mysqlError(1130, "Host 'a.test' is not allowed"), 'mysql', "Host 'a.test' is not allowed (1130)"],
    ['MySQL with an SQL state', mysqlError(1040, '#08004Too many connections'), 'mysql', 'Too many connections (1040)'],
  ])('%s', (_name, server, protocol, reason) => {
    expect(read(server)).toMatchObject({ protocol, outcome: { kind: 'refused', reason } });
  });

  test('has no more than a hundred characters to say why', () => {
    expect(read(`554 ${'no '.repeat(200)}\r\n`)?.outcome).toMatchObject({ reason: `554 ${'no '.repeat(32)}` });
  });
});

describe('codes that several protocols have', () => {
  test.each([
    ['the first command tells', '220 ready\r\n', 'EHLO a\r\n', 'smtp'],
    ['the first command tells, in any case', '220 ready\r\n', 'lhlo a\r\n', 'lmtp'],
    ['the first command tells it better than words', '220 ftp.example\r\n', 'HELO a\r\n', 'smtp'],
    ['the first command of FTP', '220 SMTP is not spoken here\r\n', 'USER anonymous\r\n', 'ftp'],
    ['the words tell', '220 a ESMTP\r\n', 'QUIT\r\n', 'smtp'],
    ['nothing tells', '220 a\r\n', 'QUIT\r\n', 'greeting'],
    ['a refusal, by the command', '421 no\r\n', 'USER a\r\n', 'ftp'],
  ])('%s', (_name, server, client, protocol) => expect(read(server, client)?.protocol).toBe(protocol));
});

describe('a client that does not wait', () => {
  test.each([
    ['SSH, where both sides begin at once', 'SSH-2.0-x\r\n', 'SSH-2.0-y\r\n', 'ssh'],
    ['a command of the protocol', '* OK ready\r\n', 'a1 CAPABILITY\r\n', 'imap'],
    ['a command of many protocols', '+OK ready\r\n', 'QUIT\r\n', 'pop3'],
    ['rsync, where both sides begin at once', '@RSYNCD: 31.0\n', '@RSYNCD: 31.0\n', 'rsync'],
  ])('%s', (_name, server, client, protocol) => expect(read(server, client, 'client')?.protocol).toBe(protocol));

  test.each([
    ['an answer with the code of a greeting', '220 got it\r\n', 'STORE 1\r\n'],
    ['an answer with the word of a greeting', '+OK\r\n', 'SET a b\r\n'],
    ['an answer that looks like a handshake', mysqlHandshake(), 'hello\r\n'],
  ])('%s is no greeting', (_name, server, client) => expect(read(server, client, 'client')).toBeUndefined());
});

describe('what is no greeting', () => {
  test.each<[name: string, server: string | Buffer]>([
    ['nothing', ''],
    ['another protocol of SSH', 'SSH-1.5-x\r\n'],
    ['another code', '250 ok\r\n'],
    ['a longer code', '2200 ok\r\n'],
    ['HTTP', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['200 of nobody knows whom', '200 ok\r\n'],
    ['a word that goes on', '+OKAY\r\n'],
    ['capabilities of something else', '"NAME" "x"\r\nOK\r\n'],
    ['a packet with another number', Buffer.concat([hex('4e0000 01'), mysqlHandshake().subarray(4)])],
    ['a packet that names no version', Buffer.concat([hex('4e0000 00 0a 41'), Buffer.alloc(73)])],
    ['an error that has no code', mysqlError(7, 'x')],
    ['a packet that is too long', Buffer.concat([hex('000010 00 0a 38'), Buffer.alloc(80)])],
  ])('%s', (_name, server) => expect(read(server)).toBeUndefined());
});

describe('a greeting that is cut', () => {
  test.each(Object.entries({ ...GREETINGS, mysql: mysqlHandshake() }))(
    '%s is unfinished wherever it is told',
    (_name, whole) => {
      for (let cut = 0; cut < whole.length; cut++) {
        const reading = read(whole.subarray(0, cut));
        if (reading === undefined) continue;
        expect(reading.outcome, `cut at ${cut}`).toMatchObject({ kind: 'unfinished', side: 'server' });
        expect(reading.messages).toEqual([]);
      }
      expect(read(whole)?.outcome.kind).toBe('ready');
    },
  );

  test('says what is awaited', () => {
    expect(read('220 a ESMT')?.outcome).toEqual({ kind: 'unfinished', side: 'server', awaited: 'whole greeting' });
    expect(read('220 a ESMTP')?.outcome).toMatchObject({ awaited: 'whole SMTP greeting' });
    expect(read(`SSH-2.0-${'x'.repeat(20_000)}`)?.outcome).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('an end within 16384 bytes') as string,
    });
  });
});

test('whatever both sides say is read to an outcome, by fields that lie one behind the other', () => {
  const starts = fc.constantFrom(
    ...Object.values(GREETINGS),
    mysqlHandshake(),
    mysqlError(1040, 'x'),
    hex('0a000000 0a 38'),
  );
  const streams = fc.tuple(starts, fc.uint8Array({ maxLength: 30 }), fc.nat(60)).map(([start, rest, cut]) => ({
    server: Buffer.concat([start.subarray(0, Math.max(1, start.length - cut)), rest]),
    client: Buffer.from('EHLO a\r\n'),
  }));
  fc.assert(
    fc.property(streams, fc.constantFrom<Side | undefined>('server', 'client', undefined), (both, first) => {
      if (!recognizeBanner(both, START, first)) return;
      const { messages, outcome } = readBanner(both, START, first);
      expect(outcome.kind).toMatch(/ready|refused|unfinished|unreadable/);
      for (const { side, start, end, fields } of messages) {
        expect(end).toBeLessThanOrEqual(both[side].length);
        expect(fields.reduce((at, field) => (field.start === at ? at + field.length : Number.NaN), start)).toBe(end);
      }
    }),
    { numRuns: 2000 },
  );
});

describe('what a client says behind a greeting is read for its secrets', () => {
  const GREETING_OF: Readonly<Record<string, string>> = {
    smtp: '220 a ESMTP\r\n',
    ftp: '220 FTP\r\n',
    pop3: '+OK\r\n',
    imap: '* OK\r\n',
    sieve: '"IMPLEMENTATION" "x"\r\nOK\r\n',
    nntp: '200 news\r\n',
  };
  /** The lines with what is secret in brackets. */
  function masked(protocol: string, client: string): string {
    const messages =
      read(GREETING_OF[protocol] as string, client)?.messages.filter(({ kind }) => kind === 'command') ?? [];
    return messages
      .flatMap(({ fields }) => fields)
      .map(({ start, length, role }) => {
        const text = client.slice(start, start + length);
        return role === 'secret' ? `[${text}]` : text;
      })
      .join('');
  }

  test.each([
    ['ftp', 'USER lab\r\nPASS s3cret\r\nPWD\r\n', 'USER[ lab]\r\nPASS[ s3cret]\r\nPWD\r\n'],
    ['pop3', 'CAPA\r\nuser lab\r\npass my s3cret\r\nQUIT\r\n', 'CAPA\r\nuser[ lab]\r\npass[ my s3cret]\r\nQUIT\r\n'],
    ['pop3', 'AUTH PLAIN\r\nAGxhYgBzM2NyZXQ=\r\nSTAT\r\n', 'AUTH[ PLAIN]\r\n[AGxhYgBzM2NyZXQ=]\r\nSTAT\r\n'],
    [
      'smtp',
      'EHLO a\r\nAUTH LOGIN\r\nbGFi\r\nczNjcmV0\r\nMAIL FROM:<a@b>\r\n',
      'EHLO a\r\nAUTH[ LOGIN]\r\n[bGFi]\r\n[czNjcmV0]\r\nMAIL FROM:<a@b>\r\n',
    ],
    ['imap', 'a LOGIN lab s3cret\r\nb SELECT x\r\n', 'a LOGIN[ lab s3cret]\r\nb SELECT x\r\n'],
    [
      'imap',
      'a LOGIN {3}\r\nlab {9}\r\nmy s3cret\r\nb LOGOUT\r\n',
      'a LOGIN[ {3}]\r\n[lab {9}]\r\n[my s3cret]\r\nb LOGOUT\r\n',
    ],
    ['sieve', 'AUTHENTICATE "PLAIN" {4+}\r\nabcd\r\nLOGOUT\r\n', 'AUTHENTICATE[ "PLAIN" {4+}]\r\n[abcd]\r\nLOGOUT\r\n'],
    ['nntp', 'AUTHINFO USER lab\r\nAUTHINFO PASS x\r\n', 'AUTHINFO[ USER lab]\r\nAUTHINFO[ PASS x]\r\n'],
    ['smtp', 'EHLO a\r\nSTARTTLS\r\n\x16\x03\x01', 'EHLO a\r\nSTARTTLS\r\n'],
    ['smtp', 'DATA\r\nPASS this is a letter\r\n', 'DATA\r\n'],
    ['smtp', 'EHLO a\r\nAUTH PLAIN AGx', 'EHLO a\r\nAUTH[ PLAIN AGx]'],
    ['pop3', 'PASS \xe9\r\n', 'PASS[ \xe9]\r\n'],
    ['pop3', 'PASS x\n', 'PASS[ x]\n'],
    ['smtp', '??\r\n', ''],
  ])('%s: %j', (protocol, client, expected) => expect(masked(protocol, client)).toBe(expected));
});
