import { printableBytes } from '../../bytes/printable.ts';
import type { ConfiguredCheck, Remark } from '../../proof/configured.ts';
import { configLines } from './config-lines.ts';
import { type ConfigLine, milliseconds, said, Words } from './config-words.ts';
import { checksOf, type DraftSection, type HealthcheckSection } from './configured-checks.ts';
import { NO_SETTINGS, parseServer, parseServerSettings } from './parse-server.ts';
import { Ruleset } from './ruleset.ts';

/** Words that begin a section (2.6 to 3.4). */
const SECTIONS: ReadonlySet<string> = new Set(
  `global defaults listen frontend backend healthcheck peers resolvers mailers cache program userlist ring log-forward log-profile http-errors
  fcgi-app crt-store traces acme namespace_list`.split(/\s+/),
);
/** Words of a section that are looked at. */
const KEYWORDS: ReadonlySet<string> = new Set(
  'option type tcp-check http-check timeout server server-template default-server'.split(' '),
);

/**
 * Reads the health checks of a HAProxy configuration: what the sections `defaults`, `listen`, `backend` and `healthcheck` say of them, and nothing
 * else. `text` has a character a byte. Throws ConfigError.
 */
export function parseConfig(text: string): ConfiguredCheck[] {
  const parser = new Parser();
  for (const line of configLines(text, (keyword) => SECTIONS.has(keyword) || KEYWORDS.has(keyword))) parser.read(line);
  return parser.finish();
}

/** A section that is being read; of other sections than those that have checks nothing is kept. */
interface Reading {
  readonly section: DraftSection | undefined;
  readonly healthcheck: HealthcheckSection | undefined;
}

class Parser {
  readonly #sections: DraftSection[] = [];
  readonly #defaults = new Map<string, DraftSection>();
  readonly #healthchecks = new Map<string, HealthcheckSection>();
  /** What the sections that follow start from. */
  #last: DraftSection | undefined;
  #reading: Reading = { section: undefined, healthcheck: undefined };

  read(line: ConfigLine): void {
    const [keyword = ''] = line.words;
    const words = new Words(line, 1);
    if (SECTIONS.has(keyword)) this.#reading = this.#begin(keyword, words);
    else if (this.#reading.section !== undefined) this.#readLine(this.#reading.section, keyword, words);
    else if (this.#reading.healthcheck !== undefined) this.#readHealthcheck(this.#reading.healthcheck, keyword, words);
  }

  finish(): ConfiguredCheck[] {
    const checks = this.#sections.flatMap((section) => checksOf(section, this.#healthchecks));
    return checks;
  }

  #begin(keyword: string, words: Words): Reading {
    const { number } = words.line;
    if (keyword === 'healthcheck') {
      const name = words.take('the name of the section');
      const healthcheck = { name, line: number, rules: new Ruleset(undefined, words.line) };
      this.#healthchecks.set(name, healthcheck);
      return { section: undefined, healthcheck };
    }
    if (keyword === 'defaults') {
      const name = words.more && words.ahead !== 'from' ? words.take('the name of the section') : undefined;
      const section = draft('defaults', name ?? '', words.line, this.#from(words));
      if (name !== undefined) this.#defaults.set(name, section);
      this.#last = section;
      return { section, healthcheck: undefined };
    }
    if (keyword !== 'listen' && keyword !== 'backend') return { section: undefined, healthcheck: undefined };
    const name = words.take('the name of the section');
    const section = draft(keyword, name, words.line, this.#from(words) ?? this.#last);
    const twin = this.#sections.find((each) => each.name === name && each.branches.length === 0);
    if (twin !== undefined && section.branches.length === 0)
      throw words.error(`${twin.kind} ${said(name)} is there already, in line ${twin.line}`, 1);
    this.#sections.push(section);
    return { section, healthcheck: undefined };
  }

  /** The section that `from NAME` names. */
  #from(words: Words): DraftSection | undefined {
    while (words.more && words.ahead !== 'from') words.take('from'); // before 2.6 an address might follow the name
    if (!words.more) return undefined;
    words.take('from');
    const name = words.take('the name of a defaults section');
    const named = this.#defaults.get(name);
    if (named === undefined) throw words.error(`there is no defaults section ${said(name)} above`, 1);
    return named;
  }

  #readLine(section: DraftSection, keyword: string, words: Words): void {
    const { line } = words;
    const doubt = doubtOf(line, section.branches);
    if (keyword === 'timeout') {
      if (words.ahead !== 'check') return;
      words.take('check');
      const time = line.variables.length > 0 ? 0 : milliseconds(words.take('a time'));
      if (time === undefined) throw words.error('a time is expected, such as 3s', 1);
      section.timeout = { milliseconds: time, line: line.number, option: 'timeout check' };
      if (doubt !== undefined) section.doubts.push(doubt);
    } else if (keyword === 'default-server') {
      section.serverDefaults = parseServerSettings(words, section.serverDefaults);
    } else if (keyword === 'server' || keyword === 'server-template') {
      if (section.kind === 'defaults') throw words.error('servers are not allowed in a defaults section', 1);
      section.servers.push(parseServer(words, keyword === 'server-template', section.serverDefaults));
    } else if (keyword !== 'type') section.rules.read(keyword, words, doubt);
  }

  #readHealthcheck({ rules }: HealthcheckSection, keyword: string, words: Words): void {
    if (keyword === 'type' || keyword === 'tcp-check' || keyword === 'http-check')
      rules.read(keyword, words, doubtOf(words.line, rules.branches));
  }
}

function draft(
  kind: DraftSection['kind'],
  name: string,
  line: ConfigLine,
  from: DraftSection | undefined,
): DraftSection {
  const rules = new Ruleset(from?.rules, line);
  return {
    kind,
    name: printableBytes(Buffer.from(name, 'latin1')),
    line: line.number,
    branches: line.branches,
    rules,
    servers: [],
    serverDefaults: from?.serverDefaults ?? NO_SETTINGS,
    timeout: from?.timeout,
    doubts: from === undefined ? [] : [...from.doubts, ...branchDoubt(from, line)],
  };
}

/** Where the defaults stand in an `.if` that the section does not stand in, they may not be there. */
const branchDoubt = (from: DraftSection, line: ConfigLine): Remark[] =>
  from.branches.every((branch) => line.branches.includes(branch))
    ? []
    : [{ line: from.line, text: 'whether these defaults count depends on an .if' }];

/** Why a line may not count, or say something else. */
function doubtOf({ number, branches, variables }: ConfigLine, around: readonly number[]): Remark | undefined {
  if (branches.join() !== around.join()) return { line: number, text: 'whether the line counts depends on an .if' };
  if (variables.length > 0)
    return { line: number, text: `what it says depends on the environment (${variables.join(', ')})` };
  return undefined;
}
