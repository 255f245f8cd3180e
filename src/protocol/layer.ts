import type { DecodeError, Field } from '../bytes/reader.ts';
import type { Conversation, Side } from '../conversation/conversation.ts';
import type { Turn } from '../conversation/turns.ts';

/** What every decoded message has: where it lies in its side's byte stream, and its fields. */
export interface MessageSpan {
  readonly side: Side;
  readonly start: number;
  readonly end: number;
  readonly fields: readonly Field[];
}

/** The bytes of both sides as far as they were captured without a gap. */
export interface Streams {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** A place in both byte streams. */
export interface Place {
  readonly client: number;
  readonly server: number;
}

/** How one protocol's part of a dialogue ended. */
export type LayerOutcome =
  /** A proxy opened a tunnel: what follows belongs to the next layer. */
  | { readonly kind: 'granted'; readonly tunnel: Place }
  /** The origin (or a proxy in its name) answered the request. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly phrase: string;
      readonly place: { side: Side; offset: number };
    }
  /** The two sides agreed on encryption: what follows cannot be read. */
  | { readonly kind: 'established'; readonly place: { side: Side; offset: number } }
  /** The server is ready to serve: it said so in its greeting, or in its reply. `title` says what it said: `SMTP greeting 220`. */
  | { readonly kind: 'ready'; readonly title: string; readonly place: { side: Side; offset: number } }
  /** The server said no; `reason` is the protocol's words with the code: `connection refused (05)`. */
  | { readonly kind: 'refused'; readonly reason: string; readonly place: { side: Side; offset: number } }
  /** The bytes end before the message that was due. */
  | { readonly kind: 'unfinished'; readonly side: Side; readonly awaited: string }
  /** The bytes are not what the protocol allows, or not for us to read. */
  | { readonly kind: 'unreadable'; readonly reason: string; readonly place: { side: Side; offset: number } };

/** One protocol's part of a dialogue as read. */
export interface LayerReading<Message extends MessageSpan> {
  readonly messages: readonly Message[];
  readonly outcome: LayerOutcome;
  /** What the client asked to be connected to: `name:port`, as it asked. */
  readonly destination: string | undefined;
}

/** The outcome of a decoder that stopped on one side's message. */
export function stopped(error: DecodeError, side: Side, awaited: string): LayerOutcome {
  if (error.short) return { kind: 'unfinished', side, awaited };
  return { kind: 'unreadable', reason: `${awaited}: ${error.message}`, place: { side, offset: error.offset } };
}

/** Where a layer was read from: what quirks are looked for in, beside its messages. */
export interface LayerContext {
  readonly conversation: Conversation;
  readonly turns: readonly Turn[];
  readonly streams: Streams;
  /** Where the layer starts. */
  readonly place: Place;
}

/** Where the turn ends in which a byte of the server stands. */
export const endOfTurn = ({ turns, streams }: LayerContext, offset: number): number =>
  Math.min(
    turns.find(({ side, start, end }) => side === 'server' && start <= offset && offset < end)?.end ?? offset,
    streams.server.length,
  );

/** What a server said where a protocol's message was due that it did not speak. */
export type OtherProtocol = 'http' | 'socks5' | 'socks4' | 'unknown';

/** What the bytes look like that no decoder of the protocol asked for could read. */
export function otherProtocol(bytes: Uint8Array): OtherProtocol {
  if (/^HTTP\/[0-9]/.test(Buffer.from(bytes.subarray(0, 6)).toString('latin1'))) return 'http';
  const [first, second] = bytes;
  if (first === 5 && (second === 0xff || second === 0 || second === 2 || (bytes.length > 3 && bytes[2] === 0)))
    return 'socks5';
  if ((first === 0 || first === 4) && second !== undefined && second >= 0x5a && second <= 0x5d) return 'socks4';
  return 'unknown';
}
