import { describe, expect, test } from 'vitest';
import type { Check } from '../src/check/check.ts';
import { DEFAULT_FORM } from '../src/proof/form.ts';
import { proveCheck } from '../src/proof/prove.ts';
import { composeScript } from '../src/proof/script.ts';
import { checksOf, dialogueOf, layersOf, samplingOf } from './support/derive.ts';
import { losing } from './support/proof.ts';
import { ACK, FIN, hex, Talk, u16 } from './support/wire.ts';

/** What opens a tunnel, as far as the bytes of both sides go. */
interface Proxy {
  readonly layers: readonly string[];
  readonly open: (talk: Talk) => Talk;
  /** What it is asked for, where that is not origin.ex:80. */
  readonly destination?: string;
}

const NAME = hex('09 6f726967696e2e6578 0050'); // origin.ex:80
const V5 = hex('05 01 00 03');
const connect = (version: string, headers = ''): string =>
  `CONNECT origin.ex:80 HTTP/${version}\r\nHost: origin.ex:80\r\n${headers}\r\n`;
const socks4 = (user: string): Buffer =>
  Buffer.concat([hex('04 01 0050 00000001'), Buffer.from(`${user}\0origin.ex\0`)]);
const http = (request: string, response: string): Proxy => ({
  layers: ['http granted'],
  open: (talk) => talk.client(request).server(response),
});
const BASIC = 'Proxy-Authorization: Basic dXNlcjpwYXNz\r\n';
const DEMAND =
  'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\nContent-Length: 4\r\n\r\nask!';

const PROXIES: Readonly<Record<string, Proxy>> = {
  SOCKS5: {
    layers: ['socks5 granted'],
    open: (talk) =>
      talk
        .client(hex('05 01 00'))
        .server(hex('05 00'))
        .client(Buffer.concat([V5, NAME]))
        .server(hex('05 00 00 01 0a000002 d6b4')),
  },
  'SOCKS5 with a password': {
    layers: ['socks5 granted'],
    open: (talk) =>
      talk
        .client(hex('05 02 00 02'))
        .server(hex('05 02'))
        .client(hex('01 04 75736572 04 70617373'))
        .server(hex('01 00'))
        .client(Buffer.concat([V5, NAME]))
        .server(hex('05 00 00 04 20010db8000000000000000000000001 d6b4')),
  },
  SOCKS4: {
    layers: ['socks4 granted'],
    open: (talk) => talk.client(hex('04 01 0050 c0000201 00')).server(hex('00 5a 0050 c0000201')),
    destination: '192.0.2.1:80',
  },
  'SOCKS4a with a user id': {
    layers: ['socks4 granted'],
    open: (talk) => talk.client(socks4('user')).server(hex('00 5a 0000 00000000')),
  },
  CONNECT: http(connect('1.1'), 'HTTP/1.1 200 Connection established\r\n\r\n'),
  'CONNECT in HTTP/1.0': http(connect('1.0'), 'HTTP/1.0 200 OK\r\n\r\n'),
  'CONNECT with headers on both sides': http(
    connect('1.1', 'User-Agent: a\r\nProxy-Connection: Keep-Alive\r\nX-Long: b\r\n'),
    'HTTP/1.1 200 OK\r\nVia: 1.1 proxy\r\nProxy-Agent: p/1.0\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n',
  ),
  'CONNECT without a reason phrase': http(connect('1.1'), 'HTTP/1.1 200\r\n\r\n'),
  'CONNECT with Basic credentials': http(connect('1.1', BASIC), 'HTTP/1.1 200 OK\r\n\r\n'),
  'CONNECT behind a demand for credentials': {
    layers: ['http granted'],
    open: (talk) =>
      talk.client(connect('1.1')).server(DEMAND).client(connect('1.1', BASIC)).server('HTTP/1.1 200 OK\r\n\r\n'),
  },
  'CONNECT behind interim responses': http(
    connect('1.1'),
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
  ),
};

/** What is spoken in a tunnel. */
interface Inner {
  readonly layers: readonly string[];
  readonly speak: (talk: Talk) => Talk;
  readonly destination?: string;
}

