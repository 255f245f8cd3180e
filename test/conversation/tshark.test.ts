import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/bytes/limits.ts';
import { CaptureFiles } from '../../src/capture/frame.ts';
import { readCaptures } from '../../src/capture/read.ts';
import type { Conversation, Side } from '../../src/conversation/conversation.ts';
import { ConversationTracker } from '../../src/conversation/tracker.ts';
import { turnsOf } from '../../src/conversation/turns.ts';
import { PacketDecoder } from '../../src/packet/decode.ts';
import { endpointsOf, formatEndpoint, type Segment } from '../../src/packet/segment.ts';
import { choices, choose, dialogue, type SaidTurn, segmented } from '../support/dialogues.ts';
import { CASES } from '../support/fixtures.ts';
import { client, OPENED, type Said, server, wireFrom } from '../support/segments.ts';
import { describeWith } from '../support/tools.ts';
import { type Followed, followedBy } from '../support/tshark.ts';
import { ACK, framesOf, pcapFile, SYN } from '../support/wire.ts';

interface Read {
  readonly conversation: Conversation;
  /** The segment that it begins with. */
  readonly first: Segment;
}

/** The conversations of a capture in the order of their numbers. */
async function read(capture: string): Promise<Read[]> {
  const conversations: Conversation[] = [];
  const segments = new Map<number, Segment>();
  const tracker = new ConversationTracker({
    limits: { ...DEFAULT_LIMITS, head: 2 ** 28 },
    onConversation: (each) => conversations.push(each),
  });
  for await (const frames of readCaptures([capture], new CaptureFiles(), () => {})) {
    for (const frame of frames) {
      const segment = new PacketDecoder().decode(frame);
      if (typeof segment === 'string') continue;
      segments.set(segment.frame, segment);
      tracker.add(segment);
    }
  }
  tracker.finish();
  return conversations
    .sort((a, b) => a.stream - b.stream)
    .map((conversation) => ({ conversation, first: segments.get(conversation.firstFrame) as Segment }));
}

/** The conversation as tshark would tell it: end 0 is who sent the first frame, which is the client where that is a SYN. */
function told({ conversation, first }: Read): Followed {
  const [source, destination] = endpointsOf(first.pair).map(formatEndpoint) as [string, string];
  if ((first.flags & (SYN | ACK)) === SYN) expect(formatEndpoint(conversation.client)).toBe(source);
  const endOf = (side: Side) => (formatEndpoint(conversation[side]) === source ? 0 : 1) as 0 | 1;
  const turns = turnsOf(conversation).map((turn) => ({
    end: endOf(turn.side),
    hex: capturedHex(conversation, turn),
  }));
  return { ends: [source, destination], turns: turns.filter(({ hex }) => hex !== ''), frames: conversation.frames };
}

/** The bytes of a span without the filler in gaps. */
function capturedHex(conversation: Conversation, span: { side: Side; start: number; end: number }): string {
  const { bytes, runs } = conversation[span.side].bytes;
  return runs
    .map(({ start, end }) => bytes.subarray(Math.max(start, span.start), Math.min(end, span.end)))
    .map((part) => Buffer.from(part).toString('hex'))
    .join('');
}

const isLost = ({ conversation: { client, server } }: Read): boolean =>
  [client, server].some(({ bytes }) => bytes.gaps.some(({ kind }) => kind === 'lost'));

/** What each end said, without when. */
const byEnd = ({ turns }: Followed): string[] =>
  [0, 1].map((end) => turns.flatMap((turn) => (turn.end === end ? [turn.hex] : [])).join(''));

async function compare(capture: string): Promise<void> {
  const ours = await read(capture);
  const theirs = await followedBy(capture, ours.length);
  for (const [stream, each] of ours.entries()) {
    const [one, other] = [told(each), theirs[stream] as Followed];
    expect([one.ends, one.frames], `stream ${stream}`).toEqual([other.ends, other.frames]);
    // Where bytes are lost tshark joins gaps of a side, and puts what stands behind them after the other side's reply.
    if (isLost(each)) expect(byEnd(one), `stream ${stream}`).toEqual(byEnd(other));
    else expect(one.turns, `stream ${stream}`).toEqual(other.turns);
  }
}

describeWith(['tshark'], 'tshark follows every conversation to the same turns', () => {
  test.concurrent.each(CASES.map(({ name, capture }) => [name, capture] as const))('%s', (_, capture) =>
    compare(capture),
  );

  test.each([
    ['with segments that come again, swapped, and keep-alives', 1],
    ['that lack a segment, too', 2],
  ])('made-up ones %s', async (_, seed) => {
    const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
    try {
      const scenes = fc.sample(fc.tuple(dialogue, choices), { seed, numRuns: 200 });
      const segments = scenes.flatMap(([turns, choice], at) => {
        const wires = { clientPort: 20_000 + at, clientIsn: 2 ** 32 - choose(choice, 20), firstFrame: 100 * at };
        return wireFrom(rough(turns, choice, seed === 2), wires);
      });
      const capture = join(folder, 'made-up.pcap');
      writeFileSync(capture, pcapFile(framesOf(segments)));
      await compare(capture);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** A dialogue on a rough wire, in an order that TCP may cause: tshark goes by capture order, not by what was acknowledged. */
function rough(turns: readonly SaidTurn[], choice: Iterator<number>, lossy: boolean): Said[] {
  const flip = () => choose(choice, 2) === 0;
  const said = turns.flatMap((turn) => {
    const [own, other] = turn.side === 'client' ? [client, server] : [server, client];
    const { at, acks, text } = turn;
    const end = at + text.length;
    const segments = segmented(turn, flip);
    const [start, length] = [choose(choice, text.length), 1 + choose(choice, text.length)];
    if (flip())
      segments.splice(choose(choice, 9), 0, own.says(at + start, text.slice(start, start + length), { acks }));
    if (flip()) segments.push(...segments.splice(choose(choice, segments.length), 1));
    if (lossy && flip()) segments.splice(choose(choice, segments.length), 1);
    const keepAlive = flip() ? [own.says(end - 1, flip() ? '' : '\0', { acks })] : [];
    return [...segments, other.acks(end, acks), ...keepAlive, other.acks(end, acks)];
  });
  return [...OPENED, ...said];
}
