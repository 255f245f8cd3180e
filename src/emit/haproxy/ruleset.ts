import type { Checker, PlacedRule, Remark } from '../../proof/configured.ts';
import type { TcpRule } from '../../proof/rule.ts';
import { ConfigError, type ConfigLine, type Words } from './config-words.ts';
import { type HttpChecking, httpChecking } from './http-ruleset.ts';
import { type HttpchkOption, type HttpLine, parseHttpchk, parseHttpLine } from './parse-http.ts';
import { type ParsedRule, parseTcpRule } from './parse-tcp.ts';

/** The options, besides tcp-check and httpchk, that choose how servers are checked (2.6 to 3.4). */
const OTHER_CHECKERS: ReadonlySet<string> = new Set(
  'external-check ldap-check mysql-check pgsql-check redis-check smtpchk spop-check ssl-hello-chk'.split(' '),
);

/** What a line of a ruleset says, and the line. */
export type Placed<What> = What & { readonly line: number };

interface Chosen {
  readonly kind: Exclude<Checker['kind'], 'connect'>;
  readonly name: string;
  readonly line: number;
}

/** What a checker does, as it results from a section and the defaults that it starts from. */
export interface Resolved {
  readonly checker: Checker;
  /** Do the settings of the server line count for the connect? */
  readonly asServer: boolean;
  readonly sendProxy: boolean;
  readonly remarks: readonly Remark[];
  readonly unknown: readonly Remark[];
}

type Doubt = Remark & { readonly about: 'option' | 'tcp-check' | 'http-check' };

/**
 * The rules of a section. What it takes over from its defaults (measured on 2.6.12): the checker, unless it has an option of its own, of which the
 * last one counts; the rules of tcp-check, if there is an `option tcp-check` beside them and the section has no rules of its own; request and rules
 * of http-check, if the section has neither `option httpchk` nor a rule of its own.
 */
export class Ruleset {
  readonly branches: readonly number[];
  readonly #from: Ruleset | undefined;
  readonly #options: Chosen[] = [];
  #request: Placed<HttpchkOption> | undefined;
  readonly #tcp: Placed<ParsedRule<TcpRule>>[] = [];
  readonly #http: Placed<HttpLine>[] = [];
  readonly #doubts: Doubt[] = [];

  constructor(from: Ruleset | undefined, { branches }: ConfigLine) {
    this.#from = from;
    this.branches = branches;
  }

  /** Is anything said of checks here? */
  get isEmpty(): boolean {
    return this.#options.length + this.#tcp.length + this.#http.length === 0;
  }

  /** Reads a line of the ruleset behind its keyword. `doubt` is why the line may not count. Throws ConfigError. */
  read(keyword: string, words: Words, doubt: Remark | undefined): void {
    const { number: line } = words.line;
    const doubted = (about: Doubt['about']) => {
      if (doubt !== undefined) this.#doubts.push({ ...doubt, about });
    };
    if (keyword === 'option' || keyword === 'type') {
      const name = words.take('the name of an option');
      const kind = name === 'tcp-check' ? name : name === 'httpchk' ? 'http-check' : 'other';
      if (kind === 'other' && !OTHER_CHECKERS.has(name)) return;
      if (kind === 'http-check') this.#request = { ...parseHttpchk(words), line };
      if (kind === 'tcp-check') words.end('the end of the line');
      this.#options.push({ kind, name, line });
      doubted('option');
    } else if (keyword === 'tcp-check') {
      this.#tcp.push({ ...withEnvironment(words, () => parseTcpRule(words)), line });
      doubted('tcp-check');
    } else if (keyword === 'http-check') {
      this.#http.push({ ...parseHttpLine(words), line });
      doubted('http-check');
    }
  }

  /** What results, of the defaults too. Throws ConfigError for rules that HAProxy does not take in that order. */
  resolve(): Resolved {
    const chosen = this.chosen;
    const remarks = this.#ignored(chosen);
    const doubts = this.#allDoubts('option');
    const nothing = { asServer: true, sendProxy: false, remarks, unknown: doubts };
    switch (chosen?.kind) {
      case undefined:
        return { ...nothing, checker: { kind: 'connect', line: undefined } };
      case 'other':
        return { ...nothing, checker: { kind: 'other', line: chosen.line, option: chosen.name } };
      case 'tcp-check': {
        const { rules, doubts: more } = this.#tcpRules;
        return resolvedTcp(chosen.line, rules, remarks, [...doubts, ...more]);
      }
      case 'http-check': {
        const { request, lines, doubts: more } = this.#httpLines;
        const resolved = httpChecking(chosen.line, request, lines);
        return {
          ...resolved,
          remarks: [...remarks, ...resolved.remarks],
          unknown: [...doubts, ...more, ...resolved.unknown],
        };
      }
    }
  }

