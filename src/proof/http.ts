import type { Preamble } from '../check/observe.ts';
import type { Alternative } from './alternative.ts';

/** Answers that are not the wanted one: refusals of the proxy, errors of the origin, redirects of captive portals. */
const STATUSES: readonly (readonly [status: number, phrase: string])[] = [
  [200, 'OK'],
  [204, 'No Content'],
  [206, 'Partial Content'],
  [301, 'Moved Permanently'],
  [302, 'Found'],
  [307, 'Temporary Redirect'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [407, 'Proxy Authentication Required'],
  [500, 'Internal Server Error'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Timeout'],
  [511, 'Network Authentication Required'],
  [594, 'Unknown Host'],
  [599, 'Network Connect Timeout Error'],
];

/** Responses with another status, whose header and body hold what a careless check looks for, and answers that are no HTTP. */
export function brokenResponses(expected: number, tunnel: boolean): Alternative[] {
  const bait = `HTTP/1.1 ${expected} No Content`;
  const others = STATUSES.filter(([status]) => status !== expected && !(tunnel && status < 300));
  const responses = others.map(([status, phrase]) => {
    // Captive portals redirect to a page of theirs.
    const location = status >= 300 && status < 400 ? [`Location: http://portal.example/?to=/generate_${expected}`] : [];
    const headers = [`X-Cache-Lookup: /generate_${expected}`, ...location];
    const said = status < 300 ? 'with a page that says' : `${phrase}, whose page says`;
    return {
      name: `${status} ${said} ${expected}`,
      bytes: response(`HTTP/1.1 ${status} ${phrase}`, headers, `<html>${bait}\r\n${bait}</html>`),
    };
  });
  const demand = 'HTTP/1.1 407 Proxy Authentication Required';
  return [
    ...responses,
    { name: '503 as HTTP/1.0', bytes: response('HTTP/1.0 503 Service Unavailable', [], bait) },
    { name: '407 without a body', bytes: response(demand, ['Proxy-Authenticate: Basic realm="204"'], '') },
    { name: '503 behind an interim response', bytes: Buffer.from(`${CONTINUE}${FAILURE}`) },
    { name: 'an HTTP/0.9 page', bytes: Buffer.from(`<html>${bait}</html>`) },
    { name: 'an empty line alone', bytes: Buffer.from('\r\n') },
    { name: 'a SOCKS refusal', bytes: Uint8Array.of(5, 0xff) },
    { name: 'a TLS alert', bytes: Uint8Array.of(0x15, 3, 1, 0, 2, 2, 80) },
  ];
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const FAILURE = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n';

/** What may as well stand before a status line where this was captured: nothing, or more of it. */
export function otherPreambles(said: Preamble['said']): Alternative[] {
  const hints = ['HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload', ...padding(5)];
  switch (said) {
    case 'interim response':
      return [
        { name: 'one interim response less', bytes: new Uint8Array(0) },
        { name: 'two interim responses more', bytes: Buffer.from(`${CONTINUE}HTTP/1.0 102 Processing\n\n${CONTINUE}`) },
        { name: 'an interim response of 5 KiB in its place', bytes: Buffer.from(`${hints.join('\r\n')}\r\n\r\n`) },
      ];
    case 'empty lines':
      return [
        { name: 'no empty line', bytes: new Uint8Array(0) },
        { name: 'two empty lines', bytes: Buffer.from('\r\n\n') },
      ];
  }
}

/** Header fields that proxies add to a response. */
const ADDED = ['Via: 1.1 proxy', 'X-Cache: MISS', 'Date: Thu, 01 Jan 2026 00:00:00 GMT'];
/** More than the limits that a careless reader has for a head. */
const LONG_HEADS = [5, 9];

/** The same answer with another version, reason phrase, header order or case, with more headers or none, in a longer head. */
export function healthyResponses(captured: Uint8Array, status: number, tunnel: boolean): Alternative[] {
  const text = Buffer.from(captured).toString('latin1');
  const headEnd = /\r?\n\r?\n/.exec(text);
  if (headEnd === null) return [{ name: 'the status line alone', bytes: Buffer.from(`HTTP/1.1 ${status} OK\r\n\r\n`) }];
  const [, ...headers] = text.slice(0, headEnd.index).split(/\r?\n/);
  const body = text.slice(headEnd.index + headEnd[0].length);
  const variant = (name: string, line: string, fields: readonly string[], end = '\r\n') => ({
    name,
    bytes: Buffer.from([line, ...fields].join(end) + end + end + body, 'latin1'),
  });
  const line = `HTTP/1.1 ${status} No Content`;
  return [
    variant('HTTP/1.1', line, headers),
    variant('HTTP/1.0', `HTTP/1.0 ${status} No Content`, headers),
    variant('another reason phrase', `HTTP/1.1 ${status} Whatever It Says`, headers),
    variant('no reason phrase', `HTTP/1.1 ${status} `, headers),
    variant('no reason phrase and no space', `HTTP/1.1 ${status}`, headers),
    variant('headers in another order', line, [...headers].reverse()),
    variant(
      'headers in lower case',
      line,
      headers.map((each) => each.replace(/^[^:]*/, (name) => name.toLowerCase())),
    ),
    variant('more headers', line, [...ADDED, ...headers]),
    variant('no headers', line, []),
    variant('no headers, as HTTP/1.0', `HTTP/1.0 ${status} No Content`, []),
    variant('to be kept alive, without a length', line, ['Connection: keep-alive', 'Proxy-Connection: keep-alive']),
    variant('bare line feeds', line, headers, '\n'),
    ...LONG_HEADS.map((kibibytes) => variant(`a head of ${kibibytes} KiB`, line, [...headers, ...padding(kibibytes)])),
    // A length that the opening of a tunnel states is to be ignored (RFC 9110 §9.3.6).
    ...(tunnel
      ? [
          variant('Content-Length, which is void', line, [...headers, 'Content-Length: 5']),
          variant('Transfer-Encoding, which is void', line, [...headers, 'Transfer-Encoding: chunked']),
        ]
      : []),
  ];
}

/** Header fields of so many KiB in all, their line ends included; an http-check takes no more than 100 fields (2.6). */
const padding = (kibibytes: number): string[] =>
  Array.from({ length: 2 * kibibytes }, (_, at) => `X-Padding-${at}: `.padEnd(510, 'a'));

function response(statusLine: string, headers: readonly string[], body: string): Uint8Array {
  const head = [
    statusLine,
    ...headers,
    'Content-Type: text/html',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}
