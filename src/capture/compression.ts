import { pipeline, Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { Decompress } from 'fzstd';
import type { ReadContext } from './context.ts';
import type { Sniffed } from './sniff.ts';
import { CaptureError } from './warning.ts';

/** The bytes of a gzip (RFC 1952) or zstd (RFC 8878) source decompressed, any other source as it is. */
export function decompressed(source: Sniffed, context: ReadContext): AsyncIterable<Buffer> {
  const hex = source.head.toString('hex', 0, 4);
  if (hex.startsWith('1f8b')) return keepUntilCut(through(source, zlib.createGunzip()), 'gzip', context);
  // A zstd file may begin with skippable frames, 184D2A50 to 184D2A5F, little-endian.
  if (hex === '28b52ffd' || /^5.2a4d18$/.test(hex)) return keepUntilCut(unzstd(source), 'zstd', context);
  return source;
}

function unzstd(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // Node has it from 22.15 on; @types/node of Node 20 does not know it.
  const builtIn = (zlib as { createZstdDecompress?: () => zlib.Gunzip }).createZstdDecompress;
  return builtIn === undefined ? unzstdInScript(source) : through(source, builtIn());
}

async function* through(source: AsyncIterable<Buffer>, stream: zlib.Gunzip): AsyncGenerator<Buffer> {
  // The error reaches the consumer through the destroyed stream.
  pipeline(Readable.from(source, { objectMode: false }), stream, () => {});
  yield* stream;
}

/** fzstd hands out whatever one push makes; a block of 4 bytes can stand for 128 KiB, so a push is kept small. */
const ZSTD_PUSH_LENGTH = 1024;

async function* unzstdInScript(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const ready: Buffer[] = [];
  const stream = new Decompress((chunk) => {
    if (chunk.length > 0) ready.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  });
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; start += ZSTD_PUSH_LENGTH) {
      stream.push(chunk.subarray(start, start + ZSTD_PUSH_LENGTH));
      yield* ready.splice(0);
    }
  }
  stream.push(new Uint8Array(0), true);
  yield* ready.splice(0);
}

/** A compressed file that ends early gives what it holds and a warning; any other fault in it is an error. */
async function* keepUntilCut(
  chunks: AsyncIterable<Buffer>,
  format: string,
  context: ReadContext,
): AsyncGenerator<Buffer> {
  let length = 0;
  try {
    for await (const chunk of chunks) {
      length += chunk.length;
      yield chunk;
    }
  } catch (error) {
    if (error instanceof CaptureError || !(error instanceof Error)) throw error;
    if (!/unexpected (end of file|EOF)/i.test(error.message)) {
      throw new CaptureError(
        { file: context.file },
        `damaged ${format} data after ${length} decompressed bytes: ${error.message}`,
      );
    }
    context.warn({
      code: 'cut-off',
      message: `${context.file}: the ${format} data ends early, after ${length} decompressed bytes; what follows is missing`,
    });
  }
}
