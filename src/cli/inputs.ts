import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
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

/** Tells fixtures from captures by their first byte, decompressed: JSON begins with a brace. Throws CommandError for a fixture that is none. */
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

/** So much of a file is looked at: an editor may have put a byte order mark and white space before the brace. */
const HEAD_LENGTH = 4096;
/** A larger one is no text that can be parsed. */
const MAX_FIXTURE_LENGTH = 268_435_456;

/** Is it a file that holds JSON? What comes through a pipe can be looked at once only, and is taken for a capture. */
function beginsWithBrace(path: string): boolean {
  if (path === '-') return false;
  try {
    if (!statSync(path).isFile()) return false;
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD_LENGTH);
      const captured = head.subarray(0, readSync(file, head));
      const plain = isGzip(captured) ? gunzipSync(captured, { finishFlush: constants.Z_SYNC_FLUSH }) : captured;
      return /^\s*\{/.test(plain.toString('utf8', 0, HEAD_LENGTH));
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // who reads it as a capture says what is wrong
  }
}

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The text of a file, decompressed, without a byte order mark. Throws CommandError. */
function textOf(path: string): string {
  try {
    const bytes = readFileSync(path);
    const plain = isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: MAX_FIXTURE_LENGTH }) : bytes;
    if (plain.length > MAX_FIXTURE_LENGTH) throw new RangeError(`more than ${MAX_FIXTURE_LENGTH} bytes`);
    return plain.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new CommandError(EXIT.unreadable, `${basename(path)}: cannot be read: ${(error as Error).message}`);
  }
}

async function readFixture(path: string): Promise<FixtureFile> {
  const { conversationsOf, FixtureError, parseFixture } = await import('../fixture/read.ts');
  try {
    const fixture = parseFixture(textOf(path));
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
