import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { CaptureError } from './warning.ts';

export interface Source {
  /** The base name of the path, `-` for standard input: artifacts must not depend on directories. */
  readonly name: string;
  readonly chunks: AsyncIterable<Buffer>;
}

const CHUNK_LENGTH = 131_072;

/** Opens a path, or standard input for `-`. Nothing is read before the first chunk is asked for. */
export function openSource(path: string): Source {
  if (path === '-') return { name: '-', chunks: named('-', process.stdin) };
  return {
    name: basename(path),
    chunks: named(path, createReadStream(path, { highWaterMark: CHUNK_LENGTH })),
  };
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
