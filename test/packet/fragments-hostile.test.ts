import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/bytes/limits.ts';
import { PacketDecoder } from '../../src/packet/decode.ts';
import { type Cut, cut, decodeAll, fragmentOf, LONG, NONE } from '../support/fragments.ts';
import { V4 } from '../support/packet.ts';
import { ipPacket } from '../support/wire.ts';

const TEXT = LONG.V4.payload;
const END = 20 + TEXT.length;

describe('fragments that overlap', () => {
  const packet = ipPacket(LONG.V4);
  const other = (length: number) => Buffer.alloc(length, '#');
  /** What comes of them, and in how many packets they overlapped. */
  function outcome(...pieces: readonly (readonly [Cut, Buffer?])[]) {
    const { results, overlapping } = decodeAll(pieces.map(([each, bytes]) => fragmentOf(packet, each, { bytes })));
    const whole = results.find((each) => typeof each !== 'string');
    return { text: typeof whole === 'object' ? whole.payload : undefined, overlapping: overlapping.count };
  }
  const text = TEXT.toString('latin1');

  test.each([
    [
      'from behind',
      [[cut(0, 40)], [cut(32, END, false), other(END - 32)]],
      `${text.slice(0, 20)}${'#'.repeat(END - 40)}`,
    ],
    ['from before', [[cut(32, END, false)], [cut(0, 40), Buffer.concat([packet.subarray(20, 52), other(8)])]], text],
    ['within', [[cut(0, 48)], [cut(24, 32), other(8)], [cut(48, END, false)]], text],
    ['around', [[cut(24, 32)], [cut(0, 48), packet.subarray(20, 68)], [cut(48, END, false)]], text],
    [
      'over several, filling what is between',
      [[cut(0, 24)], [cut(32, 40), other(8)], [cut(48, END, false)], [cut(24, 48)]],
      `${text.slice(0, 12)}########${text.slice(20)}`,
    ],
    ['with the same bytes', [[cut(0, 40)], [cut(32, END, false)]], text],
    ['in the same place with other bytes', [[cut(0, 40)], [cut(0, 40), other(40)], [cut(40, END, false)]], text],
    ['beyond the end', [[cut(40, END, false)], [cut(40, END + 1), other(END - 39)], [cut(0, 40)]], text],
    [
      'beyond an end that comes later',
      [[cut(40, 96), other(56)], [cut(40, 48, false)], [cut(0, 40)]],
      `${text.slice(0, 20)}########`,
    ],
    ['wholly beyond an end that comes later', [[cut(80, 96), other(16)], [cut(40, END, false)], [cut(0, 40)]], text],
    ['with two ends', [[cut(40, END, false)], [cut(40, 48, false)], [cut(0, 40)]], text],
  ] as const)('%s: the first copy of a byte is kept', (_, pieces, expected) => {
    expect(outcome(...pieces)).toEqual({ text: expected, overlapping: 1 });
  });

  test('are counted by packet, with the frame that completed the first', () => {
    const broken = (id: number) => [
      fragmentOf(packet, cut(0, 40), { id }),
      fragmentOf(packet, cut(32, END, false), { id }),
    ];
    expect(decodeAll([...broken(1), ...broken(2)]).overlapping).toEqual({ count: 2, frame: 2 });
  });

  test.each([
    ['an empty one', [fragmentOf(packet, cut(8, 8))], NONE],
    ['an empty last one', [fragmentOf(packet, cut(8, 8, false))], NONE],
    [
      'one beyond the longest packet (the ping of death)',
      [fragmentOf(packet, cut(65_528, 65_536, false), { bytes: other(8) })],
      NONE,
    ],
    ['the last one alone', [fragmentOf(packet, cut(40, END, false))], { count: 1, frame: 1 }],
    ['one again and again', Array<Buffer>(1000).fill(fragmentOf(packet, cut(8, 16))), { count: 1, frame: 1 }],
    [
      'pieces that run in a circle',
      [cut(0, 24), cut(16, 40), cut(32, 48), cut(8, 24)].map((each) => fragmentOf(packet, each)),
      { count: 1, frame: 1 },
    ],
  ])('%s: nothing comes of it', (_, pieces, incomplete) => {
    expect(decodeAll(pieces)).toEqual({
      results: pieces.map(() => 'fragment'),
      overlapping: NONE,
      incomplete,
      givenUp: NONE,
    });
  });
});

describe('the bound on fragments that wait', () => {
  const packet = ipPacket({ ...V4, payload: Buffer.alloc(1000) });
  const decoderFor = (fragments: number) => new PacketDecoder({ ...DEFAULT_LIMITS, fragments });
  const firstOf = (id: number) => fragmentOf(packet, cut(0, 800), { id });
  const lastOf = (id: number) => fragmentOf(packet, cut(800, 1020, false), { id });

  test('gives up the oldest packet, and counts it', () => {
    const { results, givenUp, incomplete } = decodeAll(
      [firstOf(1), firstOf(2), firstOf(3), lastOf(2), lastOf(3), lastOf(1)],
      decoderFor(2500),
    );
    expect(results.map((each) => typeof each)).toEqual(['string', 'string', 'string', 'object', 'object', 'string']);
    expect(givenUp).toEqual({ count: 1, frame: 1 });
    expect(incomplete).toEqual({ count: 1, frame: 6 });
  });

  test('gives up a packet that is beyond it alone', () => {
    const { results, givenUp } = decodeAll([firstOf(1), lastOf(1)], decoderFor(999));
    expect(results).toEqual(['fragment', 'fragment']);
    expect(givenUp).toEqual({ count: 1, frame: 1 });
  });

  test('counts what a piece costs beside its bytes', () => {
    const tiny = Array.from({ length: 100 }, (_, id) => fragmentOf(packet, cut(8, 16), { id }));
    expect(decodeAll(tiny, decoderFor(2080)).givenUp).toEqual({ count: 90, frame: 1 });
  });

  test('leaves a flood of pieces of one packet quick to read', () => {
    const flood = Array.from({ length: 65_536 }, (_, at) => {
      const start = 8 * ((at * 5741) % 8190);
      return fragmentOf(packet, cut(start, start + 8 + (at % 2) * 8), { bytes: Buffer.alloc(8 + (at % 2) * 8, at) });
    });
    const started = performance.now();
    decodeAll([fragmentOf(packet, cut(65_528, 65_535, false), { bytes: Buffer.alloc(7) }), ...flood]);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
