import type { Layer, Message } from './layer.ts';

/** What may stand in place of a byte without changing how a dialogue reads, and what check it makes. */
export const MAY_BE = { nothingElse: 0, anything: 1, anyVisible: 2 } as const;

/** What a server names in the reply of a SOCKS proxy to a request: its own end of the connection to the origin. */
const BOUND: ReadonlySet<string> = new Set(['BND.ADDR', 'BND.PORT', 'DSTPORT', 'DSTIP']);

/** Response headers that change from one answer to the next, and frame no message. */
const CHANGING_HEADERS: ReadonlySet<string> = new Set([
  'age',
  'date',
  'etag',
  'expires',
  'last-modified',
  'server-timing',
  'set-cookie',
  'via',
  'x-request-id',
]);

/** For each byte of the server's stream what may stand in its place: a MAY_BE. What is not known to decide nothing may be nothing else. */
export function idleBytesOf(layers: readonly Layer[], server: Uint8Array): Uint8Array {
  const idle = new Uint8Array(server.length);
  for (const { messages } of layers) for (const message of messages) markIdle(message, server, idle);
  return idle;
}

function markIdle(message: Message, server: Uint8Array, idle: Uint8Array): void {
  for (const { name, start, length } of message.fields) {
    if (message.kind === 'reply' && BOUND.has(name)) idle.fill(MAY_BE.anything, start, start + length);
    if (message.kind !== 'response' || !CHANGING_HEADERS.has(name.toLowerCase())) continue;
    const colon = start + name.length;
    if (server[colon] !== 0x3a) continue; // the line goes on with the one before it
    for (let at = colon + 1; at < start + length; at++) {
      if (isVisible(server[at])) idle[at] = MAY_BE.anyVisible;
    }
  }
}

/** Space and visible ASCII: no line ends or begins with one of them in place of another. */
export const isVisible = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x20 && byte < 0x7f;