const GET = 'GET /generate_204 HTTP/1.1\r\nHost: origin.ex\r\n\r\n';
const ANSWER = 'HTTP/1.1 204 No Content\r\nServer: nginx\r\n\r\n';
const speakHttp = (talk: Talk) => talk.client(GET).server(ANSWER);
const HELLO_BODY = Buffer.concat([hex('0303'), Buffer.alloc(32, 7), hex('00 0002 1301 01 00 0000')]);
const CLIENT_HELLO = Buffer.concat([
  hex('16 0301'),
  u16(HELLO_BODY.length + 4),
  hex('01 00'),
  u16(HELLO_BODY.length),
  HELLO_BODY,
]);
const SERVER_HELLO = Buffer.concat([hex('16 0303 0030 02 00002c 0303'), Buffer.alloc(42, 9)]);

/** One proxy asked through another. */
function speakHttpIn(name: string): Inner {
  const { layers, open, destination = 'origin.ex:80' } = PROXIES[name] as Proxy;
  return { layers: [...layers, 'http answered'], speak: (talk) => speakHttp(open(talk)), destination };
}

const INNER: Readonly<Record<string, Inner>> = {
  HTTP: { layers: ['http answered'], speak: speakHttp },
  TLS: {
    layers: ['tls established'],
    speak: (talk) => talk.client(CLIENT_HELLO).server(SERVER_HELLO).client(hex('14 0303 0001 01')),
  },
  SMTP: {
    layers: ['smtp ready'],
    speak: (talk) =>
      talk.server('220 mail.example ESMTP\r\n').client('EHLO a.example\r\n').server('250 mail.example\r\n'),
  },
  SSH: { layers: ['ssh ready'], speak: (talk) => talk.server('SSH-2.0-OpenSSH_9.2p1\r\n').client('SSH-2.0-x\r\n') },
  'HTTP in SOCKS5': speakHttpIn('SOCKS5'),
  'HTTP in CONNECT': speakHttpIn('CONNECT'),
  'HTTP in SOCKS4': speakHttpIn('SOCKS4'),
};

const PAIRS = Object.entries(PROXIES).flatMap(([outer, proxy]) =>
  Object.entries(INNER).map(([inner, protocol]) => ({ name: `${inner} through ${outer}`, proxy, protocol })),
);

describe('whatever opens a tunnel, and whatever is spoken in it, gives a check that is proved', () => {
  test.each(PAIRS)('$name', ({ proxy, protocol }) => {
    const talk = protocol.speak(proxy.open(new Talk().handshake())).close();
    expect(layersOf(dialogueOf(talk))).toEqual([...proxy.layers, ...protocol.layers]);
    const checks = checksOf([talk]);
    expect(checks).toHaveLength(1);
    const [check] = checks as [Check];
    const proof = proveCheck(composeScript(check, DEFAULT_FORM), check.replies, check.timeout * 1000);
    expect({ up: losing(proof, 'down'), down: losing(proof, 'up') }).toEqual({ up: [], down: [] });
    expect(check.destination).toBe(protocol.destination ?? proxy.destination ?? 'origin.ex:80');
  });
});

const PAGE = '<html><body>HTTP/1.1 200 OK: not today</body></html>';

describe('a CONNECT that is refused gives none, whatever page comes with it', () => {
  test.each([
    ['403 Forbidden', `Content-Length: ${PAGE.length}\r\n\r\n${PAGE}`],
    ['502 Bad Gateway', `Connection: close\r\n\r\n${PAGE}`],
    [
      '503 Service Unavailable',
      `Transfer-Encoding: chunked\r\n\r\n${PAGE.length.toString(16)}\r\n${PAGE}\r\n0\r\n\r\n`,
    ],
    ['504 Gateway Timeout', '\r\n'],
    ['302 Found', 'Location: http://portal.example/\r\nContent-Length: 0\r\n\r\n'],
  ])('%s', (status, rest) => {
    for (const version of ['1.0', '1.1']) {
      const talk = new Talk().handshake().client(connect(version)).server(`HTTP/${version} ${status}\r\n${rest}`);
      talk.segment('server', { flags: FIN | ACK });
      expect(samplingOf(talk)).toEqual({ reason: `HTTP refused: ${status}`, frame: 6 });
    }
  });

  test('behind interim responses the frame of the refusal is told', () => {
    const talk = new Talk().handshake().client(connect('1.1')).server('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n');
    expect(samplingOf(talk.server('HTTP/1.1 403 Forbidden\r\n\r\n'))).toEqual({
      reason: 'HTTP refused: 403 Forbidden',
      frame: 8,
    });
  });
});
