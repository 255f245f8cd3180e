import { HTTPParser } from 'http-parser-js';
import { printableBytes } from '../../bytes/printable.ts';
import { type ByteReader, DecodeError, type Role } from '../../bytes/reader.ts';
import type { MessageSpan } from '../layer.ts';
import { SECRET_HEADERS } from './codes.ts';

export interface Header {
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
  /** Is the whole message there? */
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

export type HttpMessage = HttpRequest | HttpResponse;

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) (HTTP\/1\.[0-9])$/;
const STATUS_LINE = /^(HTTP\/1\.[0-9]) ([0-9]{3})(?: (.*))?$/s;
/** What decides about a response stands in its first 12 bytes: `HTTP/1.1 204`. */
const STATUS_LENGTH = 12;

/** Decodes a request (RFC 9112 §3). Throws DecodeError when the request line is cut short or is none. */
export function decodeRequest(reader: ByteReader, bytes: Uint8Array): HttpRequest {
  const start = reader.offset;
  const line = takeLine(reader, bytes, 'request line', 'fixed');
  const match = REQUEST_LINE.exec(line);
  if (match === null) throw new DecodeError('request line', start, 'METHOD target HTTP/1.x', quoted(line));
  const [, method, target, version] = match as unknown as [string, string, string, string];
  const head = decodeHead(reader, bytes, 'fixed');
  const framing = frame(bytes, start, HTTPParser.REQUEST, false);
  const body = takeBody(reader, head.headEnd, framing);
  return { protocol: 'http', kind: 'request', side: 'client', method, target, version, ...head, ...body, start };
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
  const line = takeLine(reader, bytes, 'status line', 'outcome', true);
  const [, version, status, phrase] = STATUS_LINE.exec(line) ?? [
    undefined,
    shown.slice(0, 8),
    shown.slice(9),
    line.slice(12),
  ];
  const head = decodeHead(reader, bytes, 'volatile');
  const framing = frame(bytes, start, HTTPParser.RESPONSE, bodiless(Number(status)));
  const body = takeBody(reader, head.headEnd, framing);
  return {
    protocol: 'http',
    kind: 'response',
    side: 'server',
    version: version as string,
    status: Number(status),
    phrase: phrase ?? '',
    ...head,
    ...body,
    start,
  };
}

const fits = (wanted: string, found: string): boolean =>
  wanted === 'x' || wanted === '9' ? found >= '0' && found <= '9' : wanted === found;

/** Header lines up to the blank line, as far as they are there. */
function decodeHead(
  reader: ByteReader,
  bytes: Uint8Array,
  role: Role,
): { headers: Header[]; headEnd: number | undefined } {
  const headers: Header[] = [];
  while (lineEnd(bytes, reader.offset) !== undefined) {
    const start = reader.offset;
    const end = lineEnd(bytes, start) as number;
    const text = Buffer.from(bytes.subarray(start, end))
      .toString('latin1')
      .replace(/\r?\n$/, '');
    if (text === '') {
      reader.bytes(end - start, 'end of head');
      return { headers, headEnd: reader.offset };
    }
    const name = text.slice(0, Math.max(text.indexOf(':'), 0));
    reader.bytes(end - start, name || 'header line', SECRET_HEADERS.has(name.toLowerCase()) ? 'secret' : role);
    const previous = headers.at(-1);
    // A line that starts with white space continues the one before it (RFC 9112 §5.2, obsolete folding).
    if (/^[ \t]/.test(text) && previous)
      headers[headers.length - 1] = { ...previous, value: `${previous.value} ${text.trim()}`.trim() };
    else if (name !== '') headers.push({ name, value: text.slice(name.length + 1).trim() });
  }
  // The capture ends inside a line, whose name may already show that it is a secret.
  if (reader.remaining > 0) {
    const rest = Buffer.from(bytes.subarray(reader.offset)).toString('latin1').toLowerCase();
    reader.bytes(reader.remaining, 'cut header line', SECRET_HEADERS.has(rest.split(':')[0] ?? '') ? 'secret' : role);
  }
  return { headers, headEnd: undefined };
}

/** Takes a line with its end; `cutIsFine` takes what there is when the bytes end first. */
function takeLine(reader: ByteReader, bytes: Uint8Array, name: string, role: Role, cutIsFine = false): string {
  const end = lineEnd(bytes, reader.offset) ?? (cutIsFine ? bytes.length : undefined);
  if (end === undefined) throw new DecodeError(name, reader.offset, 'a line', `${reader.remaining} bytes`, true);
  const line = reader.bytes(end - reader.offset, name, role);
  return Buffer.from(line)
    .toString('latin1')
    .replace(/\r?\n$/, '');
}

/** Where the line that starts at `from` ends, its LF included; CR LF and a bare LF both end a line (RFC 9112 §2.2). */
function lineEnd(bytes: Uint8Array, from: number): number | undefined {
  const at = bytes.indexOf(0x0a, from);
  return at === -1 ? undefined : at + 1;
}

function takeBody(
  reader: ByteReader,
  headEnd: number | undefined,
  framing: { end: number; complete: boolean },
): { end: number; complete: boolean; fields: ReturnType<ByteReader['takeFields']> } {
  const end = headEnd === undefined ? reader.offset : Math.max(headEnd, framing.end);
  reader.bytes(end - reader.offset, 'body', 'volatile');
  return { end, complete: framing.complete, fields: reader.takeFields() };
}

/** Where the message that starts at `start` ends, by http-parser-js: Content-Length, chunks, or the close (RFC 9112 §6). */
function frame(
  bytes: Uint8Array,
  start: number,
  kind: typeof HTTPParser.REQUEST | typeof HTTPParser.RESPONSE,
  bodiless: boolean,
): { end: number; complete: boolean } {
  const parser = new HTTPParser(kind) as InstanceType<typeof HTTPParser> & { offset: number; maxHeaderSize: number };
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  parser.maxHeaderSize = view.length + 1;
  let end: number | undefined;
  parser[HTTPParser.kOnHeadersComplete] = () => bodiless as unknown as number;
  parser[HTTPParser.kOnMessageComplete] = () => {
    end = parser.offset;
    throw new MessageComplete(); // what follows is another message, or the tunnel
  };
  try {
    parser.execute(view, start, view.length - start);
  } catch (error) {
    if (!(error instanceof MessageComplete)) throw error;
  }
  return end === undefined ? { end: view.length, complete: false } : { end, complete: true };
}

class MessageComplete extends Error {}

const quoted = (text: string): string => `"${printableBytes(Buffer.from(text.slice(0, 40), 'latin1'))}"`;
