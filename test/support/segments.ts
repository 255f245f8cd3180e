import { DEFAULT_LIMITS } from '../../src/bytes/limits.ts';
import type { Conversation, Side } from '../../src/conversation/conversation.ts';
import type { ByteStream } from '../../src/conversation/stream.ts';
import { ConversationTracker } from '../../src/conversation/tracker.ts';
import { turnsOf } from '../../src/conversation/turns.ts';
import { endpointsOf, formatEndpoint, reversePair, type Segment } from '../../src/packet/segment.ts';
import { ACK, FIN, RST, SYN, type WireSegment } from './wire.ts';

/** A segment as a test says it: offsets count from the first byte behind the SYN, which itself stands at -1. */
export interface Said {
  readonly side: Side;
  readonly flags: number;
  readonly at: number;
  /** How much of the other side's stream it acknowledges. */
  readonly acks: number;
  readonly text: string;
  /** How many bytes of its text the snapshot length cut off. */
  readonly cut: number;
}

type Details = Partial<Pick<Said, 'flags' | 'acks' | 'text' | 'cut'>>;

/** The segments of one side. */
const segmentsOf = (side: Side) => {
  const segment = (flags: number, at: number, details: Details = {}): Said => ({
    side,
    flags,
    at,
    acks: 0,
    text: '',
    cut: 0,
    ...details,
  });
  return {
    segment,
    syn: (details?: Details) => segment(SYN, -1, details),
    synAck: (details?: Details) => segment(SYN | ACK, -1, details),
    says: (at: number, text: string, details?: Details) => segment(ACK, at, { text, ...details }),
    acks: (acks: number, at = 0) => segment(ACK, at, { acks }),
    fin: (at: number, details?: Details) => segment(FIN | ACK, at, details),
    rst: (at: number, details?: Details) => segment(RST | ACK, at, details),
  };
};

export const client = segmentsOf('client');
export const server = segmentsOf('server');
/** The three-way handshake: frames 1 to 3. */
export const OPENED: readonly Said[] = [client.syn(), server.synAck(), client.acks(0)];

export interface Wires {
  /** The initial sequence numbers. */
  readonly clientIsn?: number;
  readonly serverIsn?: number;
  readonly clientPort?: number;
  readonly serverPort?: number;
  /** The number of the first frame. */
  readonly firstFrame?: number;
}

/** The segments as they come out of packet/, in frames from 1 on. */
export function segmentsFrom(said: readonly Said[], wires: Wires = {}): Segment[] {
  const { clientIsn = 1000, serverIsn = 5000, clientPort = 40_000, serverPort = 1080, firstFrame = 1 } = wires;
  const bytes = Buffer.from([10, 0, 0, 1, 10, 0, 0, 2, 0, 0, 0, 0]);
  bytes.writeUInt16BE(clientPort, 8);
  bytes.writeUInt16BE(serverPort, 10);
  const pair = bytes.toString('latin1');
  return said.map(({ side, flags, at, acks, text, cut }, index) => {
    const [own, other] = side === 'client' ? [clientIsn, serverIsn] : [serverIsn, clientIsn];
    const payload = Buffer.from(text, 'latin1');
    return {
      frame: firstFrame + index,
      seconds: firstFrame + index,
      nanoseconds: 0,
      pair: side === 'client' ? pair : reversePair(pair),
      sequence: (own + 1 + at) >>> 0,
      acknowledgment: flags & ACK ? (other + 1 + acks) >>> 0 : 0,
      flags,
      payload: payload.subarray(0, payload.length - cut),
      length: payload.length,
    };
  });
}

/** The same on the wire. */
export const wireFrom = (said: readonly Said[], wires?: Wires): WireSegment[] =>
  segmentsFrom(said, wires).map(({ pair, sequence, acknowledgment, flags, payload, seconds }) => {
    const [from, to] = endpointsOf(pair).map(formatEndpoint) as [string, string];
    return { from, to, seq: sequence, ack: acknowledgment, flags, payload, time: seconds * 1000 };
  });

/** The conversations that segments make up, in the order in which they are given out. */
export function track(segments: readonly Segment[], head = DEFAULT_LIMITS.head): Conversation[] {
  const conversations: Conversation[] = [];
  const tracker = new ConversationTracker({
    limits: { ...DEFAULT_LIMITS, head },
    onConversation: (each) => conversations.push(each),
  });
  for (const segment of segments) tracker.add(segment);
  tracker.finish();
  return conversations;
}

/** The conversation that the segments make up; there must be one. */
export function conversationOf(said: readonly Said[], wires?: Wires, headLimit?: number): Conversation {
  const conversations = track(segmentsFrom(said, wires), headLimit);
  if (conversations.length !== 1) throw new Error(`${conversations.length} conversations`);
  return conversations[0] as Conversation;
}

/** Kept bytes as text, with `_` for a lost one and `#` for one that was cut off. */
export function textOf({ bytes, gaps }: ByteStream): string {
  const characters = [...Buffer.from(bytes).toString('latin1')];
  for (const { start, end, kind } of gaps) characters.fill(kind === 'cut' ? '#' : '_', start, end);
  return characters.join('');
}

/** The turns as lines: `client: hello`. */
export const linesOf = (conversation: Conversation): string[] =>
  turnsOf(conversation).map(({ side, start, end }) => `${side}: ${textOf(conversation[side].bytes).slice(start, end)}`);
