import type { ConfiguredCheck, Remark } from '../../proof/configured.ts';
import { ConfigError } from './config-words.ts';
import type { ParsedServer, ServerSettings, Wrap } from './parse-server.ts';
import type { Resolved, Ruleset } from './ruleset.ts';

/** A `defaults`, `listen` or `backend` section as far as it has been read. */
export interface DraftSection {
  readonly kind: 'defaults' | 'listen' | 'backend';
  readonly name: string;
  readonly line: number;
  readonly branches: readonly number[];
  readonly rules: Ruleset;
  readonly servers: ParsedServer[];
  serverDefaults: ServerSettings;
  timeout: ConfiguredCheck['timeout'] | undefined;
  readonly doubts: Remark[];
}

/** A `healthcheck` section (3.4), which server lines name. */
export interface HealthcheckSection {
  readonly name: string;
  readonly line: number;
  readonly rules: Ruleset;
}

/** HAProxy's own. */
const DEFAULT_INTERVAL = 2000;

/** The checks of a section: its own, and one for each `healthcheck` section that its servers name. Throws ConfigError. */
export function checksOf(
  section: DraftSection,
  healthchecks: ReadonlyMap<string, HealthcheckSection>,
): ConfiguredCheck[] {
  const checked = section.servers.filter(({ settings }) => settings.check);
  const names = new Set(checked.map(({ settings }) => settings.healthcheck));
  const checks: ConfiguredCheck[] = [];
  if (names.has(undefined) || (checked.length === 0 && !section.rules.isEmpty)) {
    const own = checked.filter(({ settings }) => settings.healthcheck === undefined);
    checks.push(checkOf(section, section.rules.resolve(), own));
  }
  for (const name of names) {
    if (name === undefined) continue;
    const servers = checked.filter(({ settings }) => settings.healthcheck === name);
    const named = healthchecks.get(name);
    const { line } = (servers[0] as ParsedServer).server;
    if (named === undefined) throw new ConfigError(line, undefined, `there is no healthcheck section "${name}"`);
    const check = checkOf(section, named.rules.resolve(), servers);
    checks.push({ ...check, section: `${check.section}, healthcheck ${name}` });
  }
  return checks;
}

function checkOf(section: DraftSection, resolved: Resolved, servers: readonly ParsedServer[]): ConfiguredCheck {
  const { checker, asServer, remarks, unknown } = resolved;
  const wraps = asServer ? servers.flatMap(wrapsOf) : [];
  const remarksOfServers: Remark[] =
    servers.length > 0 ? [] : [{ line: section.line, text: 'no server line has "check": nothing is ever checked' }];
  return {
    section: `${section.kind} ${section.name}`,
    line: section.line,
    servers: servers.map(({ server }) => server),
    checker,
    timeout: timeoutOf(section, servers),
    writesProxyHeader: resolved.sendProxy || wraps.some(({ kind }) => kind === 'PROXY'),
    remarks: [...remarksOfServers, ...remarks].sort((a, b) => a.line - b.line),
    unknown: [
      ...section.doubts,
      ...unknown,
      ...wraps.flatMap(({ kind, line }) =>
        kind === 'PROXY'
          ? []
          : [{ line, text: `the check goes through ${kind}, and the capture shows nothing of that` }],
      ),
    ],
  };
}

/** What a keyword of the server line has the check go through; `own`: whether or not the check has an address or port of its own. */
const WRAPPED: Readonly<Record<Wrap, { readonly kind: 'PROXY' | 'TLS' | 'SOCKS4'; readonly own: boolean }>> = {
  'check-send-proxy': { kind: 'PROXY', own: true },
  'send-proxy': { kind: 'PROXY', own: false },
  'send-proxy-v2': { kind: 'PROXY', own: false },
  'check-ssl': { kind: 'TLS', own: true },
  ssl: { kind: 'TLS', own: false },
  'check-via-socks4': { kind: 'SOCKS4', own: true },
};

const wrapsOf = ({ settings: { wraps, port, address } }: ParsedServer) =>
  [...wraps]
    .map(([wrap, line]) => ({ ...WRAPPED[wrap], line }))
    .filter(({ own }) => own || (port === undefined && address === undefined));

/** `timeout check`, or else the shortest time between checks. */
function timeoutOf({ timeout }: DraftSection, servers: readonly ParsedServer[]): ConfiguredCheck['timeout'] {
  if (timeout !== undefined) return timeout;
  const given = servers.flatMap(({ settings: { inter } }) => inter ?? []);
  const [least] = given.toSorted((a, b) => a.milliseconds - b.milliseconds);
  return { milliseconds: least?.milliseconds ?? DEFAULT_INTERVAL, line: least?.line, option: 'inter' };
}
