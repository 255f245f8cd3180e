import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { RecordedFixture } from '../analyze.ts';
import type { FixtureSource } from '../fixture/write.ts';
import { CommandError, EXIT } from './exit.ts';

/** A fixture as it stands in a file. */
interface FixtureFile extends RecordedFixture {
  /** The capture that it was made of. */
  readonly source: FixtureSource;
  /** Was it made without secrets, whether or not there were any? */
  readonly withoutSecrets: boolean;
}

/** Captures and fixtures among the files of a command line. */
export interface Inputs {
  readonly captures: readonly string[];
  readonly fixtures: readonly FixtureFile[];
}

/** Tells fixtures from captures by their first byte: JSON begins with a brace. Throws CommandError for a fixture that is none. */
export async function inputsOf(paths: readonly string[]): Promise<Inputs> {
  const isFixture = new Map(paths.map((path) => [path, beginsWithBrace(path)]));
  const fixtures = paths.filter((path) => isFixture.get(path));
  return {
    captures: paths.filter((path) => !isFixture.get(path)),
    fixtures: await Promise.all(fixtures.map(readFixture)),
  };
}

/** The files of a command line in the order in which they are read: captures before fixtures. */
export const inOrderOfReading = (paths: readonly string[]): string[] => [
  ...paths.filter((path) => !beginsWithBrace(path)),
  ...paths.filter(beginsWithBrace),
];

function beginsWithBrace(path: string): boolean {
  if (path === '-') return false;
  const head = Buffer.alloc(64);
  try {
    const file = openSync(path, 'r');
    try {
      const length = readSync(file, head);
      return /^\s*\{/.test(head.toString('latin1', 0, length));
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // who reads it as a capture says what is wrong
  }
}

async function readFixture(path: string): Promise<FixtureFile> {
  const { conversationsOf, FixtureError, parseFixture } = await import('../fixture/read.ts');
  try {
    const fixture = parseFixture(readFileSync(path, 'utf8'));
    const fields = fixture.dialogues.flatMap(({ layers }) =>
      layers.flatMap(({ messages }) => messages.flatMap((message) => message.fields)),
    );
    return {
      name: basename(path),
      source: fixture.source,
      withoutSecrets: fixture.redacted,
      frames: fixture.source.frames,
      conversations: conversationsOf(fixture),
      redacted: fixture.redacted && fields.some(({ role }) => role === 'secret'),
    };
  } catch (error) {
    if (!(error instanceof FixtureError)) throw error;
    const nextStep = 'make it anew with: capture2check fixture CAPTURE';
    throw new CommandError(EXIT.unreadable, `${basename(path)}: no fixture: ${error.message}; ${nextStep}`);
  }
}
