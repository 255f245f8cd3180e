import { type Conversation, framesOf } from '../conversation/conversation.ts';
import type { Dialogue } from '../dialogue/dialogue.ts';
import type { Layer, Message } from '../dialogue/layer.ts';
import { copiedBytes } from './copied.ts';
import { flawIn, usedSpans } from './evidence.ts';
import { type Exchange, exchangesOf } from './exchange.ts';

/** Bytes of the client's stream that it copied out of a reply, and the frame that carried them. */
export interface CopiedPart {
  readonly offset: number;
  readonly length: number;
  readonly frame: number | undefined;
}

/** How a dialogue goes on behind the exchanges that are needed. */
interface Sequel {
  readonly exchanges: readonly Exchange[];
  /** What was copied in the first of them that copies, and which one that is. */
  readonly copied: (CopiedPart & { readonly exchange: number }) | undefined;
}

/** Exchanges of an unknown protocol that are followed. */
const MAX_LATER = 8;

/** The messages up to the first of the client's that copies bytes out of a reply: sent again, those would be stale. */
export function untilCopied(
  dialogue: Dialogue,
  messages: readonly Message[],
): { readonly messages: readonly Message[]; readonly copied: CopiedPart | undefined } {
  for (const [at, message] of messages.entries()) {
    const copied = copiedIn(dialogue, message);
    if (copied !== undefined) return { messages: messages.slice(0, at), copied };
  }
  return { messages, copied: undefined };
}

/** What follows the used messages in a protocol that is not known, as long as nothing of it is lost. */
export function sequelOf(dialogue: Dialogue, used: readonly Message[]): Sequel {
  const layer = dialogue.layers.at(-1);
  const sequel: Exchange[] = [];
  let copied: Sequel['copied'];
  if (layer?.protocol !== 'unknown') return { exchanges: sequel, copied };
  const behind = layer.messages.slice(layer.messages.findLastIndex((message) => used.includes(message)) + 1);
  for (let at = 0; at + 1 < behind.length && sequel.length < MAX_LATER; at += 2) {
    const pair = behind.slice(at, at + 2);
    if (pair[0]?.side !== 'client') break;
    const part = copied === undefined ? copiedIn(dialogue, pair[0]) : undefined;
    if (part !== undefined) copied = { ...part, exchange: sequel.length };
    const spans = usedSpans(dialogue, pair);
    if (flawIn(dialogue, spans, new Set()) !== undefined) break;
    const exchanges = exchangesOf(dialogue, pair, spans, {});
    if ('reason' in exchanges) break;
    sequel.push(...exchanges);
  }
  return { exchanges: sequel, copied };
}

/** In what is not read, and in HTTP where a request is made again with what the first answer said. */
const mayCopy = ({ protocol }: Layer): boolean => protocol === 'unknown' || protocol === 'http';

/** What a message repeats of what the server said before it in the same layer. */
function copiedIn({ conversation, layers }: Dialogue, message: Message): CopiedPart | undefined {
  if (message.side !== 'client') return undefined;
  const layer = layers.find(({ messages }) => messages.includes(message));
  if (layer === undefined || !mayCopy(layer)) return undefined;
  const before = layer.messages.slice(0, layer.messages.indexOf(message));
  const replies = before.filter(({ side }) => side === 'server').map((reply) => bytesOf(conversation, reply));
  if (replies.length === 0) return undefined;
  const copied = copiedBytes(bytesOf(conversation, message), replies, [
    conversation.client.bytes.bytes.subarray(0, message.start),
  ]);
  if (copied === undefined) return undefined;
  const offset = message.start + copied.at;
  return { offset, length: copied.length, frame: framesOf(conversation.client.bytes, offset, offset + 1)[0] };
}

const bytesOf = (conversation: Conversation, { side, start, end }: Message): Uint8Array =>
  conversation[side].bytes.bytes.subarray(start, end);
