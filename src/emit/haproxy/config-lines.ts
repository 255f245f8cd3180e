import { ConfigError, type ConfigLine } from './config-words.ts';
import { LexError, lexLine } from './lex.ts';

/** How an `.if` stands while it is read. */
interface Condition {
  readonly line: number;
  /** Is the branch at hand taken? `undefined`: nobody but HAProxy can tell. */
  taken: boolean | undefined;
  /** Was one of the branches so far taken? */
  done: boolean | undefined;
  /** Tells its branches apart. */
  branch: number;
  otherwise: boolean;
}

const DIRECTIVES: ReadonlySet<string> = new Set(['.notice', '.warning', '.alert', '.diag']);

/**
 * The lines of a configuration that hold words, without those that `.if` leaves out for certain. Of lines that start with a word that is not of
 * interest nothing is looked at. `text` has a character a byte. Throws ConfigError.
 */
export function configLines(text: string, ofInterest: (keyword: string) => boolean): ConfigLine[] {
  const conditions: Condition[] = [];
  const lines: ConfigLine[] = [];
  let branches = 0;
  text.split('\n').forEach((raw, at) => {
    const number = at + 1;
    const line = raw.split('\r', 1)[0] as string; // HAProxy reads no further (2.6)
    const [, keyword = ''] = /^[ \t]*([^ \t#]*)/.exec(line) ?? [];
    if (keyword === '') return;
    if (keyword.startsWith('.') && !DIRECTIVES.has(keyword)) {
      direct(keyword, line, number, conditions, () => ++branches);
      return;
    }
    if (keyword.startsWith('.') || conditions.some(({ taken }) => taken === false)) return;
    if (!ofInterest(keyword.replaceAll(/["'\\]/g, ''))) return;
    const doubtful = conditions.filter(({ taken }) => taken === undefined);
    try {
      lines.push({ number, ...lexLine(line), branches: doubtful.map(({ branch }) => branch) });
    } catch (error) {
      if (error instanceof LexError) throw new ConfigError(number, undefined, error.message);
      throw error;
    }
  });
  const [open] = conditions;
  if (open !== undefined) throw new ConfigError(open.line, undefined, '.if without .endif');
  return lines;
}

/** `.if`, `.elif`, `.else` and `.endif` change which lines are read. */
function direct(keyword: string, line: string, number: number, conditions: Condition[], newBranch: () => number): void {
  const text = line.slice(line.indexOf(keyword) + keyword.length);
  if (keyword === '.if') {
    const taken = conditionIn(text);
    conditions.push({ line: number, taken, done: taken, branch: newBranch(), otherwise: false });
    return;
  }
  const condition = conditions.at(-1);
  if (keyword !== '.elif' && keyword !== '.else' && keyword !== '.endif')
    throw new ConfigError(number, undefined, `${keyword} is no directive`);
  if (condition === undefined) throw new ConfigError(number, undefined, `${keyword} without .if`);
  if (keyword === '.endif') {
    conditions.pop();
    return;
  }
  if (condition.otherwise) throw new ConfigError(number, undefined, `${keyword} behind .else`);
  const value = keyword === '.else' ? true : conditionIn(text);
  condition.otherwise = keyword === '.else';
  condition.branch = newBranch();
  condition.taken = both(condition.done === undefined ? undefined : !condition.done, value);
  condition.done = either(condition.done, value);
}

/** The value of a condition: a number, or nothing, is known (2.6); of functions (`defined`, `version_atleast`) it is not. */
function conditionIn(condition: string): boolean | undefined {
  const text = condition.replace(/#.*/, '').trim();
  return /^[0-9]*$/.test(text) ? Number(text) !== 0 : undefined;
}

const both = (a: boolean | undefined, b: boolean | undefined): boolean | undefined =>
  a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
const either = (a: boolean | undefined, b: boolean | undefined): boolean | undefined =>
  a === true || b === true ? true : a === undefined || b === undefined ? undefined : false;
