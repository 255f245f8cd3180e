import { closeSync, openSync, writeSync } from 'node:fs';
import { systemProblem } from '../capture/warning.ts';
import { CommandError, EXIT } from './exit.ts';

/** An artifact, whole or in pieces. */
export type Artifact = string | Uint8Array | Iterable<string>;

/** Pieces are put together to about this many characters before they are written. */
const BLOCK_LENGTH = 65_536;

/** Writes the artifact to a file, or to stdout where none (or `-`) is named. A new file that holds secrets is for its owner alone. */
export async function writeArtifact(artifact: Artifact, path: string | undefined, secret = false): Promise<void> {
  if (path === undefined || path === '-') {
    for (const block of blocksOf(artifact)) await written(block);
    return;
  }
  try {
    const file = openSync(path, 'w', secret ? 0o600 : 0o666);
    try {
      for (const block of blocksOf(artifact)) {
        const bytes = typeof block === 'string' ? Buffer.from(block) : block;
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(
      EXIT.unreadable,
      `${path}: cannot be written: ${code === 'ENOENT' ? 'there is no such folder' : systemProblem(error as Error)}`,
    );
  }
}

function* blocksOf(artifact: Artifact): Generator<string | Uint8Array> {
  if (typeof artifact === 'string' || artifact instanceof Uint8Array) {
    yield artifact;
    return;
  }
  let block = '';
  for (const piece of artifact) {
    block += piece;
    if (block.length < BLOCK_LENGTH) continue;
    yield block;
    block = '';
  }
  yield block;
}

const written = (block: string | Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(block, (error) => (error ? reject(error) : resolve()));
  });
