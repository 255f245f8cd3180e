import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { CaptureError, systemProblem } from './warning.ts';

export interface Source {
  /** The base name of the path, `-` for standard input: artifacts must not depend on directories. */
  readonly name: string;
  readonly chunks: AsyncIterable<Buffer>;
  /** How many bytes have come from it. */
  readonly bytesRead: () => number;
}

const CHUNK_LENGTH = 65_536;

/** Opens a path, or standard input for `-`. Nothing is read before the first chunk is asked for. */
export function openSource(path: string): Source {
  let bytesRead = 0;
  const count = (chunk: Buffer) => {
    bytesRead += chunk.length;
  };
  return {
    name: path === '-' ? path : basename(path),
    chunks: named(path, path === '-' ? process.stdin : chunksOf(path), count),
    bytesRead: () => bytesRead,
  };
}

/** After so many chunks others have their turn: a signal, or the line that tells of progress. */
const CHUNKS_A_TURN = 4;

/**
 * A file's bytes. Those of a regular file are there, mostly in memory: to have a thread read them and wait for it takes several times as long as to read
 * them. What may keep one waiting, as a named pipe, is a stream.
 */
async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  if (!statSync(path).isFile()) return yield* createReadStream(path, { highWaterMark: CHUNK_LENGTH });
  const file = openSync(path, 'r');
  try {
    for (let count = 1; ; count++) {
      const chunk = Buffer.allocUnsafeSlow(CHUNK_LENGTH);
      const length = readSync(file, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
      if (count % CHUNKS_A_TURN === 0) await othersTurn();
    }
  } finally {
    closeSync(file);
  }
}

/** Errors of the system say the path as it was given: that is what has to be mended. */
async function* named(
  path: string,
  chunks: AsyncIterable<Buffer>,
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of chunks) {
      onChunk(chunk);
      yield chunk;
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new CaptureError({ file: path }, `cannot be read: ${systemProblem(error)}`);
  }
}
