import * as zlib from 'node:zlib';
import { CutOff } from './chunks.ts';
import type { ReadContext } from './context.ts';
import type { Sniffed } from './sniff.ts';
import { CaptureError } from './warning.ts';
import { ZlibFeed } from './zlib-feed.ts';
import { isZstd, unzstd } from './zstd.ts';

/** The bytes of a gzip (RFC 1952) or zstd (RFC 8878) source decompressed, any other source as it is. */
export function decompressed(source: Sniffed, context: ReadContext): AsyncIterable<Buffer> {
  if (source.head.toString('hex', 0, 2) === '1f8b') return keepUntilCut(gunzip(source), 'gzip', context);
  if (isZstd(source.head)) return keepUntilCut(unzstd(source), 'zstd', context);
  return source;
}

/** A byte of deflate data stands for up to 1032: small pieces bound what is ready at once. */
const GZIP_PIECE_LENGTH = 16_384;

async function* gunzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const feed = new ZlibFeed(zlib.createGunzip());
  try {
    for await (const chunk of source) {
      for (let start = 0; start < chunk.length; start += GZIP_PIECE_LENGTH) {
        yield* feed.write(chunk.subarray(start, start + GZIP_PIECE_LENGTH));
      }
      if (feed.ended) return; // zeros that pad the file to its end
    }
    yield* feed.end();
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR' ? new CutOff(error.message) : error;
  } finally {
    feed.close();
  }
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
      if (length > context.limits.decompressed) {
        throw new CaptureError(
          { file: context.file },
          `the ${format} data decompresses to more than ${context.limits.decompressed} bytes`,
          'say --limit decompressed=NUMBER, or decompress it first',
        );
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof CaptureError || !(error instanceof Error)) throw error;
    if (!(error instanceof CutOff)) {
      throw new CaptureError(
        { file: context.file },
        `the ${format} data cannot be decompressed beyond ${length} bytes: ${error.message}`,
      );
    }
    context.warn({
      code: 'cut-off',
      message: `${context.file}: the ${format} data ends early, after ${length} decompressed bytes; what follows is missing`,
    });
  }
}
