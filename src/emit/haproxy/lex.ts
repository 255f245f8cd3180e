/** A line of a configuration that HAProxy would not take, or would take for something else. */
export class LexError extends Error {
  override readonly name = 'LexError';
}

/** A line as HAProxy's parse_line reads it. */
export interface LexedLine {
  /** The words, a character a byte. A NUL ends its word, as it does in HAProxy. */
  readonly words: readonly string[];
  /** The column, from 1, at which each word starts. */
  readonly columns: readonly number[];
  /** Environment variables that the line expands (they are not expanded here). */
  readonly variables: readonly string[];
}

/** MAX_LINE_ARGS (2.6, 3.4). */
const MAX_WORDS = 64;
const NAMED: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t' };

/** Reads one line, without its line end, by the rules of HAProxy 2.6 and 3.4. Throws LexError. */
export function lexLine(line: string): LexedLine {
  const words: string[] = [];
  const columns: number[] = [];
  const variables: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  let at = 0;
  const put = (text: string) => {
    if (word === undefined) columns.push(at + 1);
    word = (word ?? '') + text;
  };
  const end = () => {
    if (word !== undefined) words.push(word.split('\0', 1)[0] as string);
    word = undefined;
  };
  while (at < line.length) {
    const character = line[at] as string;
    if (quote === "'") {
      if (character === "'") quote = undefined;
      else put(character);
      at++;
    } else if (character === '\\') {
      const [text, length] = unescaped(line, at, quote === '"');
      put(text);
      at += length;
    } else if (character === '"') {
      quote = quote === '"' ? undefined : '"';
      put('');
      at++;
    } else if (quote === '"' && character === '$') {
      const match = /^\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(\[\*\])?(-[^}]*)?\})/.exec(
        line.slice(at),
      );
      if (match === null) throw new LexError(`column ${at + 1}: $ in double quotes that names no variable`);
      variables.push((match[1] ?? match[2]) as string);
      put('');
      at += match[0].length;
    } else if (quote === '"') {
      put(character);
      at++;
    } else if (character === "'") {
      quote = "'";
      put('');
      at++;
    } else if (character === '#') break;
    else if (character === ' ' || character === '\t') {
      end();
      at++;
    } else {
      put(character);
      at++;
    }
  }
  if (quote !== undefined) throw new LexError(`unmatched ${quote}`);
  end();
  if (words.length > MAX_WORDS) throw new LexError(`${words.length} words, and HAProxy takes ${MAX_WORDS}`);
  return { words, columns, variables };
}

/** What a backslash and what follows it stand for, and how many characters they take. */
function unescaped(line: string, at: number, quoted: boolean): [text: string, length: number] {
  const next = line[at + 1];
  if (next === undefined) return ['\\', 1];
  if (NAMED[next] !== undefined) return [NAMED[next], 2];
  if ('\\ #"\''.includes(next) || (quoted && next === '$')) return [next, 2];
  if (next !== 'x') return [`\\${next}`, 2];
  const digits = /^[0-9a-fA-F]{2}/.exec(line.slice(at + 2, at + 4));
  if (digits === null) throw new LexError(`column ${at + 1}: \\x without two hex digits`);
  return [String.fromCharCode(Number.parseInt(digits[0], 16)), 4];
}
