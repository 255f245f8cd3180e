import { printableBytes } from '../../bytes/printable.ts';
import { type ByteReader, DecodeError, type Role } from '../../bytes/reader.ts';
import type { MessageSpan } from '../layer.ts';
import { SECRET_HEADERS } from './codes.ts';
import { type Framing, frameRequest, frameResponse, lineEnd } from './framing.ts';

interface Header {
  readonly name: string;
  readonly value: string;
}

interface HttpMessageBase extends MessageSpan {
  readonly protocol: 'http';
  /** `HTTP/1.1`. */
  readonly version: string;
  readonly headers: readonly Header[];
  /** Where the head's blank line ends; undefined when the capture ends before it. */
  readonly headEnd: number | undefined;
  /** Is its end there? A response that lasts until the close has none. */
  readonly complete: boolean;
}

export interface HttpRequest extends HttpMessageBase {
  readonly kind: 'request';
  readonly method: string;
  readonly target: string;
}

export interface HttpResponse extends HttpMessageBase {
  readonly kind: 'response';
  readonly status: number;
  readonly phrase: string;
}

/** Lines with nothing in them, which some servers say before a status line; RFC 9112 §2.2 has servers skip them before a request line. */
export interface EmptyLines extends MessageSpan {
  readonly protocol: 'http';
  readonly kind: 'empty lines';
}

