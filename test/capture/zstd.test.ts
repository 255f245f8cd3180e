import { describe, expect, test } from 'vitest';
import { isZstd } from '../../src/capture/sniff.ts';
import { builtInEngine, scriptEngine, unzstd, type ZstdEngine } from '../../src/capture/zstd.ts';
import { chunksOf } from '../support/capture.ts';
import { hex, u16, zstdStored } from '../support/wire.ts';

const SONG = Array.from({ length: 120 }, (_, n) => `${n * n} bottles of beer on the wall\n`)
  .join('')
  .repeat(60);
/** The song by `zstd -19`: content size, checksum, Huffman-coded literals, sequences, two blocks. */
const BEST = Buffer.from(
  'KLUv/aQImgMAJAkANpYwFLBpOUBhaorMgKG4JGWSSSa5mjTHNQAmACcARSd5aNOc02q3hqWU13BI/265iKpfy9DxBkBBQcCC4UCgYDA4MCAcDg' +
    'KGgQNDwqFAQeFAwLAklqpYpBQJmcS54ogzhysnHBnB0fK3aipvDk7bW85gRCwW/vZoNeVWsaJ4KpGHLkSaUZVJ9rguXTM/ROOhDmUqppvXVLrV' +
    'jpT96ktLGOFo+ZdlKkOK/5vaIYVbMKpqvw1hDBeO+tx1wcUWq89fH/wuVXV4qCEMUV77d8AzUmgMEvj/b6P1+/8bn/BhD5Ku1monOpZHB+cgdY' +
    'pvjLOLNsEjHLOLNsEjHLM70fSdbExB5Gi7ERkFJIgjwnbbxBgWkKiCYQPxm/1ZUzCxIAuwDtZWBVUAAAABAAWaIfu5BgJ1gGmL',
  'base64',
);
/** The song by `zstd -1 --no-check` from a pipe: no content size and no checksum. */
const FAST = Buffer.from(
  'KLUv/QBIbAsAlpQuF5AnaQMAbFWEvahY+j9y96ZNOyXWvx6cLwAlACUA9b/oSjZbxPy4c0bt726zIqT55w/1PBOAIAIOxjBQGATFKBgGwhAohs' +
    'FAFAoFYUj+jW1a8zHPZ9wZzvAqVqnKSxVXptKSlR6NdZ48LEkKhb+zWbUCvt1mNVqvXHWqm2qRlNlbP913b/IeVdGpTB0ykoXOL/c2m8b1Sb+7' +
    'faZ5ww89HF5ZJZVTlkaeNFmSNOGFrlCEYic/8bEnN2YBgIioYRyV3/8NMGNEhGwDEvj/j2KTef2/A63uYU+jD5/COrTHIegmgjC6fVQiiTYoB5' +
    'Nu4rrgYGruR6jL5o6Vhqnxq2uw9kFZyqGJul9KDmx2aDl1KoAYaLKmYMSjcjrFfwBPmxcgCjSUKAkRKCkQoGgAsI9tN5qizawbWdLEgg2sMH2+' +
    '2CSl6AkhsvsfKkb4Aj+xJEpBqqFYGmw0QD0U/0NPOBr6bC+yEaD5k3Bg+ipNAAAIbAEABJo5EAI=',
  'base64',
);

/** What comes out, and the error that ends it. */
async function outcomeOf(bytes: Buffer, engine: ZstdEngine, length?: number): Promise<[text: string, error?: string]> {
  const made: Buffer[] = [];
  try {
    for await (const chunk of unzstd(chunksOf(bytes, length), engine)) made.push(chunk);
  } catch (error) {
    const { name, message } = error as Error;
    return [Buffer.concat(made).toString('latin1'), `${name}: ${message}`];
  }
  return [Buffer.concat(made).toString('latin1')];
}

const HEADER = hex('28b52ffd 00 38'); // window of 128 KiB, no content size, no checksum
const SKIPPABLE = hex('5a2a4d18 05000000 0102030405');
const hello = zstdStored(Buffer.from('hello'));

/** A block of a frame: stored (0), one byte repeated (1), compressed (2), reserved (3). */
function block(type: number, size: number, content: Buffer, last = 1): Buffer {
  const header = Buffer.alloc(3);
  header.writeUIntLE(last | (type << 1) | (size * 8), 0, 3);
  return Buffer.concat([header, content]);
}
const compressed = (content: Buffer): Buffer => Buffer.concat([HEADER, block(2, content.length, content)]);

const engines = Object.entries({ builtIn: builtInEngine, script: scriptEngine() }).flatMap(([name, engine]) =>
  engine ? [{ name, engine }] : [],
);

