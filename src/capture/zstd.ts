import * as vm from 'node:vm';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import { ChunkPuller } from './chunks.ts';
import { isSkippable, isZstd } from './sniff.ts';
import { ZlibFeed } from './zlib-feed.ts';

const MAX_BLOCK_LENGTH = 131_072; // RFC 8878 §3.1.1.2.4
const BLOCK_HEADER_LENGTH = 3;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** Decodes the pieces of one frame: its header, then each block, then its checksum. */
interface FrameDecoder {
  write(piece: Buffer): AsyncIterable<Buffer>;
  end(): AsyncIterable<Buffer>;
  close(): void;
}

/** What decodes a frame, and the largest window it is asked to keep. */
export interface ZstdEngine {
  readonly maxWindow: number;
  readonly open: () => FrameDecoder;
}

// Node has it from 22.15 on; @types/node of Node 20 does not know it.
const { createZstdDecompress } = zlib as { createZstdDecompress?: () => zlib.Gunzip };

/** Node's own decoder keeps a window of 128 MiB, as the zstd command does. */
export const builtInEngine: ZstdEngine | undefined = createZstdDecompress && {
  maxWindow: 2 ** 27,
  open: () => new ZlibFeed(createZstdDecompress()),
};

/**
 * fzstd moves the whole window at every block, so that it keeps no more than RFC 8878 §3.1.1.1.2 recommends; it does not look
 * at checksums. `blockTime`: milliseconds that it may take for a block, which takes it one or two; on some damaged ones it never ends.
 */
export function scriptEngine(blockTime = 2000): ZstdEngine {
  const runner = new TimedRunner(blockTime);
  return { maxWindow: 2 ** 23, open: () => new ScriptDecoder(runner) };
}

/**
 * The bytes of zstd data (RFC 8878), decompressed. The frames are taken apart here, because Node's decoder is silent on all
 * behind the first one and (22) on a cut-off end, and because fzstd takes any window size and any dictionary for granted.
 */
export async function* unzstd(
  chunks: AsyncIterable<Buffer>,
  engine: ZstdEngine = builtInEngine ?? scriptEngine(),
): AsyncGenerator<Buffer> {
  const source = new ChunkPuller(chunks);
  try {
    while (await source.more()) {
      const magic = await source.take(4);
      if (!isZstd(magic)) throw new Error(`a frame starts with ${magic.toString('hex')}`);
      if (isSkippable(magic.readUInt32LE())) await source.skip((await source.take(4)).readUInt32LE());
      else yield* readFrame(magic, source, engine);
    }
  } finally {
    await source.close();
  }
}

async function* readFrame(magic: Buffer, source: ChunkPuller, engine: ZstdEngine): AsyncGenerator<Buffer> {
  const header = await readFrameHeader(source);
  if (header.window > engine.maxWindow) {
    throw new Error(
      `it needs a window of ${header.window} bytes, expected at most ${engine.maxWindow}; decompress it first: unzstd`,
    );
  }
  const decoder = engine.open();
  try {
    yield* decoder.write(Buffer.concat([magic, header.bytes]));
    for (let last = false; !last; ) {
      const blockHeader = await source.take(BLOCK_HEADER_LENGTH);
      const fields = blockHeader.readUIntLE(0, BLOCK_HEADER_LENGTH);
      last = (fields & 1) === 1;
      const type = (fields >> 1) & 3;
      const size = fields >> 3;
      if (type === RESERVED_BLOCK) throw new Error('a block has the reserved type');
      if (size > MAX_BLOCK_LENGTH) throw new Error(`a block has ${size} bytes, expected at most ${MAX_BLOCK_LENGTH}`);
      const content = await source.take(type === RLE_BLOCK ? 1 : size);
      yield* decoder.write(Buffer.concat([blockHeader, content]));
    }
    if (header.checksum) yield* decoder.write(await source.take(4));
    yield* decoder.end();
  } finally {
    decoder.close();
  }
}

/** Decodes a frame header behind its magic number (RFC 8878 §3.1.1.1). */
async function readFrameHeader(source: ChunkPuller): Promise<{ bytes: Buffer; window: number; checksum: boolean }> {
  const descriptor = await source.take(1);
  const flags = descriptor[0] as number;
  if ((flags & 0x08) !== 0) throw new Error('a reserved bit is set in a frame header');
  const singleSegment = (flags & 0x20) !== 0;
  const windowDescriptor = await source.take(singleSegment ? 0 : 1);
  const dictionary = await source.take([0, 1, 2, 4][flags & 3] as number);
  if (dictionary.some((byte) => byte !== 0)) throw new Error('it needs a dictionary');
  const contentSize = await source.take([singleSegment ? 1 : 0, 2, 4, 8][flags >> 6] as number);
  return {
    bytes: Buffer.concat([descriptor, windowDescriptor, dictionary, contentSize]),
    window: singleSegment ? contentLength(contentSize) : windowLength(windowDescriptor[0] as number),
    checksum: (flags & 0x04) !== 0,
  };
}

/** Window_Descriptor (RFC 8878 §3.1.1.1.2): an exponent in the upper five bits, eighths in the lower three. */
function windowLength(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentLength(bytes: Buffer): number {
  if (bytes.length === 8) return Number(bytes.readBigUInt64LE());
  return bytes.readUIntLE(0, bytes.length) + (bytes.length === 2 ? 256 : 0);
}

class ScriptDecoder implements FrameDecoder {
  readonly #runner: TimedRunner;
  #ready: Buffer[] = [];
  readonly #decompress = new Decompress((chunk) => {
    if (chunk.length > 0) this.#ready.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  });

  constructor(runner: TimedRunner) {
    this.#runner = runner;
  }

  async *write(piece: Buffer, final = false): AsyncGenerator<Buffer> {
    this.#runner.run(() => this.#decompress.push(piece, final));
    yield* this.#ready.splice(0);
  }

  end(): AsyncGenerator<Buffer> {
    return this.write(Buffer.alloc(0), true);
  }

  close(): void {}
}

/** Stops a call that does not return, which nothing but vm's watchdog can. */
class TimedRunner {
  readonly #timeout: number;
  readonly #sandbox = vm.createContext({ call: () => {} });
  readonly #script = new vm.Script('call()');

  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  run(call: () => void): void {
    this.#sandbox['call'] = call;
    try {
      this.#script.runInContext(this.#sandbox, { timeout: this.#timeout });
    } catch (error) {
      const timedOut = (error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'; // an Error of another realm
      throw timedOut ? new Error(`a block takes more than ${this.#timeout} ms`) : error;
    }
  }
}
