import type { DecodeError, Field } from '../bytes/reader.ts';
import type { Side } from '../conversation/conversation.ts';

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
