import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Conversation, framesOf, type Side } from '../../src/conversation/conversation.ts';
import type { ByteStream } from '../../src/conversation/stream.ts';
import { turnsOf } from '../../src/conversation/turns.ts';
import type { Segment } from '../../src/packet/segment.ts';
import { type Said, segmentsFrom, track } from '../support/segments.ts';
import { ACK, FIN, RST, SYN } from '../support/wire.ts';

const LIMIT = 64;
const SIDES: readonly Side[] = ['client', 'server'];

// Mostly what could be, now and then anything at all.
const near = fc.integer({ min: -20, max: 2 * LIMIT });
const far = fc.constantFrom(2 ** 30, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32 - 1, 3 * LIMIT, -3 * LIMIT);
const number = fc.oneof({ weight: 8, arbitrary: near }, { weight: 1, arbitrary: far });
const usual = fc.constantFrom(ACK, ACK, ACK, SYN, SYN | ACK, FIN | ACK, RST, RST | ACK);
const said: fc.Arbitrary<Said> = fc.record({
  side: fc.constantFrom(...SIDES),
  flags: fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) }),
  at: number,
  acks: number,
  text: fc.stringMatching(/^[ab]{0,12}$/),
  cut: fc.constantFrom(0, 0, 0, 1, 5, 12),
});
const capture = fc
  .record({
    said: fc.array(said, { maxLength: 30 }),
    isn: fc.constantFrom(0, 7, 2 ** 31, 2 ** 32 - 10),
    serverPort: fc.constantFrom(0, 1080, 40_000),
    loose: fc.array(fc.nat(2 ** 32 - 1), { maxLength: 4 }),
  })
  .map(({ said: all, isn, serverPort, loose }) => {
    const cutToText = all.map((each) => ({ ...each, cut: Math.min(each.cut, each.text.length) }));
    const segments = segmentsFrom(cutToText, { clientIsn: isn, serverIsn: isn ^ 1, serverPort });
    // A few with numbers that have nothing to do with the rest, or a length that no packet has.
    return segments.map((each, at): Segment => {
      const by = loose[at % 7];
      if (by === undefined || at % 3 > 0) return each;
      return at % 2
        ? { ...each, sequence: by }
        : { ...each, acknowledgment: by, length: each.length + (by % 5) * 2 ** 30 };
    });
  });

/** Every invariant of a stream. */
function check(stream: ByteStream): void {
  const { bytes, runs, gaps, conflicts, length, contiguous } = stream;
  expect(bytes.length).toBe(Math.min(length, LIMIT));
  expect(contiguous).toBe(gaps[0]?.start ?? bytes.length);
  expect(runs.map(({ start }) => start)).toEqual(runs.map(({ start }) => start).sort((a, b) => a - b));
  const tiles = [...runs, ...gaps].sort((a, b) => a.start - b.start);
  let place = 0;
  for (const { start, end, frame } of tiles) {
    expect(start, 'runs and gaps leave nothing out and share nothing').toBe(place);
    expect(end).toBeGreaterThan(start);
    expect(frame, 'each has its frame').toBeGreaterThan(0);
    place = end;
  }
  expect(place).toBe(bytes.length);
  for (const { start, end, kept, other } of conflicts) {
    expect(start >= 0 && start < end && end <= bytes.length).toBe(true);
    expect(framesOf(stream, start, end), 'the frame that is believed carried some of it').toContain(kept);
    expect(other).toBeGreaterThan(kept);
  }
}

/** The turns take up every kept byte of both sides once, in order, and no two neighbors are of one side. */
function checkTurns(conversation: Conversation): void {
  const said = { client: 0, server: 0 };
  let before: Side | undefined;
  for (const { side, start, end } of turnsOf(conversation)) {
    expect(side).not.toBe(before);
    expect(start).toBe(said[side]);
    expect(end).toBeGreaterThan(start);
    said[side] = end;
    before = side;
  }
  expect(said).toEqual({
    client: conversation.client.bytes.bytes.length,
    server: conversation.server.bytes.bytes.length,
  });
}

test('whatever the segments, streams are in order and whole, and the turns tile them', () => {
  fc.assert(
    fc.property(capture, (segments) => {
      const conversations = track(segments, LIMIT);
      expect(conversations.reduce((sum, { frames }) => sum + frames, 0)).toBe(segments.length);
      expect(conversations.map(({ stream }) => stream).sort((a, b) => a - b)).toEqual([...conversations.keys()]);
      for (const conversation of conversations) {
        for (const side of SIDES) check(conversation[side].bytes);
        checkTurns(conversation);
      }
    }),
    { numRuns: 1000 },
  );
});

test('bytes, runs and conflicts are the same whatever comes after as a whole copy of the capture', () => {
  fc.assert(
    fc.property(capture, (segments) => {
      const text = segments.map((each) => ({ ...each, flags: each.flags & ACK }));
      const [once] = track(text, LIMIT);
      const [twice] = track([...text, ...text.map((each) => ({ ...each, frame: each.frame + text.length }))], LIMIT);
      for (const side of SIDES) {
        const [one, two] = [once?.[side].bytes, twice?.[side].bytes];
        expect([two?.bytes, two?.runs]).toEqual([one?.bytes, one?.runs]);
      }
    }),
  );
});
