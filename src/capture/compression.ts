import { CutOff } from './chunks.ts';
import type { ReadContext } from './context.ts';
import { isZstd, type Sniffed } from './sniff.ts';
import { CaptureError } from './warning.ts';

/** The bytes of a gzip (RFC 1952) or zstd (RFC 8878) source decompressed, any other source as it is. What decompresses is loaded when it is needed. */
export async function decompressed(source: Sniffed, context: ReadContext): Promise<AsyncIterable<Buffer>> {
  if (source.head.toString('hex', 0, 2) === '1f8b') {
    const { gunzip } = await import('./gzip.ts');
    return keepUntilCut(gunzip(source), 'gzip', context);
  }
  if (isZstd(source.head)) {
    const { unzstd } = await import('./zstd.ts');
    return keepUntilCut(unzstd(source), 'zstd', context);
  }
  return source;
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
        `the file is damaged: copy it again, or read what precedes: ${format} -dc FILE | capture2check -`,
      );
    }
    context.warn({
      code: 'cut-off',
      message: `${context.file}: the ${format} data ends early, after ${length} decompressed bytes; what follows is missing`,
    });
  }
}