describe.each(engines)('zstd, $name', ({ name, engine }) => {
  test.each([
    ['the best compression', BEST, SONG],
    ['the fastest compression, from a pipe', FAST, SONG],
    ['stored blocks', zstdStored(Buffer.from(SONG)), SONG],
    ['a repeated byte', Buffer.concat([HEADER, block(1, 100_000, Buffer.from('a'))]), 'a'.repeat(100_000)],
    ['nothing', zstdStored(Buffer.alloc(0)), ''],
    [
      'an empty last block',
      Buffer.concat([HEADER, block(0, 1, Buffer.from('a'), 0), block(0, 0, Buffer.alloc(0))]),
      'a',
    ],
    [
      'several frames, as pzstd and cat make them',
      Buffer.concat([hello, BEST, FAST, hello]),
      `hello${SONG}${SONG}hello`,
    ],
    ['a skippable frame first', Buffer.concat([SKIPPABLE, hello]), 'hello'],
    ['skippable frames between and last', Buffer.concat([hello, SKIPPABLE, SKIPPABLE, hello, SKIPPABLE]), 'hellohello'],
    ['an empty skippable frame', Buffer.concat([hex('502a4d18 00000000'), hello]), 'hello'],
  ])('%s is decompressed, however its bytes arrive', async (_, bytes, text) => {
    for (const length of [1, 2, 17, 1000, 65_536]) {
      const [made, error] = await outcomeOf(bytes, engine, length);
      expect(error).toBeUndefined();
      expect(made === text, `in chunks of ${length} bytes`).toBe(true);
    }
  });

  test('data cut anywhere gives the blocks before the cut, and is cut off anywhere but between frames', async () => {
    const frames = [hello, SKIPPABLE, BEST, hello];
    const text = `hello${SONG}hello`;
    const bytes = Buffer.concat(frames);
    const ends = frames.map((_, at) => Buffer.concat(frames.slice(0, at)).length);
    for (let cut = 1; cut < bytes.length; cut++) {
      const [made, error] = await outcomeOf(bytes.subarray(0, cut), engine);
      expect(text.startsWith(made), `cut at ${cut}`).toBe(true);
      expect(error?.startsWith('CutOff: ') ?? false, `cut at ${cut}: ${error}`).toBe(!ends.includes(cut));
      if (cut >= hello.length) expect(made.startsWith('hello'), `cut at ${cut}`).toBe(true);
    }
  });

  test.each([
    ['garbage behind a frame', Buffer.concat([hello, Buffer.from('garbage')]), 'hello', 'a frame starts with 67617262'],
    ['a reserved bit', hex('28b52ffd 08 38'), '', 'a reserved bit is set in a frame header'],
    ['a dictionary', hex('28b52ffd 01 38 07 010000'), '', 'it needs a dictionary'],
    [
      'a block of the reserved type',
      Buffer.concat([HEADER, block(0, 30, Buffer.alloc(30, 'a'), 0), block(3, 0, Buffer.alloc(0))]),
      'a'.repeat(30),
      'a block has the reserved type',
    ],
    [
      'a block longer than blocks are',
      Buffer.concat([HEADER, block(1, 131_073, Buffer.from('a'))]),
      '',
      'a block has 131073 bytes, expected at most 131072',
    ],
  ])('%s is an error behind what precedes it', async (_, bytes, text, error) => {
    expect(await outcomeOf(bytes, engine)).toEqual([text, `Error: ${error}`]);
  });

  test.each([
    ['a window descriptor', hex('28b52ffd 00 ff'), 2 ** 41 * 1.875],
    ['a content size of four bytes', hex('28b52ffd a0 ffffffff'), 2 ** 32 - 1],
    ['a content size of eight bytes', hex('28b52ffd e0 ffffffffffffff7f'), 2 ** 63],
  ])('a window beyond bounds, by %s, is refused before memory is taken', async (_, header, window) => {
    expect((await outcomeOf(Buffer.concat([header, block(0, 1, Buffer.from('a'))]), engine))[1]).toBe(
      `Error: it needs a window of ${window} bytes, expected at most ${engine.maxWindow}; decompress it first: unzstd`,
    );
  });

  test('a dictionary by number 0 is none', async () => {
    expect(await outcomeOf(Buffer.concat([hex('28b52ffd 02 38 0000'), hello.subarray(6)]), engine)).toEqual(['hello']);
  });

  test('a content size of two bytes counts from 256', async () => {
    const content = Buffer.alloc(300, 'a');
    const bytes = Buffer.concat([hex('28b52ffd 60'), u16(300 - 256).reverse(), block(0, 300, content)]);
    expect(await outcomeOf(bytes, engine)).toEqual(['a'.repeat(300)]);
  });

  // Both have been seen to keep fzstd busy for ever.
  test.each([
    ['Huffman weights of one symbol', `025114 0a f003 ${'01'.repeat(19)}`],
    ['sequences that make far more than a block holds', '00 ffffff 54 230034 01'],
  ])('%s do not hang', async (_, content) => {
    const [text, error] = await outcomeOf(compressed(hex(content)), name === 'script' ? scriptEngine(300) : engine);
    expect(text).toBe('');
    if (name === 'script') expect(error).toBe('Error: a block takes more than 300 ms');
    else expect(error).toMatch(/^Error: /);
  });

  test('a byte changed anywhere gives bytes or an error', async () => {
    for (let at = 0; at < BEST.length; at++) {
      const changed = Buffer.from(BEST);
      changed[at] = (changed[at] as number) ^ 0x55;
      const [, error] = await outcomeOf(changed, engine);
      if (error !== undefined) expect(error, `byte ${at}`).toMatch(/^(Error|CutOff|RangeError|TypeError): /);
    }
  });
});

test.each([
  ['a frame', '28b52ffd00', true],
  ['the first skippable frame', '502a4d18', true],
  ['the last skippable frame', '5f2a4d18', true],
  ['three bytes', '28b52f', false],
  ['nothing', '', false],
  ['another number', '602a4d18', false],
  ['the byte order of the network', 'fd2fb528', false],
])('%s: is it zstd?', (_, head, yes) => expect(isZstd(hex(head))).toBe(yes));
