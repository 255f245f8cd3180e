import { printable } from '../../bytes/printable.ts';

/** A configuration that HAProxy would not take. `column` counts from 1. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly line: number;
  readonly column: number | undefined;

  constructor(line: number, column: number | undefined, message: string) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** A line of a configuration, lexed, and where it stands. */
export interface ConfigLine {
  readonly number: number;
  readonly words: readonly string[];
  readonly columns: readonly number[];
  /** Environment variables that it expands. */
  readonly variables: readonly string[];
  /** The branches of `.if` that it stands in, outermost first, whose conditions are not known. */
  readonly branches: readonly number[];
}

/** The words of a line, taken one by one. */
export class Words {
  readonly line: ConfigLine;
  #next: number;

  /** `start`: the words that have been read already. */
  constructor(line: ConfigLine, start: number) {
    this.line = line;
    this.#next = start;
  }

  get more(): boolean {
    return this.#next < this.line.words.length;
  }

  /** The next word, which stays. */
  get ahead(): string | undefined {
    return this.line.words[this.#next];
  }

  /** The next word, which may not be empty. Throws ConfigError that says what was expected. */
  take(expected: string): string {
    const word = this.line.words[this.#next];
    if (word === undefined || word === '') throw this.error(`${expected} is expected`);
    this.#next++;
    return word;
  }

  /** Throws ConfigError where words are left. */
  end(expected: string): void {
    if (this.more) throw this.error(`${expected} is expected, not ${said(this.ahead)}`);
  }

  /** An error at the next word, or at the one before it. */
  error(message: string, before = 0): ConfigError {
    const { number, columns } = this.line;
    return new ConfigError(number, columns[this.#next - before], message);
  }
}

/** The words of others, shortened. */
export function said(word: string | undefined): string {
  if (word === undefined) return 'nothing';
  const text = printable(word);
  return `"${text.length > 40 ? `${text.slice(0, 37)}...` : text}"`;
}

/** `500`, `500ms`, `3s`, `1m` in milliseconds; undefined for anything else. A bare number is milliseconds. */
export function milliseconds(text: string): number | undefined {
  const [, digits, unit = 'ms'] = /^([0-9]{1,10})(us|ms|s|m|h|d)?$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit] as number);
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
