import { describe, expect, test } from 'vitest';
import { capture2check } from './support/cli.ts';
import { framesOf, hex, pcapFile, Talk } from './support/wire.ts';

/** The two listings of 2018 that the project began with: written by hand for HAProxy 1.8, from what tcpdump showed of curl. */
const SOCKS5_RULES = String.raw`
    option tcp-check
    tcp-check connect
    tcp-check send-binary 05020001
    tcp-check expect binary 0500
    tcp-check send-binary 0501000312636c69656e74332e676f6f676c652e636f6d0050
    tcp-check expect binary 050000010000000006b5
    tcp-check send GET\ /generate_204\ HTTP/1.1\r\n
    tcp-check send Host:\ client3.google.com\r\n
    tcp-check send User-Agent:\ curl/7.54.0\r\n
    tcp-check send Accept:\ */*\r\n
    tcp-check send \r\n
    tcp-check expect rstring ^HTTP/1.1\ 204
`.slice(1);

const SOCKS5_LISTEN = `listen ha-socks5
    bind 127.0.0.1:1081
${SOCKS5_RULES}    balance     source
    hash-type consistent # optional
    server xxx1 127.0.0.1:11110 check
    server xxx2 127.0.0.1:11111 check backup
`;

const CREDENTIALS = 'dTpw';
const HTTPCHK = String.raw`    option httpchk GET http://client3.google.com/generate_204 HTTP/1.1\r\nHost:\ client3.google.com\r\nProxy-Authorization:\ Basic\ ${CREDENTIALS}\r\nProxy-Connection:\ Keep-Alive
`;

const HTTP_LISTEN = `listen ha-http
    bind :::1082
${HTTPCHK}    balance     source
    hash-type consistent # optional
    server xxx1 127.0.0.1:11120 check
    server xxx2 127.0.0.1:11121 check backup
`;

const ANSWER = 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nDate: Thu, 01 Nov 2018 08:00:00 GMT\r\n\r\n';

const socks5 = new Talk({ server: '127.0.0.1:11110' })
  .handshake()
  .client(hex('05020001'))
  .server(hex('0500'))
  .client(hex('05010003 12 636c69656e74332e676f6f676c652e636f6d 0050'))
  .server(hex('05000001 00000000 06b5'))
  .client('GET /generate_204 HTTP/1.1\r\nHost: client3.google.com\r\nUser-Agent: curl/7.54.0\r\nAccept: */*\r\n\r\n')
  .server(ANSWER)
  .close();

const http = new Talk({ server: '127.0.0.1:11120' })
  .handshake()
  .client(
    [
      'GET http://client3.google.com/generate_204 HTTP/1.1',
      'Host: client3.google.com',
      `Proxy-Authorization: Basic ${CREDENTIALS}`,
      'User-Agent: curl/7.54.0',
      'Accept: */*',
      'Proxy-Connection: Keep-Alive',
      '\r\n',
    ].join('\r\n'),
  )
  .server(ANSWER)
  .close();

/** What the program prints for a capture of the conversation. */
function derived(talk: Talk, ...args: string[]): string {
  const { code, stdout, stderr } = capture2check([...args, '-'], { input: pcapFile(framesOf(talk.segments)) });
  expect(code, stderr).toBe(0);
  return stdout;
}

const linesOf = (text: string): string[] => text.trimEnd().split('\n');

/** Layout and remarks apart, which say nothing to HAProxy. */
const plain = (line: string): string => line.replace(/ # .*$/, '').replace(/(\S) {2,}/g, '$1 ');

const FORM = ['--expect', 'exact', '--send', 'text', '--no-comments'];
const section = (name: string, bind: string, ...servers: string[]): string[] => [
  ...['--section', 'listen', '--name', name, '--bind', bind, '--balance', 'source', '--hash-type', 'consistent'],
  ...servers.flatMap((server) => ['--server-line', server]),
];

test('the rules of the SOCKS5 listing, line for line', () => {
  expect(derived(socks5, ...FORM)).toBe(SOCKS5_RULES);
});

test('they are the same for the HAProxy of the time', () => {
  expect(derived(socks5, ...FORM, '--haproxy', '1.8')).toBe(SOCKS5_RULES);
});

test('the option httpchk of the HTTP listing', () => {
  const [first, ...more] = linesOf(derived(http, '--haproxy', '1.8', '--minimal', '--no-comments'));
  expect(`${first}\n`).toBe(HTTPCHK);
  // The listing takes any 2xx and 3xx, as HAProxy does where nothing is said; a captive portal answers so.
  expect(more).toEqual(['    http-check expect status 204']);
});

describe('the whole sections, with the lines of the article in its order', () => {
  /** What ours say besides, and why. */
  const BESIDES: Readonly<Record<string, string>> = {
    '    mode tcp': 'the article relies on its defaults section; a file of its own has none',
    '    timeout check 3s': 'without it inter is the limit, 2 s by default, for all of the conversation',
    '    default-server inter 5s fall 3 rise 2': 'a check asks the origin each time: every 2 s is often',
    '    http-check expect status 204': 'without it a 302 of a captive portal is a success',
  };

  test.each<[name: string, talk: Talk, args: string[], listing: string, besides: string[]]>([
    [
      'SOCKS5',
      socks5,
      [...FORM, ...section('ha-socks5', '127.0.0.1:1081', 'xxx1=127.0.0.1:11110', 'xxx2=127.0.0.1:11111,backup')],
      SOCKS5_LISTEN,
      ['    mode tcp', '    timeout check 3s', '    default-server inter 5s fall 3 rise 2'],
    ],
    [
      'HTTP',
      http,
      [
        ...['--haproxy', '1.8', '--minimal', '--no-comments'],
        ...section('ha-http', ':::1082', 'xxx1=127.0.0.1:11120', 'xxx2=127.0.0.1:11121,backup'),
      ],
      HTTP_LISTEN,
      [
        '    mode tcp',
        '    http-check expect status 204',
        '    timeout check 3s',
        '    default-server inter 5s fall 3 rise 2',
      ],
    ],
  ])('%s', (_name, talk, args, listing, besides) => {
    const ours = linesOf(derived(talk, ...args));
    expect(ours.filter((line) => !(line in BESIDES))).toEqual(linesOf(listing).map(plain));
    expect(ours.filter((line) => line in BESIDES)).toEqual(besides);
  });
});
