import { createGunzip } from 'node:zlib';
import { CutOff } from './chunks.ts';
import { ZlibFeed } from './zlib-feed.ts';

/** A byte of deflate data stands for up to 1032: small pieces bound what is ready at once. */
const PIECE_LENGTH = 16_384;

/** The bytes of gzip data (RFC 1952), decompressed. Throws CutOff where they end early. */
export async function* gunzip(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const feed = new ZlibFeed(createGunzip());
  try {
    for await (const chunk of source) {
      for (let start = 0; start < chunk.length; start += PIECE_LENGTH) {
        yield* feed.write(chunk.subarray(start, start + PIECE_LENGTH));
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
