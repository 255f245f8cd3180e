import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CLI } from '../support/cli.ts';
import { hex, pcapFile, pcapngBlocks, u16, u32 } from '../support/wire.ts';

/** Says at the end what the process took. */
const METER = `data:text/javascript,${encodeURIComponent(
  `process.on('exit', () => process.stderr.write('kilobytes ' + process.resourceUsage().maxRSS))`,
)}`;

const MIB = 2 ** 20;
/** Node alone has some 45 MiB; the rest is what has not been collected yet, and the bounds that --limit tells. */
const MEMORY = 400;
/** Seconds, of which two slow cores that have other tests to run take a part. */
const SECONDS = 60;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** MiB. */
  readonly memory: number;
  readonly seconds: number;
}

/** Runs the built program with chunks on standard input, for as long as it reads them. `interruptAfter`: milliseconds until SIGINT. */
async function fed(args: readonly string[], chunks: Iterable<Buffer>, interruptAfter?: number): Promise<Ended> {
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', METER, CLI, ...args], { stdio: 'pipe' });
  const closed = once(child, 'close');
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      if (said[name].length < MIB) said[name] += text;
    });
  }
  let open = true;
  child.stdin.on('error', () => {}); // it may end before it has read all
  void closed.then(() => {
    open = false;
  });
  const timer = interruptAfter === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), interruptAfter);
  for (const chunk of chunks) {
    if (!open || child.stdin.destroyed) break;
    if (!child.stdin.write(chunk)) await Promise.race([once(child.stdin, 'drain').catch(() => {}), closed]);
  }
  child.stdin.end();
  const [code] = (await closed) as [number | null];
  clearTimeout(timer);
  const memory = Number(/kilobytes (\d+)$/.exec(said.stderr)?.[1] ?? Number.POSITIVE_INFINITY) / 1024;
  return { code, ...said, memory, seconds: (performance.now() - started) / 1000 };
}

function expectBounded({ memory, seconds }: Ended, most = MEMORY): void {
  expect(memory).toBeLessThan(most);
  expect(seconds).toBeLessThan(SECONDS);
}

const SYN = 0x02;
const ACK = 0x10;
const RAW = { linkType: 101 };

/** A record of a pcap file with one segment; the number says how it differs from the others. */
function record(source: number, port: number, sequence: number, flags: number, payload: Buffer): Buffer {
  const length = u32(40 + payload.length).reverse();
  return Buffer.concat([
    ...[u32(1_700_000_000).reverse(), u32(0), length, length],
    ...[hex('4500'), u16(40 + payload.length), hex('0001 0000 4006 0000'), u32(source), hex('0a000002')],
    ...[u16(port), u16(1080), u32(sequence), u32(0), Buffer.of(0x50, flags), hex('ffff 0000 0000'), payload],
  ]);
}

/** A capture of so many records, in chunks of some. */
function* capture(count: number, recordAt: (number: number) => Buffer): Generator<Buffer> {
  yield pcapFile([], RAW);
  for (let first = 0; first < count; first += 1000) {
    yield Buffer.concat(Array.from({ length: Math.min(1000, count - first) }, (_, at) => recordAt(first + at)));
  }
}

const MILLION = 1_000_000;
const synFrom = (number: number): Buffer =>
  record(0x0a010000 + (number >> 14), 1024 + (number & 0x3fff), number, SYN, Buffer.alloc(0));
const ONE_BYTE = Buffer.from('x');

describe('a million', { timeout: 2000 * SECONDS }, () => {
  test('SYNs of as many conversations take no more memory than those that are followed at a time', async () => {
    const ended = await fed(['--limit', 'conversations=1k', '-'], capture(MILLION, synFrom));
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('998976 conversations were cut short');
    expectBounded(ended, 250);
  });

  test('SYNs take a bounded memory with the limits as they are', async () => {
    const ended = await fed(['-'], capture(MILLION / 4, synFrom));
    expect(ended.stderr).toContain('conversations=16384');
    expectBounded(ended, 300);
  });

  test.each([
    ['within the window', (number: number) => 2 * ((number * 7919) % 30_000)],
    ['before and behind it', (number: number) => ((number * 7919) % MIB) * 8],
    ['ever farther ahead', (number: number) => 2 * number],
    ['each before the last', (number: number) => 0x7fffffff - 2 * number],
    ['all the same', () => 7],
  ])('segments of one byte out of order, %s, are bounded', async (_, sequence) => {
    const segments = capture(MILLION, (number) => record(0x0a000001, 1234, sequence(number) >>> 0, ACK, ONE_BYTE));
    const ended = await fed(['-'], segments);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expectBounded(ended);
  });

  test('fragments of as many packets are bounded', async () => {
    const fragments = capture(MILLION / 4, (number) => {
      const piece = record(0x0a000001 + (number >> 16), 1, 0, 0, Buffer.alloc(8));
      piece.writeUInt16BE(number & 0xffff, 16 + 4);
      piece.writeUInt16BE(0x2001, 16 + 6);
      return piece;
    });
    const ended = await fed(['-'], fragments);
    expect(ended.stderr).toContain('fragmented packets were given up');
    expectBounded(ended);
  });
});

describe('a bomb', { timeout: 2000 * SECONDS }, () => {
  const zeros = gzipSync(Buffer.alloc(64 * MIB));
  /** 4 GiB of empty frames in 4 MiB. */
  function* bomb(): Generator<Buffer> {
    yield gzipSync(pcapFile([], RAW));
    for (let at = 0; at < 64; at++) yield zeros;
  }

  test('in gzip ends at the limit', async () => {
    const ended = await fed(['--limit', 'decompressed=16m', '-'], bomb());
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('decompressed');
    expectBounded(ended);
  });

  test('in gzip that is no capture ends at its first bytes', async () => {
    const ended = await fed(['-'], [zeros]);
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expectBounded(ended, 150);
  });

  test('in zstd ends at the limit', async () => {
    // Blocks of one byte that is repeated 131072 times (RFC 8878 §3.1.1.2), behind a stored one with the header.
    const header = pcapFile([], RAW);
    const stored = Buffer.concat([Buffer.of(header.length << 3, 0, 0), header]);
    const repeated = Buffer.concat(Array<Buffer>(10_000).fill(hex('020010 00')));
    const ended = await fed(['--limit', 'decompressed=16m', '-'], [hex('28b52ffd 00 38'), stored, repeated]);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('decompressed');
    expectBounded(ended);
  });
});

describe('standard input without end', { timeout: 2000 * SECONDS }, () => {
  function* endless(chunk: Buffer, start: Buffer = Buffer.alloc(0)): Generator<Buffer> {
    yield start;
    for (;;) yield chunk;
  }

  test('that is no capture is refused at its first bytes', async () => {
    const ended = await fed(['-'], endless(Buffer.alloc(65_536, 'y')));
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expectBounded(ended, 150);
  });

  test.each([
    ['a capture', endless(Buffer.concat(Array.from({ length: 1000 }, (_, at) => synFrom(at))), pcapFile([], RAW))],
    [
      'a block that is skipped',
      endless(Buffer.alloc(65_536), Buffer.concat([pcapngBlocks().section(), hex('99000000 fcffffff')])),
    ],
  ])('with %s is answered for after SIGINT', async (_, chunks) => {
    const ended = await fed(['-'], chunks, 3000);
    expect(ended.code).not.toBeNull();
    expectBounded(ended);
  });
});
