import { writeFileSync } from 'node:fs';
import { CommandError, EXIT } from './exit.ts';

/** Writes the artifact to a file, or to stdout where none (or `-`) is named. */
export async function writeArtifact(artifact: string | Uint8Array, path: string | undefined): Promise<void> {
  if (path === undefined || path === '-') {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(artifact, (error) => (error ? reject(error) : resolve()));
    });
    return;
  }
  try {
    writeFileSync(path, artifact);
  } catch (error) {
    throw new CommandError(EXIT.unreadable, `${path}: cannot be written: ${(error as Error).message}`);
  }
}
