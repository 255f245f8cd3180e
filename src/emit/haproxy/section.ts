import type { Check } from '../../check/check.ts';
import { formatEndpoint } from '../../packet/segment.ts';
import { commentLines, measuredText } from './header.ts';
import type { Line } from './rules.ts';

/** A `server` line as the user gives it. */
export interface ServerLine {
  readonly name: string;
  /** `HOST:PORT`. */
  readonly address: string;
  readonly backup: boolean;
}

/** The section that rules are written into. */
export interface SectionOptions {
  readonly kind: 'listen' | 'backend';
  readonly name?: string | undefined;
  readonly bind?: string | undefined;
  readonly balance?: string | undefined;
  readonly hashType?: string | undefined;
  /** Undefined: the servers of the capture, in order of appearance. */
  readonly servers?: readonly ServerLine[] | undefined;
  /** Write a file that runs as it is. */
  readonly complete: boolean;
}

/** What HAProxy needs besides: without time-outs it warns. */
export const DEFAULTS: readonly string[] = [
  'defaults',
  '    mode tcp',
  '    timeout connect 5s',
  '    timeout client 1m',
  '    timeout server 1m',
];

/** The parts of one section. */
interface Section {
  readonly check: Check;
  readonly rules: readonly Line[];
  readonly header: readonly string[];
  /** Its name, and where it listens, unless the user says otherwise. */
  readonly name: string;
  readonly port: number;
  readonly comments: boolean;
}

/** A whole section, in the order in which people write one. */
export function sectionLines(section: Section, options: SectionOptions): Line[] {
  const { check, comments } = section;
  const name = options.name ?? section.name;
  const bind = { text: `bind ${options.bind ?? `127.0.0.1:${section.port}`}` };
  const times = timesFor(check);
  const lines: Line[] = [
    { text: `${options.kind} ${name}` },
    ...section.header.map((text) => ({ text })),
    ...(options.kind === 'listen' ? [bind] : []),
    { text: 'mode tcp' },
    ...section.rules,
    { text: `timeout check ${check.timeout}s` },
    ...(options.balance === undefined ? [] : [{ text: `balance ${options.balance}` }]),
    ...(options.hashType === undefined ? [] : [{ text: `hash-type ${options.hashType}` }]),
    ...(comments ? commentLines(times.comment).map((text) => ({ text })) : []),
    { text: `default-server inter ${times.inter}s fall ${times.fall} rise ${times.rise}` },
    ...serversOf(check, options).map((text) => ({ text })),
  ];
  if (!options.complete || options.kind === 'listen') return lines;
  const frontend = [`frontend ${name}-in`, bind.text, 'mode tcp', `default_backend ${name}`, ''];
  return [...frontend.map((text) => ({ text })), ...lines];
}

/** A port for the section of each check: the next one behind its proxy's that neither a proxy nor another section has. */
export function portsFor(checks: readonly Check[], { servers = [] }: SectionOptions): number[] {
  const taken = new Set([
    ...checks.flatMap((check) => check.servers.map(({ port }) => port)),
    ...servers.map(({ address }) => Number(address.slice(address.lastIndexOf(':') + 1))),
  ]);
  return checks.map((check) => {
    let port = check.servers[0]?.port ?? 0;
    do port = port >= MAX_PORT ? UNPRIVILEGED : port + 1;
    while (taken.has(port));
    taken.add(port);
    return port;
  });
}

const MAX_PORT = 65_535;
/** Ports below are root's. */
const UNPRIVILEGED = 1024;

function serversOf({ servers }: Check, options: SectionOptions): string[] {
  const lines =
    options.servers ??
    servers.map((server, at) => ({ name: `proxy${at + 1}`, address: formatEndpoint(server), backup: false }));
  return lines.map(({ name, address, backup }) => `server ${name} ${address} check${backup ? ' backup' : ''}`);
}

/** Seconds between checks at least: HAProxy's own 2 s is much for a check that asks an origin. */
const LEAST_INTERVAL = 5;
/** A check should take up no more than this share of the time. */
const SHARE = 0.02;
const FALL = 3;
const RISE = 2;

function timesFor(check: Check): { inter: number; fall: number; rise: number; comment: string } {
  const { slowest } = check.measured;
  const inter = Math.max(LEAST_INTERVAL, Math.ceil(slowest / 1000 / SHARE));
  const down = FALL * check.timeout + (FALL - 1) * inter;
  const comment =
    `${measuredText(check)}: timeout check is 10 x the slowest and at least 3s, inter 50 x and at least ${LEAST_INTERVAL}s; ` +
    `a silent proxy is down after ${down + inter}s at most, one that answers wrongly after ${FALL * inter}s`;
  return { inter, fall: FALL, rise: RISE, comment };
}
