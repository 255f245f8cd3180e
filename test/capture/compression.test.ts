import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { asRead, FRAMES, outcomeOf, type ReadFrame } from '../support/capture.ts';
import { hex, pcapFile, pcapngFile, zstdStored } from '../support/wire.ts';

const pcap = pcapFile(FRAMES);
const NO_TROUBLE = { warnings: [], error: undefined };

/** Only the first frames of the capture, and nothing else. */
function expectPrefix(frames: readonly ReadFrame[], what: string): void {
  expect(frames, what).toEqual(asRead(FRAMES).slice(0, frames.length));
}

const FORMATS = [
  ['gzip', (bytes: Uint8Array) => gzipSync(bytes)],
  ['zstd', zstdStored],
] as const;

describe.each(FORMATS)('%s', (format, compress) => {
  test.each([
    ['pcap', pcap],
    ['pcapng', pcapngFile(FRAMES)],
  ])('of a %s file is told by its magic and read, however its bytes arrive', async (_, file) => {
    const compressed = compress(file);
    for (const length of [1, 2, 3, 5, 17, 100, 65_536]) {
      expect(await outcomeOf(compressed, length), `in chunks of ${length} bytes`).toEqual({
        frames: asRead(FRAMES),
        ...NO_TROUBLE,
      });
    }
  });

  test('in several pieces, one behind the other, is one capture', async () => {
    const cut = 24 + 20;
    const pieces = [pcap.subarray(0, cut), Buffer.alloc(0), pcap.subarray(cut)].map((piece) => compress(piece));
    for (const length of [1, 7, 65_536]) {
      expect(await outcomeOf(Buffer.concat(pieces), length)).toEqual({ frames: asRead(FRAMES), ...NO_TROUBLE });
    }
  });

  test('cut anywhere gives the frames before the cut, warns, and is no error once a header is there', async () => {
    const compressed = compress(pcap);
    for (let cut = 4; cut < compressed.length; cut++) {
      const { frames, warnings, error } = await outcomeOf(compressed.subarray(0, cut));
      expectPrefix(frames, `cut at ${cut}`);
      expect(warnings[0], `cut at ${cut}`).toMatch(`test.pcap: the ${format} data ends early, after `);
      if (frames.length > 0) expect(error, `cut at ${cut}`).toBeUndefined();
    }
  });

  test('inside itself is not followed', async () => {
    const { error } = await outcomeOf(compress(compress(pcap)));
    expect(error).toMatch(
      /^test\.pcap, offset 0: this is (gzip inside gzip|zstd inside a compressed file); decompress/,
    );
  });

  test('of nothing is empty, of text is no capture', async () => {
    expect((await outcomeOf(compress(Buffer.alloc(0)))).error).toBe('test.pcap: the file is empty; record again');
    expect((await outcomeOf(compress(Buffer.from('plain text')))).error).toMatch(
      /^test\.pcap, offset 0: not a capture/,
    );
  });
});

test('a gzip file cut short gives every frame that stands before the cut', async () => {
  for (const count of [1, 100, 500, 3000]) {
    const frames = Array.from({ length: count }, (_, n) => ({ data: Buffer.from(`frame ${n * n}`), time: n }));
    const whole = pcapFile(frames);
    const cut = gzipSync(whole).subarray(0, -8); // all but the check value
    for (const length of [100, 1000, 65_536]) {
      const read = await outcomeOf(cut, length);
      expect(read.frames.length, `of ${count} frames, in chunks of ${length} bytes`).toBe(count);
      expect(read.frames.at(-1)).toEqual(asRead(frames).at(-1));
      expect(read.warnings).toEqual([
        `test.pcap: the gzip data ends early, after ${whole.length} decompressed bytes; what follows is missing`,
      ]);
    }
  }
});

describe('gzip', () => {
  test('padded with zeros is read', async () => {
    const padded = Buffer.concat([gzipSync(pcap), Buffer.alloc(100_000)]);
    for (const length of [7, 65_536]) {
      expect(await outcomeOf(padded, length)).toEqual({ frames: asRead(FRAMES), ...NO_TROUBLE });
    }
  });

  test.each([
    ['its check value is wrong', -8, 'incorrect data check'],
    ['its length is wrong', -4, 'incorrect length check'],
    ['its header is wrong', 2, 'unknown compression method'],
    ['its first block is wrong', 10, 'invalid '],
  ])('of which %s is an error by name', async (_, at, problem) => {
    const damaged = gzipSync(pcap);
    damaged[at < 0 ? damaged.length + at : at] = 0xff;
    const { frames, error } = await outcomeOf(damaged);
    expectPrefix(frames, 'what was given out');
    expect(error).toMatch(/^test\.pcap: the gzip data cannot be decompressed beyond \d+ bytes: /);
    expect(error).toContain(problem);
  });

  test('with a byte changed anywhere gives frames or an error by name', async () => {
    const compressed = gzipSync(pcap);
    for (let at = 2; at < compressed.length; at++) {
      const changed = Buffer.from(compressed);
      changed[at] = (changed[at] as number) ^ 0x55;
      const { error } = await outcomeOf(changed);
      if (error !== undefined) expect(error, `byte ${at}`).toMatch(/^test\.pcap/);
    }
  });
});

describe('zstd', () => {
  test('behind a skippable frame is told by its magic', async () => {
    const bytes = Buffer.concat([hex('5d2a4d18 04000000 00000000'), zstdStored(pcap)]);
    expect(await outcomeOf(bytes)).toEqual({ frames: asRead(FRAMES), ...NO_TROUBLE });
  });

  test('with garbage behind it is an error by name, behind its frames', async () => {
    expect(await outcomeOf(Buffer.concat([zstdStored(pcap), Buffer.from('garbage')]))).toEqual({
      frames: asRead(FRAMES),
      warnings: [],
      error: `test.pcap: the zstd data cannot be decompressed beyond ${pcap.length} bytes: a frame starts with 67617262; the file is damaged: copy it again, or read what precedes: zstd -dc FILE | capture2check -`,
    });
  });
});
