import { describe, expect, test } from 'vitest';
import { asRead, FRAMES, outcomeOf } from '../support/capture.ts';
import { hex, pcapFile } from '../support/wire.ts';

const VARIANTS = [
  ['microseconds, little-endian', {}],
  ['microseconds, big-endian', { bigEndian: true }],
  ['nanoseconds, little-endian', { nanoseconds: true }],
  ['nanoseconds, big-endian', { nanoseconds: true, bigEndian: true }],
  ['the modified format, little-endian', { modified: true }],
  ['the modified format, big-endian', { modified: true, bigEndian: true }],
] as const;

describe.each(VARIANTS)('pcap of %s', (_, variant) => {
  const file = pcapFile(FRAMES, variant);

  test('gives the frames with their times, lengths and bytes', async () => {
    expect(await outcomeOf(file)).toEqual({ frames: asRead(FRAMES), warnings: [], error: undefined });
  });

  test('gives the same frames however its bytes arrive', async () => {
    const whole = await outcomeOf(file);
    for (let length = 1; length <= 130; length++) {
      expect(await outcomeOf(file, length), `in chunks of ${length} bytes`).toEqual(whole);
    }
  });

  test('without frames is a capture', async () => {
    expect(await outcomeOf(pcapFile([], variant))).toEqual({ frames: [], warnings: [], error: undefined });
  });

  test('keeps the link type without the flags and the FCS length above it', async () => {
    const flagged = Buffer.from(pcapFile(FRAMES.slice(0, 1), { ...variant, linkType: 0x0114 }));
    flagged['bigEndian' in variant ? 20 : 23] = 0x54; // FCS length 5, and the flag that says it is there
    expect((await outcomeOf(flagged)).frames.map(({ linkType }) => linkType)).toEqual([0x0114]);
  });
});

test('nanoseconds are kept to the last digit', async () => {
  const file = pcapFile(FRAMES.slice(0, 2), { nanoseconds: true });
  file.writeUInt32LE(123_456_789, 24 + 4);
  expect((await outcomeOf(file)).frames.map(({ time }) => time)).toEqual([
    '1700000000.123456789',
    '1700000000.000200000',
  ]);
});

test('seconds after 2038 are not negative', async () => {
  const file = pcapFile(FRAMES.slice(0, 1));
  file.writeUInt32LE(0xf000_0000, 24);
  expect((await outcomeOf(file)).frames[0]?.time).toBe('4026531840.000100000');
});

test('frames longer than the snapshot length that the header claims are read', async () => {
  expect((await outcomeOf(pcapFile(FRAMES, { snapLength: 8 }))).frames).toEqual(asRead(FRAMES));
  expect((await outcomeOf(pcapFile(FRAMES, { snapLength: 0 }))).frames).toEqual(asRead(FRAMES));
});

test('a frame may be as long as libpcap writes them', async () => {
  const longest = { data: Buffer.alloc(262_144, 0xab), time: 1_700_000_000_000_000 };
  expect(await outcomeOf(pcapFile([longest, ...FRAMES]))).toEqual({
    frames: asRead([longest, ...FRAMES]),
    warnings: [],
    error: undefined,
  });
});

test('a frame that was longer in the file than on the wire keeps both lengths', async () => {
  const frame = { data: hex('00 01 02 03'), originalLength: 2, time: 1_700_000_000_000_000 };
  expect((await outcomeOf(pcapFile([frame]))).frames).toEqual(asRead([frame]));
});
