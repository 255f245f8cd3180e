import type { Check } from '../../src/check/check.ts';
import type { ReplyMessage } from '../../src/check/exchange.ts';
import type { Observation } from '../../src/check/observe.ts';
import { haproxyRules } from '../../src/emit/haproxy/rules.ts';
import type { Proof } from '../../src/proof/prove.ts';
import type { Script } from '../../src/proof/script.ts';
import { checksOf, type Source } from './derive.ts';
import { hex, Talk } from './wire.ts';

const CONNECT = 'CONNECT origin.example:80 HTTP/1.1\r\nHost: origin.example:80\r\n\r\n';
const GET = 'GET /generate_204 HTTP/1.1\r\nHost: origin.example\r\n\r\n';
const ANSWER = 'HTTP/1.1 204 No Content\r\nServer: nginx\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n';
const GRANTED = 'HTTP/1.0 200 Connection established\r\nProxy-agent: tinyproxy/1.11.1\r\n\r\n';
/** CONNECT to origin.example:80. */
const REQUEST = hex('05010003 0e 6f726967696e2e6578616d706c65 0050');

/** Conversations of each kind that a check can come from. */
export const TALKS: Readonly<Record<string, Talk>> = {
  'SOCKS5 with a password': new Talk()
    .handshake()
    .client(hex('05020002'))
    .server(hex('0502'))
    .client(hex('01 03 6c6162 06 736563726574'))
    .server(hex('0100'))
    .client(REQUEST)
    .server(hex('05000001 c6336401 d6b4'))
    .client(GET)
    .server(ANSWER),
  'SOCKS5 to a server that greets': new Talk()
    .handshake()
    .client(hex('050100'))
    .server(hex('0500'))
    .client(REQUEST)
    .server(Buffer.concat([hex('05000001 00000000 0000'), Buffer.from('hi there\r\n')]))
    .client('hi you\r\n')
    .server('\0\0\x01\x02'),
  'SOCKS5 to a server whose greeting has no end': new Talk()
    .handshake()
    .client(hex('050100'))
    .server(hex('0500'))
    .client(REQUEST)
    .server(hex('05000001 00000000 0000 01020304'))
    .client('\x05\x06')
    .server('\0\0\x01\x02'),
  'HTTP proxy': new Talk({ server: '10.0.0.2:3128' })
    .handshake()
    .client('GET http://origin.example/generate_204 HTTP/1.1\r\nHost: origin.example\r\n\r\n')
    .server(ANSWER),
  'HTTP CONNECT': new Talk({ server: '10.0.0.2:8888' })
    .handshake()
    .client(CONNECT)
    .server(GRANTED)
    .client(GET)
    .server(ANSWER),
  'HTTP CONNECT to a news server': new Talk({ server: '10.0.0.2:8888' })
    .handshake()
    .client(CONNECT)
    .server(`${GRANTED}201 news.example NNTP ready\r\n`),
  'SOCKS4 to a VNC server': new Talk()
    .handshake()
    .client(hex('04 01 170c c6336401 00'))
    .server(hex('00 5a 0000 00000000'))
    .server('RFB 003.008\n'),
  'HTTP CONNECT to a server that greets': new Talk({ server: '10.0.0.2:8888' })
    .handshake()
    .client(CONNECT)
    .server(`${GRANTED}hi there\r\n`)
    .client('hi you\r\n')
    .server('so what\r\n'),
  'HTTP proxy with interim responses': new Talk({ server: '10.0.0.2:3128' })
    .handshake()
    .client('GET http://origin.example/generate_204 HTTP/1.1\r\nHost: origin.example\r\n\r\n')
    .server(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n${ANSWER}`),
  'HTTP proxy that has the client continue': new Talk({ server: '10.0.0.2:3128' })
    .handshake()
    .client('POST http://origin.example/a HTTP/1.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n')
    .server('HTTP/1.1 100 Continue\r\n\r\n')
    .client('hello')
    .server(ANSWER),
  'HTTP CONNECT behind an interim response': new Talk({ server: '10.0.0.2:8888' })
    .handshake()
    .client(CONNECT)
    .server(`HTTP/1.1 102 Processing\r\n\r\n${GRANTED}`)
    .client(GET)
    .server(ANSWER),
  'HTTP CONNECT with a stray line feed': new Talk({ server: '10.0.0.2:8888' })
    .handshake()
    .client(CONNECT)
    .server(`${GRANTED}\n`)
    .client(GET)
    .server(ANSWER),
  'unknown protocol': new Talk({ server: '10.0.0.2:7000' }).handshake().client('hello\r\n').server('welcome\r\n'),
};

const ask = (nonce: string, port: number): Talk =>
  new Talk({ client: `10.0.0.1:${port}`, server: '10.0.0.2:7000' })
    .handshake()
    .client('PING\r\n')
    .server(`PONG ${nonce} ready\r\n`)
    .client('\x01\x00\x02')
    .server(Buffer.concat([hex('01000c'), Buffer.from(nonce), hex('0000')]))
    .client('QUIT\0')
    .server('bye\0');

/** Sessions of a protocol that is not known, in which several requests are made. */
export const SESSIONS: Readonly<Record<string, readonly Talk[]>> = {
  'unknown protocol, three sessions': [ask('k3Xq9ZbT2m', 40_000), ask('Vw81LpQz0c', 40_001), ask('r7Hn2sYdE5', 40_002)],
  'unknown protocol with a long reply, two sessions': [40_020, 40_021].map((port) =>
    new Talk({ client: `10.0.0.1:${port}`, server: '10.0.0.2:7000' })
      .handshake()
      .client('DUMP\n')
      .server(Buffer.concat([hex('4f4b000000001770'), Buffer.alloc(6000, port)]))
      .client('QUIT\n')
      .server('\x06'),
  ),
  'unknown protocol of lines, two sessions': [40_010, 40_011].map((port) =>
    new Talk({ client: `10.0.0.1:${port}`, server: '10.0.0.2:7000' })
      .handshake()
      .client('LIST\n')
      .server(`3 of ${port}\na\n${'b'.repeat(port % 10)}\nc\n`)
      .client('QUIT\n')
      .server('bye\n'),
  ),
};

/** The one check that a conversation gives; by `force` that of an unknown protocol too. */
export function checkOf(source: Source, force = false): Check {
  const [check, ...more] = checksOf([source], force);
  if (check === undefined || more.length > 0) throw new Error(`${more.length + (check ? 1 : 0)} checks`);
  return check;
}

/** The script without comments: what decides how a check judges. */
export const rulesText = (script: Script): string[] =>
  haproxyRules(script).map((rule) => rule.replace(/ comment "(?:[^"\\]|\\.)*"$/, ''));

/** The names of the rows that were lost. */
export const losing = ({ rows }: Proof, expected: 'down' | 'up'): string[] =>
  rows.filter((row) => row.result !== 'right' && row.expected === expected).map(({ name }) => name);

export const replyMessage = (observation: Observation, bytes: string | Uint8Array): ReplyMessage => ({
  observation,
  bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
});
