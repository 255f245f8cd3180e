import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { CaptureFiles, type Frame } from '../../src/capture/frame.ts';
import { readCaptures, readFrames } from '../../src/capture/read.ts';
import { CaptureError } from '../../src/capture/warning.ts';
import { asRead, FRAMES, outcomeOf, readable } from '../support/capture.ts';
import { hex, pcapFile, pcapngFile, zstdStored } from '../support/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** The frames of files, and what the run knows of them. */
async function readAll(paths: readonly string[]) {
  const files = new CaptureFiles();
  const frames: Frame[] = [];
  const warnings: string[] = [];
  let error: unknown;
  try {
    for await (const batch of readCaptures(paths, files, ({ message }) => warnings.push(message))) {
      frames.push(...batch);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { files, frames: frames.map(readable), warnings, error };
}

describe('what is no capture is named, with what to do', () => {
  const RECORD = 'record with: tcpdump -i any -s 0 -w session.pcap';
  test.each([
    ['an empty file', '', 'test.pcap: the file is empty; record again'],
    ['xz', 'fd377a585a000004', 'test.pcap, offset 0: this is xz-compressed; decompress it first: unxz'],
    ['bzip2', '425a683931415926', 'test.pcap, offset 0: this is bzip2-compressed; decompress it first: bunzip2'],
    ['lz4', '04224d1864404473', 'test.pcap, offset 0: this is lz4-compressed; decompress it first: unlz4'],
    ['zip', '504b030414000000', 'test.pcap, offset 0: this is a zip archive; unpack it first: unzip'],
    [
      'snoop',
      '736e6f6f70000000',
      "test.pcap, offset 0: this is Solaris snoop's format; convert it with: editcap -F pcap",
    ],
    [
      'text',
      '48656c6c6f20776f726c64',
      `test.pcap, offset 0: not a capture: it starts with 48656c6c6f20776f, expected pcap, pcapng, or either in gzip or zstd; ${RECORD}`,
    ],
    [
      'HTML',
      '3c21444f43545950',
      `test.pcap, offset 0: not a capture: it starts with 3c21444f43545950, expected pcap, pcapng, or either in gzip or zstd; ${RECORD}`,
    ],
    [
      'three bytes of pcap',
      'd4c3b2',
      `test.pcap, offset 0: not a capture: it starts with d4c3b2, expected pcap, pcapng, or either in gzip or zstd; ${RECORD}`,
    ],
  ])('%s', async (_, bytes, error) => {
    for (const length of [1, 3, 65_536]) {
      expect(await outcomeOf(hex(bytes), length)).toEqual({ frames: [], warnings: [], error });
    }
  });
});

test('any bytes behind any magic give frames or an error by name', async () => {
  const magic = fc.constantFrom(
    ...[pcapFile([]), pcapFile([], { bigEndian: true, modified: true }), pcapFile(FRAMES)],
    ...[pcapngFile([]), pcapngFile(FRAMES, { bigEndian: true }), hex('0a0d0d0a'), hex('1f8b0800'), hex('28b52ffd')],
    ...[zstdStored(Buffer.alloc(20)).subarray(0, 6), gzipSync('').subarray(0, 10), hex('d4c3b2a1'), hex('')],
  );
  await fc.assert(
    fc.asyncProperty(
      magic,
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 300 }),
      async (head, rest, cut) => {
        const { error } = await outcomeOf(Buffer.concat([head, rest]), cut);
        if (error !== undefined) expect(error).toMatch(/^test\.pcap[,:] /);
      },
    ),
    { numRuns: 300 },
  );
});

