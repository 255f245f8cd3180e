import type { ProxyKind } from './proxy.ts';
import { type Finding, isWrong, type Report } from './rig.ts';

/** What was found out about a proxy in one of its settings. */
export interface Found {
  readonly proxy: ProxyKind;
  readonly setting: string;
  readonly report: Report;
}

/** The page with all verdicts. It holds nothing that differs from run to run. */
export function pageOf(found: readonly Found[]): string {
  const findings = found.flatMap(({ report }) => report.findings);
  const wrong = findings.filter(isWrong).length;
  const [up, late] = [findings.filter((each) => each.up), findings.filter((each) => each.late)];
  const atOnce = findings.length - up.length - late.length;
  const checks = new Set(
    found.flatMap(({ proxy, setting, report }) =>
      report.findings.map(({ protocol, sessions, checker }) =>
        [proxy.name, setting, protocol, sessions, checker].join(),
      ),
    ),
  ).size;
  const versions = [...new Set(found.flatMap(({ report }) => report.versions))].sort();
  return [
    '# The living lab: what the checks say of real proxies',
    '',
    'Written by the tests (`npm run lab`), which compare it with what they find. Each proxy runs in network namespaces of its own. Sessions of',
    'curl through it are recorded with tcpdump, one session and three, and a check is derived from each recording; from a plain HTTP proxy both an',
    'http-check and a tcp-check. The checks then run in a real HAProxy against the same proxy, while the world around it is fine, and while it is broken',
    'in one way after another. In each world curl has to fare as the verdict says.',
    '',
    `${new Set(found.map(({ proxy }) => proxy.name)).size} kinds of proxies, ${checks} checks, ${findings.length} verdicts: **${wrong} wrong**.`,
    `${up.length} times up. Down ${atOnce} times at once, by what came back, and ${late.length} times by time-out, when nothing had come back to be judged:`,
    'each check runs twice at the same time, the second time through a relay that notes when the proxy spoke.',
    '',
    '- *up*: the check passes. Otherwise the cell says which step failed, by the name that the rule has in its comment; *tcp* is the connection itself.',
    '- *time-out*: nothing came back that could have told sooner. All other failures are told at once, in the first check.',
    '- A column is what the client spoke: `curl --socks5`, `--socks5-hostname` (socks5h), `--socks4`, `--socks4a`, `--proxy` (http), or `--proxytunnel`',
    '  (connect). All checks of a column agree in every cell unless the cell tells them apart.',
    '- In a column with TLS the origin is asked through `https:`. A health check sees that it speaks TLS, and nothing of its answer: worlds that differ in it',
    '  alone are left out.',
    '',
    `Debian 12: ${versions.join(', ')}.`,
    ...found.flatMap(sectionOf),
    '',
  ].join('\n');
}

function sectionOf({ proxy, setting, report }: Found): string[] {
  const { protocols, worlds, findings } = report;
  const notes = (proxy.exceptions ?? []).filter(({ world }) => worlds.includes(world));
  const cell = (world: string, protocol: string): string => {
    const own = findings.filter((each) => each.world === world && each.protocol === protocol);
    const verdicts = [...new Set(own.map(verdictOf))];
    if (verdicts.length < 2) return verdicts[0] ?? '–';
    return own.map((each) => `${verdictOf(each)} (${each.checker}, sessions: ${each.sessions})`).join('; ');
  };
  return [
    '',
    `## ${proxy.name}, ${setting}`,
    '',
    `| | ${protocols.join(' | ')} |`,
    `| --- |${' --- |'.repeat(protocols.length)}`,
    ...worlds.map((world) => `| ${world} | ${protocols.map((protocol) => cell(world, protocol)).join(' | ')} |`),
    ...notes.flatMap(({ world, protocols, why }) => ['', `*${world}*, ${protocols.join('; ')}: ${why}`]),
  ];
}

function verdictOf(finding: Finding): string {
  const { up, failed = '', late } = finding;
  const verdict = up ? 'up' : late ? `time-out: ${failed}` : failed;
  return isWrong(finding) ? `**WRONG** ${verdict}` : verdict;
}

/** A page without the versions, which a security update changes and which change no verdict. */
export const withoutVersions = (page: string): string => page.replace(/^Debian 12: .*$/m, '');
