import type { Endpoint } from '../packet/segment.ts';
import type { ByteStream } from './stream.ts';

export type Side = 'client' | 'server';

export const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client');

/** How it is known which end is the client, from the surest to the weakest. */
export type RolesBy = 'option' | 'SYN' | 'SYN-ACK' | 'bytes' | 'ports';

/** One TCP connection as captured. */
export interface Conversation {
  /** From 0, as Wireshark's `tcp.stream`. */
  readonly stream: number;
  readonly client: Endpoint & { readonly bytes: ByteStream };
  readonly server: Endpoint & { readonly bytes: ByteStream };
  readonly rolesBy: RolesBy;
  /** Frames that belong to it. */
  readonly frames: number;
  readonly firstFrame: number;
  /** When the first frame was captured. */
  readonly started: { readonly seconds: number; readonly nanoseconds: number };
}

/** The same conversation with the ends exchanged. */
export function exchanged(conversation: Conversation, rolesBy: RolesBy): Conversation {
  return { ...conversation, client: conversation.server, server: conversation.client, rolesBy };
}

/** The conversation with its roles known by other means than before. */
export function withRolesBy(conversation: Conversation, rolesBy: RolesBy): Conversation {
  return { ...conversation, rolesBy };
}

/** Milliseconds from one moment to another. */
export function elapsed(
  from: { readonly seconds: number; readonly nanoseconds: number },
  to: { readonly seconds: number; readonly nanoseconds: number },
): number {
  return (to.seconds - from.seconds) * 1000 + (to.nanoseconds - from.nanoseconds) / 1e6;
}

/** The frames that carried the bytes from `start` to `end`, each once, in order. */
export function framesOf(stream: ByteStream, start: number, end: number): number[] {
  const frames: number[] = [];
  for (const run of stream.runs) {
    if (run.start < end && run.end > start && !frames.includes(run.frame)) frames.push(run.frame);
  }
  return frames;
}
