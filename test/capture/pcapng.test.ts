import { describe, expect, test } from 'vitest';
import { asRead, FRAMES, outcomeOf } from '../support/capture.ts';
import { hex, pcapFile, pcapngBlocks, pcapngFile, type WireFrame } from '../support/wire.ts';

const ORDERS = [
  ['little-endian', false],
  ['big-endian', true],
] as const;
const [FIRST, SECOND] = FRAMES as unknown as [WireFrame, WireFrame];
const NO_TROUBLE = { warnings: [], error: undefined };

describe.each(ORDERS)('pcapng, %s', (_, bigEndian) => {
  const ng = pcapngBlocks(bigEndian);
  const long = (value: bigint): Buffer => {
    const bytes = Buffer.alloc(8);
    if (bigEndian) bytes.writeBigInt64BE(value);
    else bytes.writeBigInt64LE(value);
    return bytes;
  };
  const file = (...blocks: Buffer[]): Buffer => Buffer.concat([ng.section(), ...blocks]);
  /** An Ethernet interface with options. */
  const optioned = (...options: Buffer[]): Buffer => ng.interface(1, { options: Buffer.concat(options) });
  const timesOf = async (bytes: Buffer): Promise<string[]> => (await outcomeOf(bytes)).frames.map(({ time }) => time);

  test('gives the frames of the classic file', async () => {
    expect(await outcomeOf(pcapngFile(FRAMES, { bigEndian }))).toEqual(await outcomeOf(pcapFile(FRAMES)));
  });

  test('gives the same frames however its bytes arrive', async () => {
    const bytes = pcapngFile(FRAMES, { bigEndian });
    const whole = await outcomeOf(bytes);
    for (let length = 1; length <= 130; length++) {
      expect(await outcomeOf(bytes, length), `in chunks of ${length} bytes`).toEqual(whole);
    }
  });

  test('without frames is a capture', async () => {
    expect(await outcomeOf(file())).toEqual({ frames: [], ...NO_TROUBLE });
  });

  test('each packet has the link type of its interface', async () => {
    const blocks = [ng.interface(1), ng.interface(101), ng.enhancedPacket(1, FIRST), ng.interface(276)];
    const { frames } = await outcomeOf(file(...blocks, ng.enhancedPacket(2, SECOND), ng.enhancedPacket(0, FIRST)));
    expect(frames.map(({ linkType }) => linkType)).toEqual([101, 276, 1]);
  });

  test.each([
    ['none: microseconds', undefined, 1_000_000n, '1700000000.123456000'],
    ['6: microseconds', '06', 1_000_000n, '1700000000.123456000'],
    ['9: nanoseconds', '09', 1_000_000_000n, '1700000000.123456000'],
    ['3: milliseconds', '03', 1000n, '1700000000.123000000'],
    ['0: seconds', '00', 1n, '1700000000.000000000'],
    ['2 to the power of -10', '8a', 1024n, '1700000000.123046875'],
    ['2 to the power of -32', 'a0', 2n ** 32n, '1700000000.123455999'],
    ['2 to the power of 0: seconds', '80', 1n, '1700000000.000000000'],
  ])('if_tsresol %s', async (_, resolution, perSecond, time) => {
    const options = resolution === undefined ? [] : [ng.option(9, hex(resolution))];
    const frame = { ...FIRST, time: 1_700_000_000_123_456 };
    expect(await timesOf(file(optioned(...options), ng.enhancedPacket(0, frame, perSecond)))).toEqual([time]);
  });

  test.each(['7f', 'ff'])('an absurd if_tsresol, %s, makes all times 0', async (resolution) => {
    const wild = optioned(ng.option(9, hex(resolution)));
    expect(await timesOf(file(wild, ng.enhancedPacket(0, FIRST)))).toEqual(['0.000000000']);
  });

  test('nanoseconds are kept to the last digit', async () => {
    const packet = ng.enhancedPacket(0, { ...FIRST, time: 1_700_000_000_000_000 }, 1_000_000_000n);
    if (bigEndian) packet.writeUInt32BE(packet.readUInt32BE(16) + 123_456_789, 16);
    else packet.writeUInt32LE(packet.readUInt32LE(16) + 123_456_789, 16);
    const exact = optioned(ng.option(9, hex('09')));
    expect(await timesOf(file(exact, packet))).toEqual(['1700000000.123456789']);
  });

  test.each([
    ['adds seconds', 3600n, '1700003600.000100000'],
    ['takes seconds off', -3600n, '1699996400.000100000'],
    ['may lead before 1970', -1_800_000_000n, '-100000000.000100000'],
  ])('if_tsoffset %s', async (_, offset, time) => {
    const shifted = optioned(ng.option(14, long(offset)));
    expect(await timesOf(file(shifted, ng.enhancedPacket(0, FIRST)))).toEqual([time]);
  });

  test('each interface has its own clock', async () => {
    const slow = optioned(ng.option(9, hex('03')));
    const packets = [ng.enhancedPacket(0, FIRST, 1000n), ng.enhancedPacket(1, FIRST)];
    expect(await timesOf(file(slow, ng.interface(1), ...packets))).toEqual([
      '1700000000.000000000',
      '1700000000.000100000',
    ]);
  });

  test('options of all other kinds are stepped over, and none is read behind their end', async () => {
    const described = optioned(
      ng.option(2, Buffer.from('eth0')),
      ng.option(3, Buffer.from('of odd length')),
      ng.option(9, hex('03')),
      ng.option(0, Buffer.alloc(0)),
      ng.option(9, hex('09')),
    );
    const blocks = [described, ng.enhancedPacket(0, FIRST, 1000n)];
    expect(await timesOf(file(...blocks))).toEqual(['1700000000.000000000']);
  });

  test.each([
    ['without a byte', '09', ''],
    ['longer than the block', '09', 'too long'],
    ['too short for an offset', '0e', '00000001'],
  ])('an option %s is as good as none', async (_, code, value) => {
    const option = ng.option(Number.parseInt(code, 16), value === 'too long' ? Buffer.alloc(0) : hex(value));
    if (value === 'too long') option.fill(0x7f, 2, 4);
    expect(await timesOf(file(optioned(option), ng.enhancedPacket(0, FIRST)))).toEqual(['1700000000.000100000']);
  });

  test('the obsolete Packet Block is read', async () => {
    const blocks = [ng.interface(1), ng.interface(101), ...FRAMES.map((frame) => ng.obsoletePacket(1, frame))];
    expect(await outcomeOf(file(...blocks))).toEqual({ frames: asRead(FRAMES, { linkType: 101 }), ...NO_TROUBLE });
  });

  test('a Simple Packet Block is of the first interface, and has the time of the packet before it', async () => {
    const blocks = [ng.interface(101), ng.interface(1), ng.enhancedPacket(1, FIRST), ng.simplePacket(SECOND)];
    const [first, second] = (await outcomeOf(file(...blocks))).frames;
    expect(first).toEqual(asRead([FIRST])[0]);
    expect(second).toEqual(asRead([{ ...SECOND, time: FIRST.time }], { linkType: 101, first: 2 })[0]);
    expect(await timesOf(file(ng.interface(1), ng.simplePacket(SECOND)))).toEqual(['0.000000000']);
  });

  test('a Simple Packet Block ends at the snapshot length, its padding is no data', async () => {
    const odd = { data: hex('0102030405'), originalLength: 100, time: 0 };
    const { frames } = await outcomeOf(file(ng.interface(1, { snapLength: 5 }), ng.simplePacket(odd)));
    expect(frames).toEqual(asRead([odd]));
    const whole = { data: hex('0102030405'), time: 0 };
    expect((await outcomeOf(file(ng.interface(1), ng.simplePacket(whole)))).frames).toEqual(asRead([whole]));
  });

  test('blocks of other types are skipped, before, between and behind packets', async () => {
    const other = [ng.block(4, Buffer.alloc(40)), ng.block(5, Buffer.alloc(0)), ng.block(0x0bad, hex('00010203'))];
    const blocks = [...other, ng.interface(1), ...other, ng.enhancedPacket(0, FIRST), ...other];
    const bytes = file(...blocks);
    for (const length of [1, 13, 65_536]) {
      expect(await outcomeOf(bytes, length)).toEqual({ frames: asRead([FIRST]), ...NO_TROUBLE });
    }
  });

  test('options behind a packet are no data', async () => {
    const comment = ng.option(1, Buffer.from('a comment'));
    const packet = ng.enhancedPacket(0, SECOND);
    const withOption = ng.block(6, Buffer.concat([packet.subarray(8, -4), comment]));
    expect((await outcomeOf(file(ng.interface(1), withOption))).frames).toEqual(asRead([SECOND]));
  });
});

