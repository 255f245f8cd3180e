import type { Endpoint } from '../packet/segment.ts';
import type { ByteStream, Run } from './stream.ts';

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
  /** Was it given up before it ended, to stay within a bound? What came later is not in it. */
  readonly cutShort: boolean;
  /** Frames that belong to it. */
  readonly frames: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
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
export function framesOf({ runs }: ByteStream, start: number, end: number): number[] {
  const frames = new Set<number>();
  for (let at = firstRunBehind(runs, start); at < runs.length; at++) {
    const run = runs[at] as Run;
    if (run.start >= end) break;
    frames.add(run.frame);
  }
  return [...frames];
}

/** The index of the first run that ends behind an offset. */
function firstRunBehind(runs: readonly Run[], offset: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[middle] as Run).end <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The stretch that carried the byte at an offset; undefined where it was not captured. */
export function runAt({ runs }: ByteStream, offset: number): Run | undefined {
  const run = runs[firstRunBehind(runs, offset)];
  return run !== undefined && run.start <= offset ? run : undefined;
}

/** Which side ended the conversation first, and how; undefined where neither is known to have. */
export function firstToClose({
  client,
  server,
}: Conversation): { readonly side: Side; readonly by: 'FIN' | 'RST'; readonly frame: number } | undefined {
  const [ofClient, ofServer] = [client.bytes.closed, server.bytes.closed];
  if (ofServer !== undefined && ofServer.frame < (ofClient?.frame ?? Number.POSITIVE_INFINITY))
    return { side: 'server', ...ofServer };
  return ofClient && { side: 'client', ...ofClient };
}

/** Which side ended the conversation first, and how many milliseconds behind a byte of the server; undefined where that is not known. */
export function closedLater(
  conversation: Conversation,
  offset: number,
): { readonly side: Side; readonly by: 'FIN' | 'RST'; readonly frame: number; readonly after: number } | undefined {
  const ending = firstToClose(conversation);
  const closed = ending && conversation[ending.side].bytes.traces?.closed;
  const run = runAt(conversation.server.bytes, offset);
  return ending && closed && run && { ...ending, after: elapsed(run, closed) };
}

/** Is all there, so that what is missing was not said? */
export const isWhole = ({ client, server, cutShort }: Conversation): boolean =>
  !cutShort &&
  [client.bytes, server.bytes].every(({ gaps, length, bytes }) => gaps.length === 0 && length === bytes.length);
