import { ByteReader, DecodeError } from '../../bytes/reader.ts';
import { type LayerOutcome, type LayerReading, type Place, type Streams, stopped } from '../layer.ts';
import { isInterim, isSuccessful, STATUS } from './codes.ts';
import {
  decodeRequest,
  decodeResponse,
  type HttpMessage,
  type HttpRequest,
  type HttpResponse,
  takeEmptyLines,
  withoutUserinfo,
} from './message.ts';

const START_OF_REQUEST = /^[A-Z][A-Z-]{2,19} \S/;
/** A method is any token, and case-sensitive (RFC 9110 §9.1); one in lower case is told from other protocols by the end of its line. */
const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ \S.* HTTP\/1\.[01]\r?$/;

/** Does the client talk HTTP/1 (RFC 9112 §3)? What the server says may be something else. */
export function recognizeHttp({ client }: Streams, place: Place): boolean {
  const head = Buffer.from(client.subarray(place.client, place.client + 512)).toString('latin1');
  const end = head.indexOf('\n');
  return end === -1 ? START_OF_REQUEST.test(head) : REQUEST_LINE.test(head.slice(0, end));
}

/**
 * Reads requests and responses in pairs, up to the tunnel that a CONNECT opens. Never throws: what stops it is the outcome.
 * The outcome is that of the first exchange which was not just a demand for credentials that the client then met.
 */
export function readHttp(streams: Streams, place: Place): LayerReading<HttpMessage> {
  const client = new ByteReader(streams.client, place.client);
  const server = new ByteReader(streams.server, place.server);
  const messages: HttpMessage[] = [];
  let destination: string | undefined;
  let verdict: LayerOutcome | undefined;
  for (;;) {
    const exchange = readExchange(client, server, streams, messages);
    destination ??= exchange.request && destinationOf(exchange.request);
    if (!('response' in exchange)) return { messages, outcome: verdict ?? exchange.outcome, destination };
    const { request, response } = exchange;
    if (request.method === 'CONNECT' && isSuccessful(response.status)) {
      const tunnel = { client: client.offset, server: server.offset };
      return { messages, outcome: verdict ?? { kind: 'granted', tunnel }, destination };
    }
    const challenge = response.status === STATUS.proxyAuthenticationRequired || response.status === STATUS.unauthorized;
    const last = client.remaining === 0 || !response.complete;
    if (!challenge || last) verdict ??= verdictOn(request, response);
    if (last) return { messages, outcome: verdict ?? verdictOn(request, response), destination };
  }
}

type Exchange =
  | { readonly request: HttpRequest; readonly response: HttpResponse }
  | { readonly request: HttpRequest | undefined; readonly outcome: LayerOutcome };

function readExchange(client: ByteReader, server: ByteReader, streams: Streams, messages: HttpMessage[]): Exchange {
  let request: HttpRequest | undefined;
  try {
    request = decodeRequest(client, streams.client);
    messages.push(request);
    const { method } = request;
    for (;;) {
      const emptyLines = takeEmptyLines(server);
      if (emptyLines !== undefined) messages.push(emptyLines);
      const response = decodeResponse(
        server,
        streams.server,
        (status) => method === 'HEAD' || (method === 'CONNECT' && isSuccessful(status)),
      );
      messages.push(response);
      if (!isInterim(response.status)) return { request, response };
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (request === undefined) return { request, outcome: stopped(error, 'client', 'HTTP request') };
    const emptyLines = messages.at(-1)?.kind === 'empty lines';
    const awaited = emptyLines ? 'HTTP response behind an empty line' : 'HTTP response';
    return { request, outcome: stopped(error, 'server', awaited) };
  }
}

function verdictOn(request: HttpRequest, { status, phrase, start }: HttpResponse): LayerOutcome {
  const place = { side: 'server', offset: start } as const;
  if (request.method === 'CONNECT') return { kind: 'refused', reason: `${status} ${phrase}`.trim(), place };
  return { kind: 'answered', status, phrase, place };
}

/** What the request is about: the authority of CONNECT and of the absolute form, else the Host header (RFC 9112 §3.2). */
function destinationOf({ method, target, headers }: HttpRequest): string | undefined {
  const named = withoutUserinfo(target);
  if (method === 'CONNECT') return named;
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)/i.exec(named)?.[1];
  return authority ?? headers.find(({ name }) => name.toLowerCase() === 'host')?.value;
}
