import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Analysis } from '../emit/analysis.ts';
import { noConversation } from '../emit/words.ts';
import { type FixtureSource, fixtureText, toFixture } from '../fixture/write.ts';
import { analyzeInputs } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
import { inputsOf } from './inputs.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { Terminal } from './terminal.ts';

export interface FixtureOptions extends CommonOptions {
  readonly keepSecrets?: boolean;
}

/** `fixture`: the dialogues of a capture as JSON, in one file or, into a folder, a file each. */
export async function fixture(path: string, options: FixtureOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  const inputs = await inputsOf([path]);
  const analysis = await analyzeInputs(inputs, options, terminal, { dialogues: true, proof: false });
  const { dialogues, accounting } = analysis;
  if (dialogues.length === 0) throw new CommandError(EXIT.no, noConversation(analysis, options));
  if (dialogues.length < accounting.conversations && options.stream === undefined && options.server === undefined)
    terminal.warn({
      code: 'limit',
      message: `the first ${dialogues.length} of ${accounting.conversations} conversations; --limit samples takes more, --stream one`,
    });
  const [recorded] = inputs.fixtures;
  const source = recorded?.source ?? (await sourceOf(path, analysis));
  const { output } = options;
  const redacted = recorded?.withoutSecrets ?? false;
  const keepSecrets = (options.keepSecrets ?? false) && !redacted;
  const settings = { keepSecrets, redacted, allowed: options.allow ?? new Set() };
  if (output !== undefined && isFolder(output)) {
    const texts = dialogues.map((dialogue) => fixtureText(toFixture([dialogue], source, settings)));
    const names = namesFor(path, dialogues);
    const others = names.filter((name, at) => holdsOther(join(output, name), texts[at] as string));
    for (const [at, text] of texts.entries()) await writeArtifact(text, join(output, names[at] as string), keepSecrets);
    if (others.length > 0) terminal.note(`written over files that held something else: ${others.join(', ')}`);
  } else await writeArtifact(fixtureText(toFixture(dialogues, source, settings)), output, keepSecrets);
  if (keepSecrets) terminal.note('the fixture holds the secrets of the capture: keep it private');
  return EXIT.done;
}

async function sourceOf(path: string, { files }: Analysis): Promise<FixtureSource> {
  // What came through a pipe is gone.
  const isThere = path !== '-' && statSync(path).isFile();
  const name = path === '-' ? '-' : basename(path);
  return { name, sha256: isThere ? await sha256Of(path) : null, frames: files.frames };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Is it one, or is it to be one? What ends with a slash is made where it is not there. Throws CommandError. */
function isFolder(path: string): boolean {
  if (!path.endsWith('/')) return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new CommandError(EXIT.unreadable, `${path}: no folder can be made: ${(error as Error).message}`);
  }
  return true;
}

/** A name for the file of each dialogue: that of the capture, and the number of the conversation. */
function namesFor(path: string, dialogues: Analysis['dialogues']): string[] {
  const capture = path === '-' ? 'stdin' : basename(path).replace(/\.(?:pcap|pcapng|cap|gz|zst|json)\b.*$/, '');
  const uses = new Map<number, number>();
  return dialogues.map(({ conversation: { stream } }) => {
    const use = (uses.get(stream) ?? 0) + 1;
    uses.set(stream, use);
    // A fixture may have been put together from several.
    return `${capture}-stream-${stream}${use === 1 ? '' : `-${use}`}.json`;
  });
}

/** Is there a file that says something else? */
function holdsOther(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') !== text;
  } catch {
    return false; // it is not there, or whoever writes it says what is wrong
  }
}
