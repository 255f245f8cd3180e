import { describe, expect, test } from 'vitest';
import { asRead, FRAMES, outcomeOf } from '../support/capture.ts';
import { hex, pcapngBlocks, pcapngFile, type WireFrame } from '../support/wire.ts';

const [FIRST] = FRAMES as unknown as [WireFrame];
const HINT = 'stop tcpdump with SIGINT, or use its -U, to get whole frames';

describe.each([
  ['little-endian', false],
  ['big-endian', true],
])('pcapng, %s', (_, bigEndian) => {
  const ng = pcapngBlocks(bigEndian);
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (bigEndian) bytes.writeUInt32BE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  };
  /** A block of which the lengths at both ends are given. */
  const block = (type: number, length: number, body: Buffer, trailer = length): Buffer =>
    Buffer.concat([word(type), word(length), body, word(trailer)]);
  const packet = ng.enhancedPacket(0, FIRST);
  const withWord = (bytes: Buffer, at: number, value: number): Buffer =>
    Buffer.concat([bytes.subarray(0, at), word(value), bytes.subarray(at + 4)]);
  const before = Buffer.concat([ng.section(), ng.interface(1), packet]);

  test.each<[string, Buffer, string]>([
    ['length 0', block(6, 0, Buffer.alloc(20)), 'block length 0, expected a multiple of 4 from 12 on'],
    ['length 7', block(6, 7, Buffer.alloc(20)), 'block length 7, expected a multiple of 4 from 12 on'],
    ['length 11', block(6, 11, Buffer.alloc(20)), 'block length 11, expected a multiple of 4 from 12 on'],
    ['length 33', block(6, 33, Buffer.alloc(21)), 'block length 33, expected a multiple of 4 from 12 on'],
    [
      'length 0, of a type that is skipped',
      block(5, 0, Buffer.alloc(20)),
      'block length 0, expected a multiple of 4 from 12 on',
    ],
    ['too long a length', block(6, 327_684, Buffer.alloc(20)), 'block length 327684, expected at most 327680'],
    ['the largest length', block(6, 0xffff_fffc, Buffer.alloc(20)), 'block length 4294967292, expected at most 327680'],
    ['another length at its end', block(6, 32, Buffer.alloc(20), 36), 'block length 32 at its start, 36 at its end'],
    ['an interface that is not described', ng.enhancedPacket(1, FIRST), 'interface 1, expected one of the 1 described'],
    [
      'the last interface there can be',
      withWord(packet, 8, 0xffff_ffff),
      'interface 4294967295, expected one of the 1 described',
    ],
    [
      'an interface that is not described, in an obsolete block',
      ng.obsoletePacket(7, FIRST),
      'interface 7, expected one of the 1 described',
    ],
    ['a captured length beyond its end', withWord(packet, 20, 57), 'captured length 57 in a block with room for 56'],
    [
      'the largest captured length',
      withWord(packet, 20, 0xffff_ffff),
      'captured length 4294967295 in a block with room for 56',
    ],
    [
      'no room for an Enhanced Packet',
      block(6, 28, Buffer.alloc(16)),
      'an Enhanced Packet Block of less than 32 bytes',
    ],
    ['no room for a Packet', block(2, 28, Buffer.alloc(16)), 'a Packet Block of less than 32 bytes'],
    ['no room for a Simple Packet', block(3, 12, Buffer.alloc(0)), 'a Simple Packet Block of less than 16 bytes'],
    ['no room for an interface', block(1, 16, Buffer.alloc(4)), 'an Interface Description Block of less than 20 bytes'],
    [
      'no room for a section',
      block(0x0a0d0d0a, 24, Buffer.concat([word(0x1a2b3c4d), Buffer.alloc(8)])),
      'a Section Header Block of less than 28 bytes',
    ],
    [
      'a section of no byte order',
      block(0x0a0d0d0a, 28, hex('1a2b4d3c 0001 0000 ffffffffffffffff')),
      'byte-order magic 1a2b4d3c, expected 1a2b3c4d in either order',
    ],
    [
      'a section of version 2',
      withWord(ng.section(), 12, bigEndian ? 0x0002_0000 : 2),
      'pcapng version 2.0, expected 1.x',
    ],
    [
      'a packet in a section without interfaces',
      Buffer.concat([ng.section(), ng.simplePacket(FIRST)]),
      'a packet before any interface',
    ],
  ])('a block with %s is refused by name and place, behind the frames before it', async (_, damaged, problem) => {
    const offset = before.length + (problem === 'a packet before any interface' ? ng.section().length : 0);
    for (const length of [1, 13, 65_536]) {
      expect(await outcomeOf(Buffer.concat([before, damaged, packet]), length), `chunks of ${length}`).toEqual({
        frames: asRead([FIRST]),
        warnings: [],
        error: `test.pcap, frame 2, offset ${offset}: ${problem}: the file is damaged; record again`,
      });
    }
  });

  test('a length that is too long is refused before a byte of the block is asked for', async () => {
    async function* upToTheHeader(): AsyncGenerator<Buffer> {
      yield Buffer.concat([before, word(6), word(327_684), word(0)]);
      throw new Error('more was asked for');
    }
    expect((await outcomeOf(upToTheHeader())).error).toContain('block length 327684');
  });

  test('a packet at the limit of libpcap with a comment of any length is read', async () => {
    const longest = { data: Buffer.alloc(262_144, 0xab), time: FIRST.time };
    const body = ng.enhancedPacket(0, longest).subarray(8, -4);
    const commented = ng.block(6, Buffer.concat([body, ng.option(1, Buffer.alloc(65_000))]));
    const file = Buffer.concat([ng.section(), ng.interface(1), commented]);
    expect((await outcomeOf(file)).frames).toEqual(asRead([longest]));
  });

  test('a file cut anywhere gives the whole frames before the cut, and a warning where a block is cut', async () => {
    const blocks = [
      ng.section(),
      ng.interface(1),
      ng.block(5, Buffer.alloc(20)),
      ...FRAMES.map((frame) => ng.enhancedPacket(0, frame)),
    ];
    const file = Buffer.concat(blocks);
    const ends = [0];
    for (const { length } of blocks) ends.push((ends.at(-1) as number) + length);
    for (let cut = 4; cut <= file.length; cut++) {
      const whole = ends.filter((end) => end <= cut).length - 1;
      const start = ends[whole] as number;
      const warning = `test.pcap, offset ${start}: the last frame is cut off (${cut - start} bytes of it are there) and left out; ${HINT}`;
      expect(await outcomeOf(file.subarray(0, cut)), `cut at ${cut}`).toEqual({
        frames: asRead(FRAMES.slice(0, Math.max(0, whole - 3))),
        warnings: cut === start ? [] : [warning],
        error: undefined,
      });
    }
  });

  test('interfaces beyond number are refused, for each is kept', async () => {
    const file = Buffer.concat([ng.section(), ...Array<Buffer>(65_536).fill(ng.interface(1))]);
    expect((await outcomeOf(Buffer.concat([file, ng.enhancedPacket(65_535, FIRST)]))).frames).toEqual(asRead([FIRST]));
    expect((await outcomeOf(Buffer.concat([file, ng.interface(1)]))).error).toContain('more than 65536 interfaces');
  });
});

test('minor versions are read, whatever they are', async () => {
  const file = pcapngFile(FRAMES);
  file.writeUInt16LE(2, 14);
  expect((await outcomeOf(file)).frames).toEqual(asRead(FRAMES));
});