describe('several files', () => {
  const a = written('a.pcap', pcapFile(FRAMES.slice(0, 3)));
  const b = written('b.pcapng', pcapngFile(FRAMES.slice(3), { linkType: 101 }));
  const none = written('none.pcap', pcapFile([]));

  test('are one timeline, numbered through', async () => {
    const { frames, error } = await readAll([a, none, b, a]);
    expect(error).toBeUndefined();
    expect(frames).toEqual([
      ...asRead(FRAMES.slice(0, 3)),
      ...asRead(FRAMES.slice(3), { linkType: 101, first: 4 }),
      ...asRead(FRAMES.slice(0, 3), { first: FRAMES.length + 1 }),
    ]);
  });

  test('name their frames FILE:FRAME, as Wireshark numbers them', async () => {
    const { files } = await readAll([a, none, b]);
    expect(files.names).toEqual(['a.pcap', 'none.pcap', 'b.pcapng']);
    expect([1, 3, 4, FRAMES.length].map((frame) => files.nameOf(frame))).toEqual([
      'a.pcap:1',
      'a.pcap:3',
      'b.pcapng:1',
      `b.pcapng:${FRAMES.length - 3}`,
    ]);
    expect(files.referenceTo(4)).toBe('b.pcapng:1');
    expect(files.numberInFile(4)).toBe(1);
  });

  test('one file needs no name', async () => {
    const { files } = await readAll([a]);
    expect([files.nameOf(2), files.referenceTo(2), files.frames]).toEqual(['2', 2, 3]);
  });

  test.each([
    ['pcap', Buffer.concat([pcapFile([]), hex('00000000 00000000 ffffffff 00000000')]), 'frame 1, offset 32'],
    ['pcapng', Buffer.concat([pcapngFile([]), hex('06000000 07000000 00000000')]), 'frame 1, offset 48'],
  ])('damage in the first frame of a later %s is that of its frame 1', async (_, bytes, place) => {
    const { frames, error } = await readAll([a, written('damaged', bytes)]);
    expect(frames).toEqual(asRead(FRAMES.slice(0, 3)));
    expect(error).toBeInstanceOf(CaptureError);
    expect((error as Error).message).toMatch(`damaged, ${place}: `);
  });

  test('each warn by their own name', async () => {
    const cut = written('cut.pcap', pcapFile(FRAMES).subarray(0, 30));
    expect((await readAll([a, cut, b])).warnings).toEqual([expect.stringMatching(/^cut\.pcap, offset 24: /)]);
  });
});

describe('what cannot be read is an error with the path as it was given', () => {
  const file = written('file', Buffer.from('text'));
  const locked = written('locked.pcap', pcapFile(FRAMES));
  chmodSync(locked, 0);
  mkdirSync(join(folder, 'directory'));
  test.each([
    ['a missing file', join(folder, 'missing.pcap'), 'no such file'],
    ['a directory', join(folder, 'directory'), 'it is a directory'],
    ['a file used as a directory', join(file, 'a.pcap'), 'ENOTDIR: not a directory'],
  ])('%s', async (_, path, problem) => {
    const { error } = await readAll([path]);
    expect(error).toBeInstanceOf(CaptureError);
    expect((error as Error).message).toMatch(`${path}: cannot be read: ${problem}`);
  });

  test.skipIf(process.getuid?.() === 0)('a file without permission', async () => {
    expect((await readAll([locked])).error).toEqual(
      new CaptureError({ file: locked }, 'cannot be read: permission denied'),
    );
  });

  test('behind files that can, whose frames were given out', async () => {
    const { frames, error } = await readAll([written('first.pcap', pcapFile(FRAMES)), join(folder, 'missing.pcap')]);
    expect(frames).toEqual(asRead(FRAMES));
    expect(error).toBeInstanceOf(CaptureError);
  });
});

describe('a source is let go', () => {
  const long = Array.from({ length: 500 }, () => FRAMES).flat();
  test.each([
    ['that is no capture', Buffer.from('plain text'), undefined],
    ['that is no capture in gzip', gzipSync('plain text'), undefined],
    ['that is no capture in zstd', zstdStored(Buffer.from('plain text')), undefined],
    ['that is damaged', Buffer.concat([pcapFile([]), Buffer.alloc(64, 0xff)]), undefined],
    ['of which no more is asked for', pcapFile(long), 1],
    ['in gzip of which no more is asked for', gzipSync(pcapFile(long), { level: 0 }), 1],
    ['in zstd of which no more is asked for', zstdStored(pcapFile(long)), 1],
  ])('%s', async (_, bytes, batches) => {
    let open = true;
    async function* chunks(): AsyncGenerator<Buffer> {
      try {
        for (let at = 0; at < bytes.length; at += 10_000) yield Buffer.from(bytes.subarray(at, at + 10_000));
        await new Promise(() => {}); // a pipe whose writer does not end
      } finally {
        open = false;
      }
    }
    const files = new CaptureFiles();
    files.begin('-');
    let read = 0;
    await (async () => {
      for await (const _ of readFrames(chunks(), '-', files, () => {})) if (++read === batches) break;
    })().catch((error) => expect(error).toBeInstanceOf(CaptureError));
    expect(read).toBe(batches ?? 0);
    expect(open).toBe(false);
  });
});
