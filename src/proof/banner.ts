import type { Observation } from '../check/observe.ts';
import type { BannerProtocol } from '../protocol/banner/codes.ts';
import type { Alternative } from './alternative.ts';
import { brokenHandshakes, handshake, healthyHandshakes } from './mysql.ts';

type Greeting = Extract<Observation, { kind: 'banner' }>;

const text = (words: string): Uint8Array => Buffer.from(words, 'latin1');

/** Greetings of servers that are ready, one a protocol. */
const READY: Readonly<Record<BannerProtocol, string>> = {
  ssh: 'SSH-2.0-OpenSSH_9.2p1\r\n',
  smtp: '220 mail.example ESMTP\r\n',
  lmtp: '220 mail.example LMTP\r\n',
  ftp: '220 FTP server ready\r\n',
  nntp: '200 news.example InterNetNews ready\r\n',
  pop3: '+OK ready\r\n',
  imap: '* OK ready\r\n',
  sieve: '"IMPLEMENTATION" "x"\r\n"SASL" "PLAIN"\r\nOK "ready"\r\n',
  rsync: '@RSYNCD: 31.0\n',
  rfb: 'RFB 003.008\n',
  greeting: '220 ready\r\n',
  mysql: Buffer.from(handshake('8.0.36')).toString('latin1'),
};

/** Greetings of servers that refuse, and say in them what a careless check looks for. */
function refusals({ protocol, opening }: Greeting): readonly string[] {
  switch (protocol) {
    case 'ssh':
      return ['Exceeded MaxStartups\r\n', 'Not allowed at this time\r\n', `SSH-1.5-${opening}\r\n`];
    case 'smtp':
    case 'lmtp':
    case 'ftp':
    case 'greeting':
      return [
        ...['421 too busy', '450 try later', '500 no', '521 no mail here', '530 access denied', '554 rejected'].map(
          (refusal) => `${refusal}, not 220 ready\r\n220 ready\r\n`,
        ),
        '554-rejected\r\n554 220 ready\r\n',
        '221 goodbye\r\n',
        '250 ok\r\n',
      ];
    case 'nntp':
      return [`400 try later ${opening}\r\n${opening}\r\n`, `502 access denied ${opening}\r\n`, '205 goodbye\r\n'];
    case 'pop3':
      return ['-ERR too many connections +OK\r\n+OK\r\n', '-ERR\r\n'];
    case 'imap':
      return ['* BYE too many connections * OK\r\n* OK\r\n', '* NO * OK\r\n', '* BAD * OK\r\n'];
    case 'sieve':
      return ['BYE "too many connections"\r\nOK "x"\r\n', 'NO (TRYLATER) "later"\r\nOK "x"\r\n'];
    case 'rsync':
      return ['@ERROR: max connections reached @RSYNCD: 31.0\n@RSYNCD: 31.0\n'];
    case 'rfb':
    case 'mysql':
      return [];
  }
}

/** What begins as it should and does not come to its end, or comes to another. */
function cut({ protocol, opening }: Greeting): Alternative[] {
  const half = (name: string, words: string): Alternative => ({ name, bytes: text(words), undecided: true });
  switch (protocol) {
    case 'smtp':
    case 'lmtp':
    case 'ftp':
    case 'greeting':
      return [
        half('a greeting that is cut', '220 mail.exa'),
        half('more lines, which never come', '220-mail.example\r\n'),
        half('more lines, the last a refusal', '220-mail.example\r\n421 too busy\r\n'),
      ];
    case 'sieve':
      return [
        half('capabilities that are cut', '"IMPLEMENTATION" "x"\r\n"SASL'),
        half('capabilities, then BYE', '"IMPLEMENTATION" "x"\r\nBYE "too many connections"\r\n'),
      ];
    case 'mysql':
      return [{ name: 'a handshake that is cut', bytes: handshake('8.0.36').subarray(0, 12), undecided: true }];
    case 'ssh':
    case 'nntp':
    case 'pop3':
    case 'imap':
    case 'rsync':
    case 'rfb':
      return [half('a greeting that is cut', `${opening} half of i`)];
  }
}

