import type { Check } from '../../check/check.ts';
import type { Script } from '../../proof/script.ts';
import type { Analysis } from '../analysis.ts';
import { headerOf } from './header.ts';
import { type Line, type RuleStyle, ruleLines } from './rules.ts';
import { DEFAULTS, portsFor, sectionLines } from './section.ts';
import { canGuard, DEFAULT_SCRIPT_STYLE, ruleStyle, type ScriptStyle } from './style.ts';

type Derived = Pick<Analysis, 'checks' | 'scripts' | 'files' | 'form'>;

const INDENT = '    ';

/** The script: bare rules to paste into a `listen` or `backend` section, each check under a comment that says what it stands on; or whole sections. */
export const emitHaproxy = (derived: Derived, style: ScriptStyle = DEFAULT_SCRIPT_STYLE): string =>
  linesOf(derived, style)
    .map(({ text }) => `${text}\n`)
    .join('');

/** The lines of the script, from 1, that hold secrets, with what they hold. */
export function secretLines(
  derived: Derived,
  style: ScriptStyle = DEFAULT_SCRIPT_STYLE,
): { line: number; secrets: readonly string[] }[] {
  return linesOf(derived, style).flatMap(({ secrets = [] }, at) =>
    secrets.length === 0 ? [] : [{ line: at + 1, secrets }],
  );
}

/** The environment variables that the script needs. */
export function variablesOf(derived: Derived, style: ScriptStyle): readonly string[] {
  const rules = ruleStyle(style, derived.form);
  blocksOf(derived, style, rules);
  return rules.variables?.names ?? [];
}

function linesOf(derived: Derived, style: ScriptStyle): Line[] {
  const blocks = blocksOf(derived, style, ruleStyle(style, derived.form));
  const whole = style.section?.complete ? [DEFAULTS.map((text): Line => ({ text })), ...blocks] : blocks;
  return whole.flatMap((lines, at) => (at === 0 ? lines : [{ text: '' }, ...lines]));
}

/** The lines of each check, which an empty line keeps apart. */
function blocksOf({ checks, scripts, files, form }: Derived, style: ScriptStyle, rules: RuleStyle): Line[][] {
  const { section } = style;
  const names = namesOf(checks);
  const ports = section === undefined ? [] : portsFor(checks, section);
  return checks.map((check, at) => {
    const script = scripts.get(check) as Script;
    const written = ruleLines(script, rules);
    const guards = canGuard(form) ? guardsFor(rules) : [];
    const header = style.comments ? headerOf(check, script, section !== undefined, (frame) => files.nameOf(frame)) : [];
    if (section !== undefined) {
      const [name, port] = [names[at] as string, ports[at] as number];
      const lines = sectionLines({ check, rules: written, header, name, port, comments: style.comments }, section);
      return [...guards, ...lines.map(indented)];
    }
    return [...guards, ...header.map((text) => ({ text })), ...written].map(indented);
  });
}

/** Lines of a section stand under its name. */
const indented = (line: Line): Line => (HEADING.test(line.text) ? line : { ...line, text: `${INDENT}${line.text}` });
const HEADING = /^(?:listen|backend|frontend) |^$/;

/** HAProxy takes a missing variable for an empty one: it has to be stopped. */
const guardsFor = ({ variables }: RuleStyle): Line[] =>
  (variables?.takeUnguarded() ?? []).flatMap((name) =>
    [`.if !defined(${name})`, `.alert "the environment lacks ${name}, which the health check needs"`, '.endif'].map(
      (text) => ({ text }),
    ),
  );

/** A name for the section of each check: its first protocol, with a number where that is not enough. */
function namesOf(checks: readonly Check[]): string[] {
  const counts = new Map<string, number>();
  return checks.map(({ layers }) => {
    const base = layers.find((layer) => layer !== 'proxy-protocol') ?? 'proxy';
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    return count === 1 ? base : `${base}-${count}`;
  });
}
