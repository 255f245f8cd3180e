import { toHex } from '../bytes/hex.ts';
import { printable } from '../bytes/printable.ts';
import type { Check } from '../check/check.ts';
import { formatEndpoint } from '../packet/segment.ts';
import type { AuditedCheck } from '../proof/audit/audit.ts';
import type { Fault } from '../proof/audit/fault.ts';
import type { Remark } from '../proof/configured.ts';
import type { Analysis } from './analysis.ts';
import { emitHaproxy } from './haproxy/script.ts';
import { DEFAULT_SCRIPT_STYLE, type ScriptStyle } from './haproxy/style.ts';
import { jsonText } from './json.ts';
import { wrapped } from './layout.ts';
import type { Paint } from './paint.ts';
import { serversOf } from './servers.ts';
import type { Withheld } from './withheld.ts';

/** The checks of one configuration, judged, and the analysis of the captures that they were judged by. */
export interface Audit {
  readonly audited: readonly AuditedCheck[];
  readonly analysis: Analysis;
  /** Checks that are not printed, with the reason. */
  readonly withheld: Withheld;
}

/** Secrets of the derived rules are not shown in a report: HAProxy takes them from its environment. */
export const INSTEAD_STYLE: ScriptStyle = { ...DEFAULT_SCRIPT_STYLE, environment: new Map<string, string>() };

const HEADINGS: Readonly<Record<Fault['kind'], string>> = {
  up: 'stays UP though broken',
  down: 'goes DOWN though healthy',
  late: 'goes DOWN only at the timeout',
};

/** The whole report: for each check of the configuration its faults, with line and reason, and the rules to write instead. */
export function emitAudit(audit: Audit, paint: Paint): string {
  const sections = audit.audited.map((each) => sectionText(each, paint));
  return [...sections, ...insteadTexts(audit, paint)].map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function sectionText(audited: AuditedCheck, paint: Paint): string[] {
  const { configured, check, verdict, faults, reasons, remarks } = audited;
  const head = printable(`${configured.section} (line ${configured.line})`);
  const kinds = Object.keys(HEADINGS) as Fault['kind'][];
  const groups = kinds.flatMap((kind) => {
    const own = faults.filter((fault) => fault.kind === kind);
    return own.length === 0
      ? []
      : [
          `  ${paint.bad(HEADINGS[kind])}`,
          ...own.flatMap((fault) => wrapped(faultText(fault), paint.columns, '    ', '      ')),
        ];
  });
  return [
    `${paint.strong(head)}: ${verdict === 'faulty' ? paint.bad(verdictText(audited)) : verdictText(audited)}`,
    ...(check === undefined || verdict === 'unknown'
      ? []
      : [`  ${paint.dim(printable(`judged by ${checkWords(check)}`))}`]),
    ...groups,
    ...reasons.flatMap((reason) => wrapped(remarkText(reason), paint.columns, '  ', '    ')),
    ...remarks.flatMap((remark) => wrapped(`note: ${remarkText(remark)}`, paint.columns, '  ', '    ').map(paint.dim)),
  ];
}

function verdictText({ verdict, faults, tried }: AuditedCheck): string {
  switch (verdict) {
    case 'right':
      return `no fault: right about ${tried.twins} broken and ${tried.variants} healthy servers`;
    case 'faulty':
      return `${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`;
    case 'otherwise':
      return 'cannot be judged: it asks for something else than was captured';
    case 'unknown':
      return 'not judged';
  }
}

const checkWords = (check: Check): string =>
  `${check.title}, ${serversOf(check)}, tcp.stream ${check.samples[0]?.stream}`;

const remarkText = ({ line, text }: Remark): string => printable(`line ${line}: ${text}`);

function faultText({ kind, line, why, count, example }: Fault): string {
  const what = `${kind === 'down' ? 'healthy' : 'broken'} ${count === 1 ? 'server' : 'servers'}`;
  const shown = count === 0 ? '' : ` (${count} ${what}${example === undefined ? '' : `, such as "${example.name}"`})`;
  return printable(`line ${line}: ${why}${shown}`);
}

/** The derived rules for each captured dialogue that a check with faults was judged by, once. */
function insteadTexts({ audited, analysis, withheld }: Audit, paint: Paint): string[][] {
  return wanting(audited).map(({ check, sections }) => {
    const head = paint.strong(printable(`instead, for ${sections.join(', ')}:`));
    const reason = withheld.get(check);
    if (reason !== undefined) return [head, printable(`  none: ${reason}`)];
    return [head, emitHaproxy({ ...analysis, checks: [check] }, INSTEAD_STYLE).trimEnd()];
  });
}

/** The dialogues whose derived checks are better than what is configured, and for which sections. */
function wanting(audited: readonly AuditedCheck[]): { check: Check; sections: string[] }[] {
  const sections = new Map<Check, string[]>();
  for (const { check, verdict, configured } of audited) {
    if (check === undefined || (verdict !== 'faulty' && verdict !== 'otherwise')) continue;
    sections.set(check, [...(sections.get(check) ?? []), configured.section]);
  }
  return [...sections].map(([check, names]) => ({ check, sections: names }));
}

/** As much of a reply as decides: what follows may hold a cookie. */
const SHOWN_BYTES = 16;

/** The same report as JSON: an array, described in docs/json.md. */
export function emitAuditJson({ audited, analysis, withheld }: Audit): string {
  const value = audited.map(({ configured, check, verdict, faults, reasons, remarks, tried }) => ({
    section: configured.section,
    line: configured.line,
    servers: configured.servers.map(({ name, host, port, backup, line }) => ({
      name,
      host: host ?? null,
      port: port ?? null,
      backup,
      line,
    })),
    checker: configured.checker.kind === 'other' ? configured.checker.option : configured.checker.kind,
    timeout_ms: configured.timeout.milliseconds,
    verdict,
    judged_by:
      check === undefined
        ? null
        : { servers: check.servers.map(formatEndpoint), title: check.title, stream: check.samples[0]?.stream ?? null },
    tried,
    faults: faults.map(({ kind, line, why, count, example }) => ({
      kind,
      line,
      why,
      count,
      example:
        example === undefined
          ? null
          : {
              server: example.name,
              status: example.verdict.status,
              received: toHex(example.verdict.received.subarray(0, SHOWN_BYTES)),
            },
    })),
    reasons,
    notes: remarks,
    instead:
      check === undefined || withheld.has(check) || (verdict !== 'faulty' && verdict !== 'otherwise')
        ? null
        : emitHaproxy({ ...analysis, checks: [check] }, INSTEAD_STYLE)
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
  }));
  return jsonText(value);
}
