import { type Command, InvalidArgumentError, Option } from 'commander';
import { addressBytes, addressText } from '../bytes/address.ts';
import { DEFAULT_LIMITS, LIMITS, type LimitName, type Limits } from '../bytes/limits.ts';
import { WARNINGS, type WarningCode } from '../capture/warning.ts';
import { ALLOWANCES, type Allowance } from '../dialogue/dialogue.ts';
import { formatEndpoint } from '../packet/segment.ts';
import type { Target } from '../replay/live.ts';

/** Where options stand in the help: those of every command, and those that belong to no group. */
export const FOR_EVERY_COMMAND = 'For every command:';
export const OTHERS = 'Options:';

/** The command whose name may be left out. */
export const DEFAULT_COMMAND = 'derive';

/** The shells whose words can be completed. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** An option that takes names, separated by commas. */
export class NamesOption extends Option {
  readonly names: readonly string[];

  constructor(flags: string, description: string, names: readonly string[]) {
    super(flags, description);
    this.names = names;
  }
}

/** Options that every command shares. */
export interface CommonOptions {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly progress: boolean;
  readonly noWarn?: ReadonlySet<WarningCode>;
  readonly color: boolean;
  readonly output?: string;
  readonly stream?: number;
  readonly server?: string;
  readonly role?: string;
  readonly allow?: ReadonlySet<Allowance>;
  readonly json?: boolean;
  readonly limit?: Limits;
}

/** A word that the user puts on a file. */
export interface FileLabel {
  readonly label: string;
  readonly path: string;
}

/** A server to check, and how the user wrote it. */
export interface NamedTarget extends Target {
  readonly name: string;
}

/** What may stand behind the number of a bound. */
export const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `NAME=NUMBER`, the number with k, m or g for powers of 1024; several are separated by commas. */
function parseLimits(text: string, previous: Limits = DEFAULT_LIMITS): Limits {
  const limits: Record<LimitName, number> = { ...previous };
  for (const each of text.split(',')) {
    const [, name = '', digits, unit = ''] = /^([a-z-]+)=([0-9]{1,12})([kmg]?)$/i.exec(each) ?? [];
    if (digits === undefined || Number(digits) === 0 || !Object.hasOwn(LIMITS, name)) {
      throw new InvalidArgumentError(`NAME=NUMBER, at least 1, the name one of ${Object.keys(LIMITS).join(', ')}.`);
    }
    limits[name as LimitName] = Number(digits) * (UNITS[unit.toLowerCase()] as number);
  }
  return limits;
}

/** A conversation's number, as Wireshark's `tcp.stream`. */
function parseStream(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text))
    throw new InvalidArgumentError('a number from 0 on, as in the display filter tcp.stream eq 0.');
  return Number(text);
}

/** `HOST:PORT` or `[HOST]:PORT`, in the form that endpoints are printed in. */
function parseEndpoint(text: string): string {
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const bytes = addressBytes(v6 ?? v4 ?? '');
  if (bytes?.length !== (v6 === undefined ? 4 : 16) || Number(port) > 65_535) {
    throw new InvalidArgumentError('an address and a port, as 127.0.0.1:1080 or [::1]:1080; captures hold no names.');
  }
  return formatEndpoint({ address: addressText(bytes), port: Number(port) });
}

/** `server=HOST:PORT`. */
function parseRole(text: string): string {
  if (!text.startsWith('server=')) throw new InvalidArgumentError('server=HOST:PORT.');
  return parseEndpoint(text.slice('server='.length));
}

/** Reads names that are separated by commas, each one of those that are known; may be repeated. */
const parserOf =
  <Name extends string>(known: readonly Name[]) =>
  (text: string, previous: ReadonlySet<Name> = new Set()): ReadonlySet<Name> => {
    const names = new Set(previous);
    for (const each of text.split(',')) {
      const name = known.find((one) => one === each);
      if (name === undefined)
        throw new InvalidArgumentError(`one or more of ${known.join(', ')}, separated by commas.`);
      names.add(name);
    }
    return names;
  };

/** A server to check: `HOST:PORT` or `[HOST]:PORT`, the host an address or a name. */
export function parseTarget(text: string, before: readonly NamedTarget[] = []): NamedTarget[] {
  const [, v6, host, digits] = /^(?:\[([0-9a-fA-F:.%a-z]+)\]|([A-Za-z0-9._-]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port === 0 || port > 65_535)
    throw new InvalidArgumentError('a name or an address and a port, as proxy.example:1080 or [::1]:1080.');
  return [...before, { host: v6 ?? host ?? '', port, name: text }];
}

/** Where to listen: as a target, the port may be 0. */
export function parseListen(text: string): Target {
  if (text.endsWith(':0')) return { ...(parseTarget(`${text.slice(0, -1)}1`)[0] as NamedTarget), port: 0 };
  return parseTarget(text)[0] as NamedTarget;
}

/** A whole number from 1 on. */
export function parseCount(text: string): number {
  if (!/^[1-9][0-9]{0,9}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 on.');
  return Number(text);
}

/** `LABEL=FILE`; may be repeated. */
export function parseFileLabel(text: string, before: readonly FileLabel[] = []): FileLabel[] {
  const [, label, path] = /^([A-Za-z0-9][A-Za-z0-9 ._-]*)=(.+)$/.exec(text) ?? [];
  if (label === undefined || path === undefined)
    throw new InvalidArgumentError('NAME=FILE, the name in letters, digits, space and . _ -');
  return [...before, { label, path }];
}

/** Adds the options of every command. */
export function common(command: Command): Command {
  return command
    .optionsGroup(FOR_EVERY_COMMAND)
    .addOption(new Option('--role <server=HOST:PORT>', 'say which endpoint is the server').argParser(parseRole))
    .addOption(
      new NamesOption(
        '--allow <what>',
        'use poor evidence all the same: gap, cut, conflict, role',
        ALLOWANCES,
      ).argParser(parserOf(ALLOWANCES)),
    )
    .addOption(
      new NamesOption(
        '--limit <NAME=NUMBER>',
        'change a bound, as samples=500; capture2check help limits names them',
        Object.keys(LIMITS).map((name) => `${name}=`),
      ).argParser(parseLimits),
    )
    .option('-o, --output <file>', 'write there instead of stdout')
    .option('-q, --quiet', 'say nothing but errors')
    .addOption(silencing())
    .option('-v, --verbose', 'say what became of every frame')
    .option('--no-progress', 'do not show how far the reading has come')
    .option('--no-color', 'no colors (NO_COLOR in the environment does the same)')
    .optionsGroup(OTHERS);
}

/** `--no-warn`. */
function silencing(): Option {
  const names = Object.keys(WARNINGS) as WarningCode[];
  const option = new NamesOption('--no-warn <NAME>', 'leave out a warning, by the name that it ends with', names);
  option.negate = false; // commander takes every --no-… for the opposite of another
  return option.argParser(parserOf(names));
}

/** `--stream`; `what` is done with it. */
export const streamOption = (what: string): Option =>
  new Option('--stream <number>', `${what}; numbered as Wireshark's tcp.stream`).argParser(parseStream);
/** `--server`. */
export const serverOption = (): Option =>
  new Option('--server <HOST:PORT>', 'only conversations with this server').argParser(parseEndpoint);