export type HttpMessage = HttpRequest | HttpResponse | EmptyLines;

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ ]+) (HTTP\/1\.[01])$/;
/** `http://user:password@host/` names credentials (RFC 3986 §3.2.1); so may the authority of CONNECT. */
const USERINFO = /^([a-z][a-z0-9+.-]*:\/\/)?([^/?#]*@)/i;
/** What decides about a response stands in its first 12 bytes: `HTTP/1.1 204`. */
const STATUS_LENGTH = 12;

/** Decodes a request (RFC 9112 §3). Throws DecodeError when the request line is cut short or is none. */
export function decodeRequest(reader: ByteReader, bytes: Uint8Array): HttpRequest {
  const start = reader.offset;
  const end = lineEnd(bytes, start);
  if (end === undefined) throw new DecodeError('request line', start, 'a line', `${reader.remaining} bytes`, true);
  const match = REQUEST_LINE.exec(lineText(bytes, start, end));
  // What is there instead may be a secret, and is not said.
  if (match === null) throw new DecodeError('request line', start, 'METHOD target HTTP/1.x', 'something else');
  const [, method, target, version] = match as unknown as [string, string, string, string];
  const [, scheme = '', userinfo] = USERINFO.exec(target) ?? [];
  if (userinfo !== undefined) {
    reader.bytes(method.length + 1 + scheme.length, 'request line');
    reader.bytes(userinfo.length, 'userinfo', 'secret');
  }
  reader.bytes(end - reader.offset, 'request line');
  const head = decodeHead(reader, bytes, 'fixed');
  const framing = frameRequest(bytes, start, method, head);
  const body = takeBody(reader, head.headEnd, framing);
  return { protocol: 'http', kind: 'request', side: 'client', method, target, version, ...head, ...body, start };
}

/** Takes the server's empty lines, ended by CR LF or LF; undefined where there are none. */
export function takeEmptyLines(reader: ByteReader): EmptyLines | undefined {
  const start = reader.offset;
  for (;;) {
    const length = reader.peek(0) === 0x0d ? 2 : 1;
    if (reader.peek(length - 1) !== 0x0a) break;
    reader.bytes(length, 'empty line', 'volatile');
  }
  if (reader.offset === start) return undefined;
  return {
    protocol: 'http',
    kind: 'empty lines',
    side: 'server',
    start,
    end: reader.offset,
    fields: reader.takeFields(),
  };
}

/**
 * Decodes a response (RFC 9112 §4). A status line that is cut behind its code will do: nothing else decides.
 * Throws DecodeError when less is there, or when it is no HTTP. `bodiless`: the request was HEAD, or CONNECT that succeeded.
 */
export function decodeResponse(
  reader: ByteReader,
  bytes: Uint8Array,
  bodiless: (status: number) => boolean,
): HttpResponse {
  const start = reader.offset;
  const shown = Buffer.from(bytes.subarray(start, start + STATUS_LENGTH)).toString('latin1');
  if (
    !'HTTP/1.x 999'
      .slice(0, shown.length)
      .split('')
      .every((wanted, at) => fits(wanted, shown.charAt(at)))
  ) {
    throw new DecodeError('status line', start, 'HTTP/1.x and a status', quoted(shown));
  }
  if (shown.length < STATUS_LENGTH)
    throw new DecodeError('status line', start, `${STATUS_LENGTH} bytes`, `${shown.length}`, true);
  const lineStop = lineEnd(bytes, start) ?? bytes.length;
  reader.bytes(lineStop - start, 'status line', 'outcome');
  const line = lineText(bytes, start, lineStop);
  const version = line.slice(0, 8);
  const status = Number(line.slice(9, STATUS_LENGTH));
  // Where it repeats a URL, the credentials in that are not told on.
  const phrase = line
    .slice(STATUS_LENGTH)
    .replace(/^ /, '')
    .replace(/:\/\/[^\s/@]*@/g, '://***@');
  const head = decodeHead(reader, bytes, 'volatile');
  const framing = frameResponse(bytes, start, status, bodiless(status), head);
  const body = takeBody(reader, head.headEnd, framing);
  return { protocol: 'http', kind: 'response', side: 'server', version, status, phrase, ...head, ...body, start };
}

function fits(wanted: string, found: string): boolean {
  if (wanted === 'x') return found === '0' || found === '1';
  return wanted === '9' ? found >= '0' && found <= '9' : wanted === found;
}

/** A request's target without credentials. */
export const withoutUserinfo = (target: string): string => target.replace(USERINFO, '$1');

/** Header lines up to the blank line, as far as they are there. */
function decodeHead(
  reader: ByteReader,
  bytes: Uint8Array,
  role: Role,
): { headers: Header[]; headEnd: number | undefined } {
  const headers: Header[] = [];
  const roleOf = (name: string): Role => (SECRET_HEADERS.has(name.toLowerCase()) ? 'secret' : role);
  for (;;) {
    const end = lineEnd(bytes, reader.offset);
    const text = lineText(bytes, reader.offset, end ?? bytes.length);
    // A line that starts with white space continues the one before it (RFC 9112 §5.2, obsolete folding).
    const folded = /^[ \t]/.test(text) ? headers.at(-1) : undefined;
    const colon = text.indexOf(':');
    const name = folded?.name ?? text.slice(0, Math.max(colon, 0)).trimEnd();
    if (end === undefined) {
      // The capture ends inside a line, whose name may already show that it is a secret.
      reader.bytes(reader.remaining, 'cut header line', roleOf(name));
      return { headers, headEnd: undefined };
    }
    if (text === '') {
      reader.bytes(end - reader.offset, 'end of head');
      return { headers, headEnd: reader.offset };
    }
    reader.bytes(end - reader.offset, name || 'header line', roleOf(name));
    if (folded !== undefined) {
      const value = [folded.value, trimmed(text)].filter((each) => each !== '').join(' ');
      headers[headers.length - 1] = { name, value };
    } else if (name !== '') headers.push({ name, value: trimmed(text.slice(colon + 1)) });
  }
}

/** Without spaces and tabs at its ends (RFC 9110 §5.6.3, OWS); any other byte belongs to the value. */
const trimmed = (text: string): string => /^[ \t]*(.*[^ \t])?/s.exec(text)?.[1] ?? '';

/** A line without its end, a character a byte. */
const lineText = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.subarray(start, end))
    .toString('latin1')
    .replace(/\r?\n$/, '');

function takeBody(
  reader: ByteReader,
  headEnd: number | undefined,
  framing: Framing,
): { end: number; complete: boolean; fields: ReturnType<ByteReader['takeFields']> } {
  const end = headEnd === undefined ? reader.offset : Math.max(headEnd, framing.end);
  reader.bytes(end - reader.offset, 'body', 'volatile');
  return { end, complete: framing.complete, fields: reader.takeFields() };
}

const quoted = (text: string): string => `"${printableBytes(Buffer.from(text.slice(0, 40), 'latin1'))}"`;
