import { isatty } from 'node:tty';
import { printable } from '../bytes/printable.ts';
import type { Warn, WarningCode } from '../capture/warning.ts';
import type { Paint } from '../emit/paint.ts';
import type { Words } from '../emit/words.ts';

let Chalk: typeof import('chalk').Chalk | undefined;
let linesOf: typeof import('../emit/layout.ts').wrapped = (text) => [text];

/** What a terminal needs. Without one there is nothing to color and no line to break, and the program starts sooner. */
export async function lookAtTerminal(): Promise<void> {
  if (isatty(1) || isatty(2)) ({ Chalk } = await import('chalk'));
  if (isatty(2)) linesOf = (await import('../emit/layout.ts')).wrapped;
}

/** How much is said on stderr. */
export interface Verbosity {
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  /** Show how far the reading has come, where a person is there to see it. */
  readonly progress?: boolean | undefined;
  /** Warnings that are not said. */
  readonly noWarn?: ReadonlySet<WarningCode> | undefined;
}

/** To the start of the line, and clear it (ECMA-48 §8.3.15, §8.3.41). */
const ERASE = '\r\x1b[K';

/** The words beside the artifact: to stderr, each line marked, nothing of a capture unescaped. */
export class Terminal {
  /** Is somebody there to watch the reading? */
  readonly watched: boolean;
  readonly #color: boolean;
  readonly #chalk: Colors;
  readonly #verbosity: Verbosity;
  #drawn = false;

  constructor(color: boolean, verbosity: Verbosity, watched = isWatched(verbosity)) {
    this.watched = watched;
    this.#color = color;
    this.#chalk = chalkFor(process.stderr, color);
    this.#verbosity = verbosity;
  }

  /** For what is read once more: it says nothing but errors, and shows the reading all the same. */
  muted(): Terminal {
    return new Terminal(this.#color, { quiet: true }, this.watched);
  }

  readonly warn: Warn = ({ code, message }) => {
    if (!this.#verbosity.noWarn?.has(code)) this.#say(`${message} (${code})`, 'warning:');
  };

  /** Says what an emitter has to say beside the artifact. */
  tell(words: readonly Words[]): void {
    for (const each of words) {
      if (each.kind === 'note') this.note(each.text);
      else this.warn({ code: each.code, message: each.text });
    }
  }

  note(message: string): void {
    this.#say(message);
  }

  detail(message: string): void {
    if (this.#verbosity.verbose) this.#say(message);
  }

  get columns(): number {
    return columnsOf(process.stderr);
  }

  /** Shows a line that whatever is said next takes the place of. It has to fit. */
  draw(line: string): void {
    process.stderr.write(`${ERASE}${line}`);
    if (!this.#drawn) process.once('exit', this.erase);
    this.#drawn = true;
  }

  /** Takes the line away that is drawn, if there is one. */
  readonly erase = (): void => {
    if (!this.#drawn) return;
    process.stderr.write(ERASE);
    process.off('exit', this.erase);
    this.#drawn = false;
  };

  /** An error is said even when quiet. */
  error(message: string): void {
    this.#write(message, 'error:');
  }

  #say(message: string, mark?: Mark): void {
    if (!this.#verbosity.quiet) this.#write(message, mark);
  }

  /** A line in a pipe; on a terminal as many as it takes, broken between words. */
  #write(message: string, mark?: Mark): void {
    this.erase();
    const text = `capture2check: ${mark === undefined ? '' : `${mark} `}${printable(message)}`;
    const lines = linesOf(text, this.columns, '', '  ').map((line) => `${line}\n`);
    const color = mark === 'error:' ? this.#chalk.red : this.#chalk.magenta;
    process.stderr.write(mark === undefined ? lines.join('') : lines.join('').replace(mark, () => color(mark)));
  }
}

/** What stands before words that are more than a note. */
type Mark = 'warning:' | 'error:';

/** A terminal may not know how wide it is. */
const columnsOf = ({ isTTY, columns }: NodeJS.WriteStream): number =>
  isTTY ? columns || 80 : Number.POSITIVE_INFINITY;

const isWatched = ({ quiet, progress }: Verbosity): boolean =>
  progress === true && !quiet && process.stderr.isTTY && process.env['TERM'] !== 'dumb';

/** Colors and width for an artifact on stdout; none when it goes to a file. */
export function paintFor(color: boolean): Paint {
  const chalk = chalkFor(process.stdout, color);
  // chalk would print a second argument, too, such as the index that map gives.
  const painter =
    (name: keyof Colors) =>
    (text: string): string =>
      chalk[name](text);
  return {
    columns: columnsOf(process.stdout),
    client: painter('magenta'),
    server: painter('green'),
    dim: painter('dim'),
    strong: painter('bold'),
    bad: painter('red'),
  };
}

/** Those that are read on black and on white alike: yellow and cyan are not, nor is blue. */
type Colors = Readonly<Record<'green' | 'red' | 'magenta' | 'dim' | 'bold', (text: string) => string>>;

const asItIs = (text: string): string => text;
const NO_COLORS: Colors = { green: asItIs, red: asItIs, magenta: asItIs, dim: asItIs, bold: asItIs };

/** chalk itself looks at neither NO_COLOR (https://no-color.org) nor the stream in question. */
function chalkFor(stream: NodeJS.WriteStream, color: boolean): Colors {
  const wanted = color && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb' && stream.isTTY;
  return wanted && Chalk !== undefined ? new Chalk({ level: 1 }) : NO_COLORS;
}
