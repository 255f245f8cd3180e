import { isatty } from 'node:tty';
import { printable } from '../bytes/printable.ts';
import type { Warn } from '../capture/warning.ts';
import type { Paint } from '../emit/paint.ts';

let Chalk: typeof import('chalk').Chalk | undefined;

/** Without a terminal there is nothing to color, and the program starts sooner. */
export async function loadColors(): Promise<void> {
  if (isatty(1) || isatty(2)) ({ Chalk } = await import('chalk'));
}

/** How much is said on stderr. */
export interface Verbosity {
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

/** The words beside the artifact: to stderr, each line marked, nothing of a capture unescaped. */
export class Terminal {
  readonly #chalk: Colors;
  readonly #verbosity: Verbosity;

  constructor(color: boolean, verbosity: Verbosity) {
    this.#chalk = chalkFor(process.stderr, color);
    this.#verbosity = verbosity;
  }

  /** For warnings of the pipeline. */
  readonly warn: Warn = ({ code, message }) =>
    this.say(`${this.#chalk.yellow('warning:')} ${printable(message)} (${code})`);

  warning(message: string): void {
    this.say(`${this.#chalk.yellow('warning:')} ${printable(message)}`);
  }

  note(message: string): void {
    this.say(printable(message));
  }

  detail(message: string): void {
    if (this.#verbosity.verbose) this.say(printable(message));
  }

  /** An error is said even when quiet. */
  error(message: string): void {
    process.stderr.write(`capture2check: ${this.#chalk.red('error:')} ${printable(message)}\n`);
  }

  private say(line: string): void {
    if (!this.#verbosity.quiet) process.stderr.write(`capture2check: ${line}\n`);
  }
}

/** Colors for an artifact on stdout; none when it goes to a file. */
export function paintFor(color: boolean): Paint {
  const chalk = chalkFor(process.stdout, color);
  return { client: chalk.cyan, server: chalk.green, dim: chalk.dim, strong: chalk.bold, bad: chalk.red };
}

type Colors = Readonly<Record<'cyan' | 'green' | 'red' | 'yellow' | 'dim' | 'bold', (text: string) => string>>;

const asItIs = (text: string): string => text;
const NO_COLORS: Colors = { cyan: asItIs, green: asItIs, red: asItIs, yellow: asItIs, dim: asItIs, bold: asItIs };

/** chalk itself looks at neither NO_COLOR (https://no-color.org) nor the stream in question. */
function chalkFor(stream: NodeJS.WriteStream, color: boolean): Colors {
  const wanted = color && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb' && stream.isTTY;
  return wanted && Chalk !== undefined ? new Chalk({ level: 1 }) : NO_COLORS;
}
