import { endOfTurn, type LayerContext, type LayerReading, otherProtocol } from '../layer.ts';
import { isInterim, isSuccessful, STATUS } from './codes.ts';
import { connectionFindings, connectionOptions, type Exchange } from './connection-findings.ts';
import type { HttpMessage, HttpRequest, HttpResponse } from './message.ts';
import type { HttpFinding } from './quirks.ts';

/** Bytes of evidence of what should not be there. */
const SHOWN = 8;
/** Header fields about one hop (RFC 9110 §7.6.1), and one that never was standard (RFC 9112 §C.2.2). */
const HOP_BY_HOP: readonly string[] = ['keep-alive', 'te', 'upgrade', 'proxy-connection', 'proxy-authorization'];
const OF_CACHES: readonly string[] = ['age', 'cache-status', 'x-cache', 'x-cache-lookup', 'x-cache-hits'];

/** The quirks that the exchanges of one connection show by themselves. */
export function httpFindings(reading: LayerReading<HttpMessage>, context: LayerContext): HttpFinding[] {
  const { messages, outcome } = reading;
  const exchanges = exchangesOf(messages);
  const findings = exchanges.flatMap(({ request, responses }) =>
    responses.flatMap((response) => responseFindings(response, request, context)),
  );
  findings.push(...betweenMessages(messages, context), ...connectionFindings(exchanges, context));
  const last = exchanges.at(-1);
  const heard = messages.findLast(({ kind }) => kind === 'response')?.end ?? context.place.server;
  const answer = context.streams.server.subarray(heard, endOfTurn(context, heard));
  if (last?.responses.length === 0 && answer.length > 0) findings.push(...otherAnswer(answer, heard, outcome.kind));
  return findings;
}

function exchangesOf(messages: readonly HttpMessage[]): Exchange[] {
  const exchanges: { request: HttpRequest; responses: HttpResponse[] }[] = [];
  for (const message of messages) {
    if (message.kind === 'request') exchanges.push({ request: message, responses: [] });
    else if (message.kind === 'response') exchanges.at(-1)?.responses.push(message);
  }
  return exchanges;
}

function responseFindings(response: HttpResponse, request: HttpRequest, context: LayerContext): HttpFinding[] {
  const { status, phrase, version, start, headers, headEnd } = response;
  const findings: HttpFinding[] = [];
  if (isInterim(status)) return [line('http-interim', start, String(status))];
  if (version !== request.version) {
    const detail = `${request.version} asked, ${version} answered`;
    findings.push({
      code: 'http-version-changed',
      side: 'server',
      offset: start,
      length: 8,
      field: 'status line',
      detail,
    });
  }
  if (phrase === '') findings.push(line('http-no-reason', start, String(status)));
  findings.push(...challengeFindings(response, request));
  if (isProxied(request)) findings.push(...forwardingFindings(response, request));
  if (request.method === 'CONNECT' && isSuccessful(status)) findings.push(...tunnelFindings(response, context));
  const bare = headEnd === undefined ? -1 : bareLineFeed(context.streams.server, start, headEnd);
  if (bare !== -1) findings.push({ code: 'http-bare-lf', side: 'server', offset: bare, length: 1 });
  const named = named2xx(response, context.streams.server);
  if (named !== undefined) findings.push(named);
  for (const name of HOP_BY_HOP.filter((each) => headers.some((header) => header.name.toLowerCase() === each))) {
    if (name === 'proxy-connection' || !connectionOptions(response).includes(name))
      findings.push(header('http-hop-by-hop', response, name));
  }
  return findings;
}

/** Refusals for want of credentials (RFC 9110 §11.6.1, §11.7.1, §15.5.2, §15.5.8). */
function challengeFindings(response: HttpResponse, request: HttpRequest): HttpFinding[] {
  const { status, start } = response;
  const findings: HttpFinding[] = [];
  if (status === STATUS.proxyAuthenticationRequired && !has(response, 'proxy-authenticate'))
    findings.push(line('http-407-without-challenge', start, '407'));
  if (status !== STATUS.unauthorized) return findings;
  if (!has(response, 'www-authenticate')) findings.push(line('http-401-without-challenge', start, '401'));
  // Behind an absolute form it may be the origin's; a proxy that forwards says so with Via.
  const forwarded = has(request, 'authorization') || !has(request, 'proxy-authorization') || has(response, 'via');
  if (request.method === 'CONNECT' || (isProxied(request) && !forwarded))
    findings.push(line('http-401-for-407', start, `401 to ${request.method}`));
  return findings;
}

function forwardingFindings(response: HttpResponse, request: HttpRequest): HttpFinding[] {
  const findings: HttpFinding[] = [];
  if (has(response, 'via')) findings.push(header('http-via', response, 'via'));
  else if (request.method !== 'CONNECT' && response.status < 400)
    findings.push(line('http-no-via', response.start, String(response.status)));
  const cached = OF_CACHES.filter((name) => has(response, name));
  if (cached[0] !== undefined)
    findings.push({ ...header('http-cache-headers', response, cached[0]), detail: cached.join(', ') });
  return findings;
}

