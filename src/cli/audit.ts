import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { systemProblem } from '../capture/warning.ts';
import { type Audit, emitAudit, emitAuditJson, INSTEAD_STYLE } from '../emit/audit.ts';
import { ConfigError } from '../emit/haproxy/config-words.ts';
import { parseConfig } from '../emit/haproxy/parse.ts';
import { PLAIN } from '../emit/paint.ts';
import { isSuccess, withheldFrom } from '../emit/withheld.ts';
import { nothingToDerive, wordsOn } from '../emit/words.ts';
import { auditCheck } from '../proof/audit/audit.ts';
import type { ConfiguredCheck } from '../proof/configured.ts';
import { analyzeFor } from './analysis.ts';
import { CommandError, EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { writeArtifact } from './output.ts';
import { paintFor, Terminal } from './terminal.ts';

export interface AuditOptions extends CommonOptions {
  readonly capture: string[];
  readonly section?: string;
}

/**
 * The regular expressions of a configuration are anybody's: one that backtracks without end is run by V8's other engine, which never does. It has no
 * look-around and no back-references.
 */
const TAME_REGEX = '--enable-experimental-regexp-engine-on-excessive-backtracks';

/** `audit`: the checks of a configuration, judged by captured dialogues. */
export async function audit(path: string, options: AuditOptions): Promise<number> {
  const terminal = new Terminal(options.color, options);
  setFlagsFromString(TAME_REGEX);
  const configured = sectionsOf(readConfig(path), path, options.section);
  const analysis = await analyzeFor(options.capture, options, terminal);
  terminal.tell(wordsOn({ ...analysis, proofs: new Map() }, { stream: options.stream, artifact: 'verdicts' }));
  if (analysis.checks.length === 0) throw new CommandError(EXIT.no, nothingToDerive(analysis, options));
  if (!analysis.checks.every((check) => isSuccess(check, analysis.dialogue)))
    throw new CommandError(
      EXIT.no,
      'nothing is judged by a conversation that failed: capture2check list shows which succeeded',
    );
  const audited = configured.map((each) =>
    auditCheck(each, analysis.checks, analysis.scripts, options.section !== undefined),
  );
  const report: Audit = { audited, analysis, withheld: withheldFrom(analysis, INSTEAD_STYLE) };
  const paint = options.output === undefined ? paintFor(options.color) : PLAIN;
  await writeArtifact(options.json ? emitAuditJson(report) : emitAudit(report, paint), options.output);
  const verdicts = audited.map(({ verdict }) => verdict);
  if (!verdicts.some((verdict) => verdict === 'right' || verdict === 'faulty'))
    terminal.warn({
      code: 'nothing-judged',
      message: 'no check of the configuration could be judged by these captures; --section says which belongs to them',
    });
  return verdicts.includes('right') && !verdicts.includes('faulty') && !verdicts.includes('otherwise')
    ? EXIT.done
    : EXIT.no;
}

function readConfig(path: string): ConfiguredCheck[] {
  const name = path === '-' ? path : basename(path);
  let text: string;
  try {
    text = readFileSync(path === '-' ? 0 : path, 'latin1'); // a character a byte
  } catch (error) {
    throw new CommandError(EXIT.unreadable, `${path}: cannot be read: ${systemProblem(error as Error)}`);
  }
  try {
    return parseConfig(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { line, column, message } = error;
    throw new CommandError(
      EXIT.unreadable,
      `${name}:${line}${column === undefined ? '' : `:${column}`}: ${message}; haproxy -c -f ${name} checks it too`,
    );
  }
}

/** The checks of one section, or of all. */
function sectionsOf(checks: readonly ConfiguredCheck[], path: string, wanted: string | undefined): ConfiguredCheck[] {
  if (checks.length === 0)
    throw new CommandError(
      EXIT.no,
      `${path}: no section has a health check; capture2check --section listen CAPTURE writes one`,
    );
  if (wanted === undefined) return [...checks];
  const found = checks.filter(
    ({ section }) => section === wanted || section.split(' ')[1]?.replace(/,$/, '') === wanted,
  );
  if (found.length > 0) return found;
  const known = checks.map(({ section }) => section).join('; ');
  throw new CommandError(
    EXIT.usage,
    `${path}: no section "${wanted}" has a health check; those that have one: ${known}`,
  );
}