/** Refusals, greetings that are cut, greetings of other protocols, and what is none. */
export function brokenGreetings(greeting: Greeting): Alternative[] {
  const { protocol, opening } = greeting;
  const others = Object.entries(READY).filter(([other, words]) => other !== protocol && !agrees(greeting, words));
  return [
    ...refusals(greeting).map((words) => ({
      name: `refusal ${JSON.stringify(words.slice(0, 24))}`,
      bytes: text(words),
    })),
    ...(protocol === 'mysql' ? brokenHandshakes() : []),
    ...cut(greeting),
    ...others.map(([other, words]) => ({ name: `a greeting of ${other}`, bytes: text(words) })),
    { name: 'HTTP text', bytes: text(`HTTP/1.1 400 Bad Request\r\n\r\n${opening} x\r\n`) },
    { name: 'a page', bytes: text(`<html>${opening} x\r\n</html>`) },
    { name: 'a TLS alert', bytes: Uint8Array.of(21, 3, 1, 0, 2, 2, 80, 10, 10, 10, 10, 10) },
    { name: 'a SOCKS refusal', bytes: Uint8Array.of(5, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0) },
  ];
}

/** Could the words stand in the place of the greeting? The codes of several protocols are the same. */
const agrees = ({ opening }: Greeting, words: string): boolean => words.startsWith(opening);

/** The same server with another version, name and date, with longer and shorter words, with lines that end in LF. */
export function healthyGreetings(greeting: Greeting, captured: Uint8Array): Alternative[] {
  const { protocol, opening } = greeting;
  if (protocol === 'mysql') return healthyHandshakes(captured, greeting.namesMethod);
  if (protocol === 'rfb') {
    return ['RFB 003.003\n', 'RFB 003.889\n', 'RFB 005.000\n'].map((words) => ({
      name: words.trim(),
      bytes: text(words),
    }));
  }
  const said = Buffer.from(captured).toString('latin1');
  return [
    ...sayings(protocol, opening).map(([name, words]) => ({ name, bytes: text(words) })),
    { name: 'lines that end in LF', bytes: text(said.replaceAll('\r\n', '\n')) },
    { name: 'more behind it', bytes: Buffer.concat([captured, text('\0\x0a\x0d\x0amore\r\n')]) },
  ];
}

function sayings(protocol: BannerProtocol, opening: string): readonly (readonly [name: string, words: string])[] {
  if (protocol === 'sieve') {
    const [first, last] = ['"IMPLEMENTATION" "another 1.0"\r\n', 'OK\r\n'];
    return [
      ['few capabilities', first + last],
      ['many capabilities', `${first}${'"X" "y"\r\n'.repeat(12)}OK "ready."\r\n`],
      ['capabilities in another order', `"SIEVE" "fileinto"\r\n${first}${last}`],
    ];
  }
  const end = protocol === 'rsync' ? '\n' : '\r\n';
  // Behind a code or a word stands a space, behind the version of SSH and the name of rsync something that goes on.
  const space = protocol === 'ssh' || protocol === 'rsync' ? '' : ' ';
  const shortest = protocol === 'ssh' || protocol === 'rsync' ? '9' : '';
  const replies = ['smtp', 'lmtp', 'ftp', 'greeting'].includes(protocol)
    ? ([
        ['two lines', `${opening}-welcome\r\n${opening} ready\r\n`],
        ['many lines', `${opening}-welcome\r\n${`${opening}-220 more\r\n`.repeat(8)}${opening} ready\r\n`],
        ['lines without codes', `${opening}-welcome\r\n  to you\r\n\r\n${opening} \r\n`],
      ] as const)
    : [];
  return [
    ['another version', `${opening}${space}31.2 other.example Server 2.13.7; Thu, 01 Jan 2026 00:00:00 GMT${end}`],
    ['few words', `${opening}${space}${shortest}${end}`],
    ['many words', `${opening}${space}9 ${'word '.repeat(40)}${end}`],
    ['words that are not ASCII', `${opening}${space}9 \xe2\x80\xa6 \x0d ${end}`],
    ...replies,
  ];
}

/** How many bytes tell whether a server is ready. */
export function decisiveLength({ protocol, opening }: Greeting): number {
  switch (protocol) {
    case 'smtp':
    case 'lmtp':
    case 'ftp':
    case 'greeting':
      return opening.length + 1; // the code, and a space or a hyphen
    case 'mysql':
      return 5; // header and the kind of packet
    case 'ssh':
    case 'nntp':
    case 'pop3':
    case 'imap':
    case 'sieve':
    case 'rsync':
    case 'rfb':
      return opening.length;
  }
}