test('each section has its own byte order and its own interfaces', async () => {
  const sections = [
    pcapngFile(FRAMES),
    pcapngFile(FRAMES, { bigEndian: true, linkType: 101 }),
    pcapngFile(FRAMES, { linkType: 276 }),
  ];
  const frames = [1, 101, 276].flatMap((linkType, at) => asRead(FRAMES, { linkType, first: 1 + at * FRAMES.length }));
  for (const length of [1, 7, 65_536]) {
    expect(await outcomeOf(Buffer.concat(sections), length)).toEqual({ frames, ...NO_TROUBLE });
  }
});

test('a huge block of another type is skipped without being kept', async () => {
  const ng = pcapngBlocks();
  const chunk = Buffer.alloc(1_048_576, 0x2a);
  const length = 0xffff_fff0; // more than a Buffer can hold
  const head = Buffer.alloc(8);
  head.writeUInt32LE(0x0bad, 0);
  head.writeUInt32LE(length, 4);
  async function* chunks(): AsyncGenerator<Buffer> {
    yield Buffer.concat([ng.section(), ng.interface(1), head]);
    let left = length - head.length;
    for (; left >= chunk.length; left -= chunk.length) yield chunk;
    yield chunk.subarray(0, left);
    yield ng.enhancedPacket(0, FIRST);
  }
  expect(await outcomeOf(chunks())).toEqual({ frames: asRead([FIRST]), ...NO_TROUBLE });
});
