import type { Alternative } from './alternative.ts';

/** Answers that are not the wanted one: refusals of the proxy, errors of the origin, redirects of captive portals. */
const STATUSES: readonly (readonly [status: number, phrase: string])[] = [
  [200, 'OK'],
  [204, 'No Content'],
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
];

/** Responses with another status, whose header and body hold what a careless check looks for, and answers that are no HTTP. */
export function brokenResponses(expected: number, tunnel: boolean): Alternative[] {
  const bait = `HTTP/1.1 ${expected} No Content`;
  const responses = STATUSES.filter(([status]) => status !== expected && !(tunnel && status < 300)).map(
    ([status, phrase]) => ({
      name:
        status < 300
          ? `${status} with a page that says ${expected}`
          : `${status} ${phrase}, whose page says ${expected}`,
      bytes: response(
        `HTTP/1.1 ${status} ${phrase}`,
        [`X-Cache-Lookup: /generate_${expected}`],
        `<html>${bait}\r\n${bait}</html>`,
      ),
    }),
  );
  return [
    ...responses,
    { name: '503 as HTTP/1.0', bytes: response('HTTP/1.0 503 Service Unavailable', [], bait) },
    { name: 'an HTTP/0.9 page', bytes: Buffer.from(`<html>${bait}</html>`) },
    { name: 'a SOCKS refusal', bytes: Uint8Array.of(5, 0xff) },
    { name: 'a TLS alert', bytes: Uint8Array.of(0x15, 3, 1, 0, 2, 2, 80) },
  ];
}

/** The same answer with another version, reason phrase, header order or case, with more headers or none. */
export function healthyResponses(captured: Uint8Array, status: number): Alternative[] {
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
    variant('more headers', line, [
      'Via: 1.1 proxy',
      'X-Cache: MISS',
      `Date: Thu, 01 Jan 2026 00:00:00 GMT`,
      ...headers,
    ]),
    variant('bare line feeds', line, headers, '\n'),
  ];
}

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
