import type { SERVER_QUIRKS } from '../../src/dialogue/server-quirks.ts';
import type { TUNNEL_QUIRKS } from '../../src/dialogue/tunnel-quirks.ts';
import type { HTTP_QUIRKS } from '../../src/protocol/http/quirks.ts';
import type { TLS_QUIRKS } from '../../src/protocol/tls/quirks.ts';
import type { QuirkCases } from './cases.ts';
import {
  CONNECT,
  closedByClient,
  closedByServer,
  GET,
  hex,
  NO_CONTENT,
  PROXY_GET,
  resetByServer,
  socks5,
  talk,
} from './support.ts';

const VIA = 'Via: 1.1 proxy\r\n';
const get = (response: string, request = PROXY_GET) => talk().client(request).server(response);
const connect = (response: string) => talk().client(CONNECT).server(response);
const ESTABLISHED = 'HTTP/1.1 200 OK\r\n\r\n';
const failure = (text: string) => `HTTP/1.1 502 Bad Gateway\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
const withCredentials = (request: string) =>
  request.replace('\r\n\r\n', '\r\nProxy-Authorization: Basic bGFiOnNlY3JldA==\r\n\r\n');

export const HTTP_CASES: QuirkCases<keyof typeof HTTP_QUIRKS> = {
  'http-version-changed': { shown: [get('HTTP/1.0 204 No Content\r\n\r\n')], absent: [get(NO_CONTENT)] },
  'http-no-reason': { shown: [get('HTTP/1.1 204 \r\n\r\n')], absent: [get(NO_CONTENT)] },
  'http-connect-framing': {
    shown: [connect('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')],
    absent: [connect(ESTABLISHED)],
  },
  'http-connect-body': {
    shown: [connect('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')],
    absent: [connect('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')],
  },
  'http-401-for-407': {
    shown: [get('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n', withCredentials(PROXY_GET))],
    // It was forwarded: it is the origin's.
    absent: [
      get(`HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n${VIA}\r\n`, withCredentials(PROXY_GET)),
    ],
  },
  'http-407-without-challenge': {
    shown: [get('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')],
    absent: [get('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n')],
  },
  'http-401-without-challenge': {
    shown: [get('HTTP/1.1 401 Unauthorized\r\n\r\n')],
    absent: [get('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n')],
  },
  'http-hop-by-hop': {
    shown: [get('HTTP/1.1 204 No Content\r\nKeep-Alive: timeout=5\r\n\r\n')],
    absent: [get('HTTP/1.1 204 No Content\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=5\r\n\r\n')],
  },
  'http-via': { shown: [get(`HTTP/1.1 204 No Content\r\n${VIA}\r\n`)], absent: [get(NO_CONTENT)] },
  'http-no-via': { shown: [get(NO_CONTENT)], absent: [get(NO_CONTENT, GET)] }, // an origin need not
  'http-cache-headers': { shown: [get('HTTP/1.1 204 No Content\r\nAge: 3\r\n\r\n')], absent: [get(NO_CONTENT)] },
  'http-close-against-header': {
    shown: [closedByServer(get(NO_CONTENT))],
    absent: [closedByServer(get('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n'))],
  },
  'http-open-against-header': {
    shown: [closedByClient(get('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n'), 2)],
    absent: [closedByClient(get(NO_CONTENT), 2)],
  },
  'http-bare-lf': { shown: [get('HTTP/1.1 204 No Content\n\n')], absent: [get(NO_CONTENT)] },
  'http-stray-line-end': { shown: [connect(`${ESTABLISHED}\n`)], absent: [connect(ESTABLISHED)] },
  'http-bare-crlf': {
    shown: [closedByServer(get('\r\n'))],
    absent: [closedByServer(get('\r\nHTTP/1.1 204 No Content\r\n\r\n'))],
  },
  'http-interim': {
    shown: [get(`HTTP/1.1 103 Early Hints\r\n\r\n${NO_CONTENT}`)],
    absent: [get(NO_CONTENT)],
  },
  'http-stray-bytes': {
    shown: [get(`${NO_CONTENT}hello`)],
    absent: [get('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')],
  },
  'http-failure-names-success': {
    shown: [get(failure('cannot fetch /generate_204'))],
    absent: [get(failure('cannot fetch /generate'))],
  },
  'http-same-status': {
    shown: [get(failure('a')), get(failure('b'))],
    absent: [get(failure('a')), get(failure('b').replace('502', '504'))],
    causes: ['refused', 'nxdomain'],
  },
  'http-socks-answer': {
    shown: [closedByServer(talk().client(PROXY_GET).server(hex('05 ff')))],
    absent: [closedByServer(get(NO_CONTENT))],
  },
  'http-unreadable-answer': {
    shown: [closedByServer(get('<html>Bad request</html>'))],
    absent: [closedByServer(talk().client(PROXY_GET).server(hex('05 ff')))],
  },
};

/** A ClientHello without extensions, in one record. */
const CLIENT_HELLO = hex(`16 0301 002d 01 000029 0303 ${'11'.repeat(32)} 00 0002 c02f 01 00`);
const SERVER_HELLO = hex(`16 0303 002a 02 000026 0303 ${'22'.repeat(32)} 00 c02f 00`);

export const TLS_CASES: QuirkCases<keyof typeof TLS_QUIRKS> = {
  'tls-http-answer': {
    shown: [connect(ESTABLISHED).client(CLIENT_HELLO).server('HTTP/1.1 502 Bad Gateway\r\n\r\n')],
    absent: [connect(ESTABLISHED).client(CLIENT_HELLO).server(SERVER_HELLO)],
  },
  'tls-unreadable-answer': {
    shown: [talk().client(CLIENT_HELLO).server('220 mail.example ESMTP\r\n')],
    absent: [talk().client(CLIENT_HELLO).server(SERVER_HELLO)],
  },
};

export const TUNNEL_CASES: QuirkCases<keyof typeof TUNNEL_QUIRKS> = {
  'tunnel-closed-without-answer': {
    shown: [resetByServer(socks5().client(GET))],
    absent: [closedByServer(socks5().client(GET).server(NO_CONTENT))],
  },
  'tunnel-silent': {
    shown: [closedByClient(connect(ESTABLISHED).client(GET), 5)],
    absent: [closedByClient(connect(ESTABLISHED), 5)],
  },
};

export const SERVER_CASES: QuirkCases<keyof typeof SERVER_QUIRKS> = {
  'server-closes-other-protocol': {
    shown: [socks5(), closedByServer(talk().client(PROXY_GET))],
    absent: [socks5(), closedByServer(talk().client(hex('05 01 00')))],
  },
  'server-silent-other-protocol': {
    shown: [get(NO_CONTENT), closedByClient(talk().client(hex('05 02 00 01')), 3)],
    absent: [get(NO_CONTENT), closedByClient(talk().client(PROXY_GET), 3)],
  },
};
