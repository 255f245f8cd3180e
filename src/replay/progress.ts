import { DEFAULT_LIMITS } from '../bytes/limits.ts';
import type { Side } from '../conversation/conversation.ts';
import type { Turn } from '../conversation/turns.ts';
import { type Message, readProtocols } from '../dialogue/layer.ts';
import type { Streams } from '../protocol/layer.ts';

/** How far a side has come: what it has said in known protocols, and how many bytes behind that. */
export interface Progress {
  readonly messages: readonly Message[];
  readonly data: number;
}

/** What a side has said so far, read by the grammars. What the other has said, and when, tells the protocols in a tunnel apart. */
export function progressOf(side: Side, streams: Streams, turns: readonly Pick<Turn, 'side' | 'end'>[]): Progress {
  const { layers } = readProtocols(streams, turns, DEFAULT_LIMITS.nesting);
  const read = layers.flatMap(({ messages }) => messages);
  return progressAt(side, streams[side].length, read);
}

/** How far a side has come that has said so many bytes. */
export function progressAt(side: Side, end: number, read: readonly Message[]): Progress {
  const messages = read.filter((message) => message.side === side && isWhole(message) && message.end <= end);
  return { messages, data: end - (messages.at(-1)?.end ?? 0) };
}

/** Is its end there? Of HTTP the head may be read long before. */
const isWhole = (message: Message): boolean => !('complete' in message) || message.complete;
