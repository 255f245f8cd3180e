import { describe, expect, test } from 'vitest';
import { asRead, FRAMES, outcomeOf } from '../support/capture.ts';
import { pcapFile } from '../support/wire.ts';

const GLOBAL_HEADER = 24;
const RECORD_HEADER = 16;
const HINT = 'stop tcpdump with SIGINT, or use its -U, to get whole frames';

/** Where the records of a file start, and where the last one ends. */
function bounds(headerLength = RECORD_HEADER): number[] {
  const ends = [GLOBAL_HEADER];
  for (const { data } of FRAMES) ends.push((ends.at(-1) as number) + headerLength + data.length);
  return ends;
}

test.each([
  ['classic', {}, RECORD_HEADER],
  ['modified', { modified: true }, RECORD_HEADER + 8],
])(
  'a %s file cut anywhere gives the whole frames before the cut, and a warning where a frame is cut',
  async (_, variant, headerLength) => {
    const file = pcapFile(FRAMES, variant);
    const ends = bounds(headerLength);
    for (let cut = GLOBAL_HEADER; cut <= file.length; cut++) {
      const whole = ends.filter((end) => end <= cut).length - 1;
      const start = ends[whole] as number;
      const warning = `test.pcap, offset ${start}: the last frame is cut off (${cut - start} bytes of it are there) and left out; ${HINT}`;
      expect(await outcomeOf(file.subarray(0, cut)), `cut at ${cut}`).toEqual({
        frames: asRead(FRAMES.slice(0, whole)),
        warnings: cut === start ? [] : [warning],
        error: undefined,
      });
    }
  },
);

test('a file cut inside its header is no capture to go on with', async () => {
  const file = pcapFile(FRAMES);
  for (let cut = 4; cut < GLOBAL_HEADER; cut++) {
    const { frames, error } = await outcomeOf(file.subarray(0, cut));
    expect(frames).toEqual([]);
    expect(error).toBe(
      `test.pcap, offset ${cut}: the file ends inside the pcap header (${cut} of 24 bytes); record again`,
    );
  }
});

describe.each([
  ['the largest number there is', 4_294_967_295],
  ['one more than libpcap writes', 262_145],
])('a captured length of %s', (_, captured) => {
  const file = pcapFile(FRAMES);
  const third = bounds()[2] as number;
  file.writeUInt32LE(captured, third + 8);
  const error = `test.pcap, frame 3, offset ${third + 8}: captured length ${captured}, expected at most 262144: the file is damaged, or holds larger frames (--limit frame); keep what precedes with: editcap -r IN OUT 1-2`;

  test('is refused by name, and the frames before it are given out, however the bytes arrive', async () => {
    for (const length of [1, 7, 64, 1000, 65_536]) {
      expect(await outcomeOf(file, length), `in chunks of ${length} bytes`).toEqual({
        frames: asRead(FRAMES.slice(0, 2)),
        warnings: [],
        error,
      });
    }
  });

  test('is refused before a byte of the frame is asked for', async () => {
    async function* upToTheHeader(): AsyncGenerator<Buffer> {
      yield file.subarray(0, third + RECORD_HEADER);
      throw new Error('more was asked for');
    }
    expect((await outcomeOf(upToTheHeader())).error).toBe(error);
  });
});

test('damage in the first frame leaves nothing to keep', async () => {
  const file = pcapFile(FRAMES, { bigEndian: true });
  file.writeUInt32BE(262_145, GLOBAL_HEADER + 8);
  expect((await outcomeOf(file)).error).toBe(
    'test.pcap, frame 1, offset 32: captured length 262145, expected at most 262144: the file is damaged, or holds larger frames (--limit frame); record again',
  );
});

test.each([
  ['2.3, which had its lengths the other way round', 2, 3],
  ['3.4, which there never was', 3, 4],
  ['1.4', 1, 4],
])('version %s, is refused', async (_, major, minor) => {
  for (const bigEndian of [false, true]) {
    const file = pcapFile(FRAMES, { bigEndian });
    for (const [at, value] of [
      [4, major],
      [6, minor],
    ] as const) {
      if (bigEndian) file.writeUInt16BE(value, at);
      else file.writeUInt16LE(value, at);
    }
    expect(await outcomeOf(file)).toEqual({
      frames: [],
      warnings: [],
      error: `test.pcap, offset 4: pcap version ${major}.${minor}, expected 2.4; convert it with: editcap -F pcap`,
    });
  }
});
