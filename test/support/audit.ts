import type { Check } from '../../src/check/check.ts';
import { parseConfig } from '../../src/emit/haproxy/parse.ts';
import { formatEndpoint } from '../../src/packet/segment.ts';
import { type AuditedCheck, auditCheck } from '../../src/proof/audit/audit.ts';
import { scripted } from './derive.ts';

/** A section with these lines and one server, that of the check; its first rule stands in line 3. */
export const sectionOf = (check: Pick<Check, 'servers'>, lines: readonly string[]): string =>
  [
    'listen checked',
    '    bind 127.0.0.1:1081',
    ...lines.map((line) => `    ${line}`),
    '    timeout check 3s',
    ...check.servers.map((server, at) => `    server proxy${at} ${formatEndpoint(server)} check`),
    '',
  ].join('\n');

/** Every check of a configuration, judged by checks. */
export function auditsOf(config: string, checks: readonly Check[], chosen = false): AuditedCheck[] {
  const { scripts } = scripted(checks);
  return parseConfig(config).map((configured) => auditCheck(configured, checks, scripts, chosen));
}

/** The one check of a configuration, judged. */
export function auditOf(config: string, checks: readonly Check[], chosen = false): AuditedCheck {
  const [audited, ...more] = auditsOf(config, checks, chosen);
  if (audited === undefined || more.length > 0) throw new Error(`${more.length + (audited ? 1 : 0)} checks`);
  return audited;
}

/** Faults as `up line 5: why`. */
export const faultsOf = ({ faults }: AuditedCheck): string[] =>
  faults.map(({ kind, line, why }) => `${kind} line ${line}: ${why}`);
