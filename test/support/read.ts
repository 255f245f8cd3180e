import type { Conversation } from '../../src/conversation/conversation.ts';
import { ConversationTracker } from '../../src/conversation/tracker.ts';
import { PacketDecoder } from '../../src/packet/decode.ts';
import { framesOf, type Link, type WireSegment } from './wire.ts';

/** The conversations that segments make up, in the order of their numbers. */
export function conversationsOf(segments: readonly WireSegment[], link?: Link): Conversation[] {
  const conversations: Conversation[] = [];
  const tracker = new ConversationTracker({
    onConversation: (conversation) => conversations.push(conversation),
  });
  framesOf(segments, link).forEach(({ data, time }, at) => {
    const segment = new PacketDecoder().decode({
      number: at + 1,
      seconds: Math.floor(time / 1_000_000),
      nanoseconds: (time % 1_000_000) * 1000,
      linkType: link?.linkType ?? 1,
      bytes: data,
      start: 0,
      end: data.length,
      originalLength: data.length,
    });
    if (typeof segment === 'string') throw new Error(`frame ${at + 1}: ${segment}`);
    tracker.add(segment);
  });
  tracker.finish();
  return conversations.sort((a, b) => a.stream - b.stream);
}
