import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';
import { CaptureError } from './warning.ts';

export interface Source {
  /** The base name of the path, `-` for standard input: artifacts must not depend on directories. */
  readonly name: string;
  readonly chunks: AsyncIterable<Buffer>;
}

const CHUNK_LENGTH = 65_536;

/** Opens a path, or standard input for `-`. Nothing is read before the first chunk is asked for. */
export function openSource(path: string): Source {
  if (path === '-') return { name: '-', chunks: named('-', process.stdin) };
  return {
    name: basename(path),
    chunks: named(path, chunksOf(path)),
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
async function* named(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    throw new CaptureError({ file: path }, `cannot be read: ${SYSTEM_ERRORS[String(error.code)] ?? error.message}`);
  }
}

const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};
