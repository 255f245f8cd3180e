import { hex, Talk } from './wire.ts';

/** A MySQL packet number 0. */
const packet = (payload: Buffer): Buffer =>
  Buffer.concat([Buffer.of(payload.length & 0xff, payload.length >> 8, 0, 0), payload]);
export const mysqlError = (code: number, words: string): Buffer =>
  packet(Buffer.concat([Buffer.of(0xff, code & 0xff, code >> 8), Buffer.from(words, 'latin1')]));
/** The first packet of MariaDB 10.11; `challenge` fills the bytes that are random. */
export const mysqlHandshake = (version = '5.5.5-10.11.6-MariaDB', challenge = 'a'): Buffer =>
  packet(
    Buffer.concat([
      Buffer.from(`\n${version}\0`, 'latin1'),
      hex('1f000000'),
      Buffer.from(challenge.repeat(8)),
      hex('00 fef7 2d 0200 ff81 15 00000000000000000000'),
      Buffer.from(`${challenge.repeat(12)}\0mysql_native_password\0`, 'latin1'),
    ]),
  );

/** Greetings by protocol, as servers say them. */
export const GREETINGS: Readonly<Record<string, Buffer>> = Object.fromEntries(
  Object.entries({
    ssh: 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n',
    smtp: '220 mail.example ESMTP Postfix (Debian/GNU)\r\n',
    lmtp: '220 mail.example Cyrus LMTP v2.4 server ready\r\n',
    ftp: '220 (vsFTPd 3.0.3)\r\n',
    nntp: '200 news.example InterNetNews NNRP server INN 2.7.1 ready (posting ok)\r\n',
    pop3: '+OK Dovecot ready. <5a1.2.65@mail.example>\r\n',
    imap: '* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.\r\n',
    sieve: '"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n"SIEVE" "fileinto"\r\nOK "Dovecot ready."\r\n',
    rsync: '@RSYNCD: 31.0 sha512 sha256 sha1 md5 md4\n',
    rfb: 'RFB 003.008\n',
    greeting: '220 ready\r\n',
    'smtp, in lines': '220-mail.example ESMTP Exim 4.96\r\n220-no spam\r\n220 ok\r\n',
    'ftp, in lines': '220-FTP welcome\n  to you\n\n220 ready\n',
  }).map(([name, text]) => [name, Buffer.from(text, 'latin1')]),
);

const GRANTED = hex('05000001 00000000 0000');
const HEAD = Buffer.from('HTTP/1.0 200 Connection established\r\nProxy-agent: tinyproxy/1.11.1\r\n\r\n');

/** How a client may come to a server that speaks first: `greeting` in the segment of the proxy's reply, or after it. */
export const WAYS: Readonly<Record<string, (greeting: Buffer, together?: boolean) => Talk>> = {
  directly: (greeting) => new Talk({ server: '10.0.0.2:25' }).handshake().server(greeting),
  'through SOCKS5': (greeting, together) => saying(socks5(), GRANTED, greeting, together),
  'through SOCKS5, bound to a name': (greeting, together) =>
    saying(socks5(), hex('05000003 06 612e74657374 0019'), greeting, together),
  'through SOCKS4': (greeting, together) =>
    saying(
      new Talk().handshake().client(hex('04 01 0019 c6336401 00')),
      hex('00 5a 0000 00000000'),
      greeting,
      together,
    ),
  'through CONNECT': (greeting, together) =>
    saying(new Talk().handshake().client('CONNECT a.test:25 HTTP/1.1\r\n\r\n'), HEAD, greeting, together),
  'behind a PROXY header': (greeting) => new Talk().handshake().client('PROXY UNKNOWN\r\n').server(greeting),
};

const socks5 = () =>
  new Talk().handshake().client(hex('050100')).server(hex('0500')).client(hex('05010003 06 612e74657374 0019'));

function saying(talk: Talk, reply: Buffer, greeting: Buffer, together = false): Talk {
  return together ? talk.server(Buffer.concat([reply, greeting])) : talk.server(reply).server(greeting);
}
