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
  /** The first frame that carried it, or bytes behind it. */
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
    client: piecesFromLast(conversation.client.bytes),
    server: piecesFromLast(conversation.server.bytes),
  };
  const said: Record<Side, number> = { client: 0, server: 0 };
  const turns: { side: Side; start: number; end: number }[] = [];

  const say = (side: Side, upTo: number) => {
    const last = turns.at(-1);
    if (last?.side === side) last.end = upTo;
    else turns.push({ side, start: said[side], end: upTo });
    said[side] = upTo;
  };
  const next = (side: Side): Piece | undefined => waiting[side].at(-1);
  const ready = (side: Side): boolean => {
    const piece = next(side);
    const other = otherSide(side);
    return piece !== undefined && (next(other) === undefined || said[other] >= piece.acknowledged);
  };
  /** How far into the side's next piece the other side had read, when that is not the whole of it. */
  const joint = (side: Side): number | undefined => {
    const piece = next(side);
    const needed = next(otherSide(side))?.acknowledged;
    return piece && needed && needed < piece.end ? needed : undefined;
  };

  for (;;) {
    const [client, server] = [next('client'), next('server')];
    if (client === undefined && server === undefined) return turns;
    const earlier = (client?.frame ?? Number.POSITIVE_INFINITY) <= (server?.frame ?? Number.POSITIVE_INFINITY);
    const sides: readonly Side[] = earlier ? ['client', 'server'] : ['server', 'client'];
    const side = sides.find(ready);
    if (side !== undefined) say(side, (waiting[side].pop() as Piece).end);
    else {
      // Each waits for the other: a retransmission joined bytes that were first sent apart. What the other side acknowledged came first.
      const joined = sides.find((each) => joint(each) !== undefined) ?? (sides[0] as Side);
      say(joined, joint(joined) ?? (next(joined) as Piece).end);
      const piece = waiting[joined].pop() as Piece;
      if (said[joined] < piece.end) waiting[joined].push({ ...piece, start: said[joined] });
    }
  }
}

/** The runs and gaps of a stream, the last one first. */
function piecesFromLast({ runs, gaps }: ByteStream): Piece[] {
  // A byte was sent no later than the one behind it: a retransmission is not the first copy, and may acknowledge more than that did.
  let frame = Number.POSITIVE_INFINITY;
  let acknowledged = Number.POSITIVE_INFINITY;
  return [...runs, ...gaps]
    .sort((a, b) => b.start - a.start)
    .map((piece) => {
      const { start, end } = piece;
      frame = Math.min(frame, piece.frame);
      if (!('acknowledged' in piece)) return { start, end, frame, acknowledged: 0 }; // a gap does not say
      acknowledged = Math.min(acknowledged, piece.acknowledged);
      return { start, end, frame, acknowledged };
    });
}
