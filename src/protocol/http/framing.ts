import { createRequire } from 'node:module';
import type { HTTPParser } from 'http-parser-js';

/** Where a message ends, and whether its end is there. */
export interface Framing {
  readonly end: number;
  readonly complete: boolean;
}

/** What of a head says where its message ends. */
interface Head {
  readonly headers: readonly { readonly name: string }[];
  readonly headEnd: number | undefined;
}

/** Where the request that starts at `start` ends: Content-Length or chunks (RFC 9112 §6). */
export function frameRequest(bytes: Uint8Array, start: number, method: string, head: Head): Framing {
  if (PLAIN_METHODS.has(method) && isPlain(bytes, start, head)) return { end: head.headEnd, complete: true };
  return parsed(bytes, start, 'REQUEST', false);
}

/** Where the response that starts at `start` ends: Content-Length, chunks, or the close (RFC 9112 §6). */
export function frameResponse(
  bytes: Uint8Array,
  start: number,
  status: number,
  bodiless: boolean,
  head: Head,
): Framing {
  if (isPlain(bytes, start, head)) {
    if (bodiless || isBodiless(status)) return { end: head.headEnd, complete: true };
    return { end: bytes.length, complete: false }; // it lasts until the close
  }
  return parsed(bytes, start, 'RESPONSE', bodiless);
}

/** Methods that http-parser-js knows, too. */
const PLAIN_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'CONNECT', 'OPTIONS']);

const isBodiless = (status: number): boolean => (status >= 100 && status < 200) || status === 204 || status === 304;

/** Does the head say nothing of a body, and hold nothing that http-parser-js refuses? Then it need not be asked, which takes longer than all else. */
function isPlain(bytes: Uint8Array, start: number, head: Head): head is Head & { readonly headEnd: number } {
  if (head.headEnd === undefined || head.headers.some(({ name }) => FRAMING_HEADERS.has(name.toLowerCase())))
    return false;
  let carriageReturn = start - 1;
  for (let at = start; at < head.headEnd; ) {
    const end = lineEnd(bytes, at) ?? bytes.length;
    if (end - at > MAX_LINE_LENGTH) return false;
    if (carriageReturn < at) carriageReturn = bytes.subarray(0, head.headEnd).indexOf(CR, at);
    if (carriageReturn === -1) carriageReturn = head.headEnd;
    if (carriageReturn < end - 2) return false; // inside a line
    at = end;
  }
  return true;
}

const FRAMING_HEADERS: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);
const CR = 0x0d;

/** Where the line that starts at `from` ends, its LF included; CR LF and a bare LF both end a line (RFC 9112 §2.2). */
export function lineEnd(bytes: Uint8Array, from: number): number | undefined {
  const at = bytes.indexOf(0x0a, from);
  return at === -1 ? undefined : at + 1;
}

/** Where the message ends by http-parser-js. */
function parsed(bytes: Uint8Array, start: number, kind: 'REQUEST' | 'RESPONSE', bodiless: boolean): Framing {
  // The parser's expression for a header line takes time that is quadratic in its length.
  if (hasLongLine(bytes, start)) return { end: bytes.length, complete: false };
  const Parser = loadParser();
  const parser = new Parser(Parser[kind]) as InstanceType<typeof HTTPParser> & { offset: number };
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let end: number | undefined;
  parser[Parser.kOnHeadersComplete] = () => bodiless as unknown as number;
  parser[Parser.kOnMessageComplete] = () => {
    end = parser.offset;
    throw COMPLETE; // what follows is another message, or the tunnel
  };
  try {
    parser.execute(view, start, view.length - start);
  } catch (error) {
    if (error !== COMPLETE) throw error;
  }
  return end === undefined ? { end: view.length, complete: false } : { end, complete: true };
}

let loaded: typeof HTTPParser | undefined;

/** Most captures do without it, and start sooner. */
function loadParser(): typeof HTTPParser {
  if (loaded !== undefined) return loaded;
  const module = createRequire(import.meta.url)('http-parser-js') as typeof import('http-parser-js');
  loaded = module.HTTPParser;
  loaded.encoding = 'latin1'; // its default is 7 bits a character, in which a byte of UTF-8 may become a space or CR
  return loaded;
}

const MAX_LINE_LENGTH = 8192;

/** Is a line of the head longer than what servers take (RFC 9112 §3 recommends 8000 octets for a request line)? */
function hasLongLine(bytes: Uint8Array, start: number): boolean {
  for (let at = start; ; ) {
    const end = lineEnd(bytes, at) ?? bytes.length;
    if (end - at > MAX_LINE_LENGTH) return true;
    if (end - at <= 2 || end === bytes.length) return false;
    at = end;
  }
}

/** Made once: a stack trace for each message would cost more than the parsing. */
const COMPLETE = new Error('message complete');