  /** The option that counts. */
  get chosen(): Chosen | undefined {
    return this.#options.at(-1) ?? this.#from?.chosen;
  }

  get #tcpRules(): { rules: readonly Placed<ParsedRule<TcpRule>>[]; doubts: readonly Remark[] } {
    const from = this.#from;
    const takesOver = this.#tcp.length === 0 && this.#options.every(({ kind }) => kind === 'tcp-check');
    if (takesOver && from !== undefined && from.chosen?.kind === 'tcp-check') return from.#tcpRules;
    return { rules: this.#tcp, doubts: this.#ownDoubts('tcp-check') };
  }

  get #httpLines(): Pick<HttpChecking, 'request' | 'lines'> & { doubts: readonly Remark[] } {
    const own = this.#http.length > 0 || this.#options.some(({ kind }) => kind === 'http-check');
    if (!own && this.#from !== undefined) return this.#from.#httpLines;
    return { request: this.#request, lines: this.#http, doubts: this.#ownDoubts('http-check') };
  }

  #ownDoubts = (about: Doubt['about']): Remark[] =>
    this.#doubts.filter((doubt) => doubt.about === about).map(({ line, text }) => ({ line, text }));

  #allDoubts(about: Doubt['about']): Remark[] {
    return [...(this.#from === undefined ? [] : this.#from.#allDoubts(about)), ...this.#ownDoubts(about)];
  }

  /** Rules that HAProxy leaves out, with no more than a warning, or none. */
  #ignored(chosen: Chosen | undefined): Remark[] {
    const remarks: Remark[] = [];
    const [tcp] = this.#tcp;
    const [http] = this.#http;
    if (tcp !== undefined && chosen?.kind !== 'tcp-check')
      remarks.push({ line: tcp.line, text: 'HAProxy ignores the tcp-check rules: there is no option tcp-check' });
    if (http !== undefined && chosen?.kind !== 'http-check')
      remarks.push({ line: http.line, text: 'HAProxy ignores the http-check rules: there is no option httpchk' });
    const from = this.#from;
    const left = from !== undefined && from.chosen === undefined ? from.#tcp[0] : undefined;
    if (left !== undefined && tcp === undefined && chosen?.kind === 'tcp-check')
      remarks.push({
        line: left.line,
        text: 'HAProxy takes no rules over from defaults that have no option tcp-check',
      });
    return remarks;
  }
}

/** A rule that is empty without its variables is not known; it is no error. */
function withEnvironment<Rule>(words: Words, parse: () => ParsedRule<Rule>): ParsedRule<Rule> {
  try {
    return parse();
  } catch (error) {
    if (error instanceof ConfigError && words.line.variables.length > 0) return {};
    throw error;
  }
}

function resolvedTcp(
  option: number,
  parsed: readonly Placed<ParsedRule<TcpRule>>[],
  remarks: readonly Remark[],
  doubts: readonly Remark[],
): Resolved {
  const evaluated = parsed.filter(({ rule, unknown }) => rule !== undefined || unknown !== undefined);
  const connects = evaluated.filter(({ rule }) => rule?.kind === 'connect');
  const [first] = connects;
  if (first !== undefined && evaluated[0] !== first)
    throw new ConfigError(first.line, undefined, 'a connect has to be the first rule, where there is one');
  const explicit: PlacedRule[] = evaluated.flatMap(({ line, rule }) => (rule === undefined ? [] : [{ line, rule }]));
  const implicit: PlacedRule[] = first === undefined ? [{ line: option, rule: { kind: 'connect' } }] : [];
  const several = connects[1];
  return {
    checker:
      evaluated.length === 0
        ? { kind: 'connect', line: option }
        : { kind: 'tcp-check', rules: [...implicit, ...explicit] },
    asServer: first === undefined || first.asServer === true,
    sendProxy: first?.sendProxy === true,
    remarks: [
      ...remarks,
      ...evaluated.flatMap(({ line, remark }) => (remark === undefined ? [] : [{ line, text: remark }])),
    ],
    unknown: [
      ...doubts,
      ...evaluated.flatMap(({ line, unknown }) => (unknown === undefined ? [] : [{ line, text: unknown }])),
      ...(several === undefined
        ? []
        : [{ line: several.line, text: 'a second connect: more than one connection is not judged here' }]),
    ],
  };
}