/** What a 2xx to CONNECT must not have (RFC 9110 §9.3.6). */
function tunnelFindings(response: HttpResponse, context: LayerContext): HttpFinding[] {
  const framing = ['content-length', 'transfer-encoding'].filter((name) => has(response, name));
  const findings = framing.map((name) => header('http-connect-framing', response, name));
  const length = endOfTurn(context, response.start) - response.end;
  const announced = Number(response.headers.find(({ name }) => name.toLowerCase() === 'content-length')?.value ?? 0);
  if (length > 0 && (announced > 0 || framing.includes('transfer-encoding'))) {
    const body = { side: 'server', offset: response.end, length: Math.min(length, SHOWN) } as const;
    findings.push({ ...body, code: 'http-connect-body', detail: `${length} bytes` });
  }
  return findings;
}

/** Bytes of the server that belong to no message: line ends in front of a response or behind one, and what follows the last. */
function betweenMessages(messages: readonly HttpMessage[], context: LayerContext): HttpFinding[] {
  const bytes = context.streams.server;
  const findings: HttpFinding[] = [];
  let position = context.place.server;
  const stray = (start: number, end: number) => {
    const length = lineEnds(bytes, start, end);
    if (length > 0)
      findings.push({ code: 'http-stray-line-end', side: 'server', offset: start, length: Math.min(length, SHOWN) });
  };
  const responses = messages.filter((message) => message.kind === 'response');
  for (const { end } of responses) {
    stray(position, end);
    position = end;
  }
  const last = responses.at(-1);
  if (last === undefined || messages.at(-1) !== last || !last.complete) return findings;
  const end = endOfTurn(context, last.start);
  const asked = messages.findLast((message) => message.kind === 'request');
  const opened = asked?.method === 'CONNECT' && isSuccessful(last.status);
  const ends = lineEnds(bytes, position, end);
  stray(position, position + ends);
  const more = end - position - ends;
  if (!opened && more > 0) {
    const place = { side: 'server', offset: position + ends, length: Math.min(more, SHOWN) } as const;
    findings.push({ ...place, code: 'http-stray-bytes', detail: `${more} bytes` });
  }
  return findings;
}

function otherAnswer(answer: Uint8Array, offset: number, outcome: string): HttpFinding[] {
  const place = { side: 'server', offset, length: Math.min(answer.length, SHOWN) } as const;
  if (lineEnds(answer, 0, answer.length) === answer.length) return [{ ...place, code: 'http-bare-crlf' }];
  const other = otherProtocol(answer);
  if (other === 'socks5' || other === 'socks4') return [{ ...place, code: 'http-socks-answer' }];
  return outcome === 'unreadable' ? [{ ...place, code: 'http-unreadable-answer' }] : [];
}

/** How many of the bytes from `start` on are CR or LF. */
function lineEnds(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === 0x0d || bytes[at] === 0x0a)) at++;
  return at - start;
}

function bareLineFeed(bytes: Uint8Array, start: number, end: number): number {
  for (let at = bytes.indexOf(0x0a, start); at !== -1 && at < end; at = bytes.indexOf(0x0a, at + 1))
    if (at === start || bytes[at - 1] !== 0x0d) return at;
  return -1;
}

/** Where a failure says 200 or 204, as a search in the whole reply would find it. */
function named2xx({ status, start, end, headEnd = end }: HttpResponse, bytes: Uint8Array): HttpFinding | undefined {
  if (isSuccessful(status)) return undefined;
  const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
  const found = /20[04]/.exec(text);
  if (found === null) return undefined;
  const offset = start + found.index;
  const detail = `${found[0]} in the ${offset < headEnd ? 'head' : 'body'} of a ${status}`;
  return { code: 'http-failure-names-success', side: 'server', offset, length: 3, detail };
}

const has = ({ headers }: HttpRequest | HttpResponse, wanted: string): boolean =>
  headers.some(({ name }) => name.toLowerCase() === wanted);

/** Is the request one to a proxy (RFC 9112 §3.2.2, §3.2.3)? */
const isProxied = ({ method, target }: HttpRequest): boolean => method === 'CONNECT' || target.includes('://');

const line = (code: HttpFinding['code'], offset: number, detail: string): HttpFinding => ({
  code,
  side: 'server',
  offset,
  length: 12,
  field: 'status line',
  detail,
});

/** A header line, by its name alone: the value may be a secret. */
function header(code: HttpFinding['code'], { fields, start }: HttpResponse, wanted: string): HttpFinding {
  const field = fields.find(({ name }) => name.toLowerCase() === wanted);
  const length = field?.name.length ?? 0;
  return { code, side: 'server', offset: field?.start ?? start, length, field: field?.name ?? wanted };
}
