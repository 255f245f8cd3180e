import type { Conversation, Side } from './conversation.ts';
import { otherSide } from './conversation.ts';
import type { ByteStream } from './stream.ts';

/** What one side says until the other speaks: a span of that side's byte stream. */
export interface Turn {
  readonly side: Side;
  readonly start: number;
  readonly end: number;
}

/** A run or a gap that waits for its place. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly frame: number;
  /** How much of the other side's stream has to come first. */
  readonly acknowledged: number;
}

/**
 * The turns of a conversation in order. The acknowledgments order the sides (a byte that acknowledges byte N of the other side comes after it);
 * where neither side had seen the other's bytes, the order of capture decides. Gaps take their place like data.
 */
export function turnsOf(conversation: Conversation): Turn[] {
  const waiting: Record<Side, Piece[]> = {
    client: piecesOf(conversation.client.bytes).reverse(),
    server: piecesOf(conversation.server.bytes).reverse(),
  };
  const said: Record<Side, number> = { client: 0, server: 0 };
  const turns: { side: Side; start: number; end: number }[] = [];

  const say = (side: Side, upTo: number) => {
    const last = turns.at(-1);
    if (last?.side === side) last.end = upTo;
    else turns.push({ side, start: said[side], end: upTo });
    said[side] = upTo;
  };
  const ready = (side: Side, piece: Piece): boolean =>
    waiting[otherSide(side)].length === 0 || said[otherSide(side)] >= piece.acknowledged;

  for (;;) {
    const client = waiting.client.at(-1);
    const server = waiting.server.at(-1);
    if (client === undefined && server === undefined) return turns;
    const earlier: Side =
      (client?.frame ?? Number.POSITIVE_INFINITY) <= (server?.frame ?? Number.POSITIVE_INFINITY) ? 'client' : 'server';
    const [first, second] = [earlier, otherSide(earlier)];
    const side = [first, second].find((each) => {
      const piece = waiting[each].at(-1);
      return piece !== undefined && ready(each, piece);
    });
    if (side !== undefined) say(side, (waiting[side].pop() as Piece).end);
    else {
      // Each waits for the other: a retransmission joined bytes that were first sent apart. What the other side acknowledged came first.
      const piece = waiting[first].at(-1) as Piece;
      const needed = (waiting[second].at(-1) as Piece).acknowledged;
      if (needed > piece.start && needed < piece.end) {
        say(first, needed);
        waiting[first][waiting[first].length - 1] = { ...piece, start: needed };
      } else say(first, (waiting[first].pop() as Piece).end);
    }
  }
}

function piecesOf(stream: ByteStream): Piece[] {
  const pieces: Piece[] = [...stream.runs];
  for (const gap of stream.gaps) pieces.push({ ...gap, acknowledged: 0 });
  pieces.sort((a, b) => a.start - b.start);
  let acknowledged = 0;
  // A side never unlearns what it has received; a gap was sent no earlier than what stands before it.
  return pieces.map((piece) => {
    acknowledged = Math.max(acknowledged, piece.acknowledged);
    return { ...piece, acknowledged };
  });
}
