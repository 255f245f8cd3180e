import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Aim } from '../check/aim.ts';
import { merged, type StatusRange } from '../check/status.ts';
import type { SectionOptions, ServerLine } from '../emit/haproxy/section.ts';
import type { ScriptStyle } from '../emit/haproxy/style.ts';
import { CHECKERS, DEFAULT_FORM, DIALECTS, EXPECT_FORMS, type Form, SEND_FORMS } from '../proof/form.ts';
import { OTHERS } from './options.ts';

/** What `--format` can be. */
export const FORMATS = ['haproxy', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** Options that say what a check asks for and how it is written. */
export interface ScriptOptions {
  readonly as?: Form['checker'];
  readonly expect?: Form['expect'];
  readonly send?: Form['send'];
  readonly probe?: URL;
  readonly expectStatus?: readonly StatusRange[];
  readonly minimal?: boolean;
}

/** Options that say what is written around the rules. */
export interface StyleOptions {
  readonly comments: boolean;
  readonly secrets?: 'inline' | 'env';
  readonly secretNames?: ReadonlyMap<string, string>;
  readonly section?: SectionOptions['kind'];
  readonly name?: string;
  readonly bind?: string;
  readonly balance?: string;
  readonly hashType?: string;
  readonly serverLine?: readonly ServerLine[];
  readonly complete?: boolean;
}

/** Adds the options that change what is asked, looked for and written. */
export function withScriptOptions(command: Command): Command {
  return command
    .optionsGroup('What the check asks for, and what it takes:')
    .addOption(new Option('--probe <URL>', 'ask for this address instead of the captured one').argParser(parseProbe))
    .addOption(
      new Option('--expect-status <list>', 'take these HTTP statuses, as 204,200-299').argParser(parseStatuses),
    )
    .option('--minimal', 'leave out what the check does not need: other auth methods, User-Agent, Accept')
    .optionsGroup('How its rules are written:')
    .addOption(new Option('--as <checker>', 'which checker of HAProxy has the conversation').choices(CHECKERS))
    .addOption(new Option('--expect <form>', 'what is looked for in replies').choices(EXPECT_FORMS).default('anchored'))
    .addOption(new Option('--send <form>', 'how payloads are written').choices(SEND_FORMS).default('auto'))
    .optionsGroup(OTHERS);
}

/** Adds the options that change what stands around the rules. */
export function withStyleOptions(command: Command): Command {
  return command
    .optionsGroup('How its rules are written:')
    .addOption(new Option('--haproxy <version>', 'for this HAProxy (default: any of 2.2 to 3.4)').choices(DIALECTS))
    .option('--no-comments', 'without comments')
    .addOption(new Option('--secrets <where>', 'where credentials come from').choices(['inline', 'env']))
    .addOption(
      new Option(
        '--secret-names <NAME=VARIABLE>',
        'other variables for --secrets env, as PROXY_PASSWORD=SQUID_PASSWORD',
      ).argParser(parseNames),
    )
    .optionsGroup('Whole sections:')
    .addOption(new Option('--section <kind>', 'write a section, not the rules alone').choices(['listen', 'backend']))
    .option('--complete', 'write a file that HAProxy runs as it is')
    .addOption(new Option('--name <name>', 'what the section is called').argParser(parseName))
    .addOption(new Option('--bind <address>', 'where it listens').argParser(parseWord))
    .addOption(
      new Option(
        '--server-line <NAME=HOST:PORT>',
        'a server of it, with ",backup" behind it a backup, in place of those of the capture; may be repeated',
      ).argParser(parseServerLine),
    )
    .addOption(new Option('--balance <algorithm>', 'its "balance", as source').argParser(parseWord))
    .addOption(new Option('--hash-type <method>', 'its "hash-type", as consistent').argParser(parseWord))
    .optionsGroup(OTHERS);
}

/** What is asked for and taken. */
export const aimOf = ({ probe, expectStatus, minimal }: ScriptOptions): Aim => ({
  probe,
  statuses: expectStatus,
  minimal,
});

/** A version to write for is told from a program to run by what it looks like. */
export const dialectOf = (haproxy: string | undefined): Form['dialect'] => DIALECTS.find((each) => each === haproxy);

/** How checks are put into HAProxy's words. */
export const formOf = (options: ScriptOptions & { readonly haproxy?: Form['dialect'] }): Form => ({
  expect: options.expect ?? DEFAULT_FORM.expect,
  send: options.send ?? DEFAULT_FORM.send,
  checker: options.as,
  dialect: options.haproxy,
});

/** What is written around the rules; any option of a section asks for one. */
export function styleOf(options: StyleOptions): ScriptStyle {
  const { name, bind, balance, hashType, serverLine: servers, complete = false, section } = options;
  const sectioned = complete || [section, name, bind, balance, hashType, servers].some((each) => each !== undefined);
  const environment = options.secretNames ?? (options.secrets === 'env' ? new Map<string, string>() : undefined);
  return {
    comments: options.comments,
    environment: options.secrets === 'inline' ? undefined : environment,
    section: sectioned ? { kind: section ?? 'listen', name, bind, balance, hashType, servers, complete } : undefined,
  };
}

function parseProbe(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new InvalidArgumentError('an address as http://probe.example/health, without credentials.');
  return url;
}

function parseStatuses(text: string): StatusRange[] {
  const ranges = text.split(',').map((each): StatusRange => {
    const [, from = '', to = from] = /^([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?$/.exec(each) ?? [];
    if (from === '' || from > to) throw new InvalidArgumentError('statuses and ranges, as 204,200-299.');
    return [Number(from), Number(to)];
  });
  return merged(ranges);
}

/** The characters that HAProxy takes in the name of a section or a server. */
const NAME = /^[A-Za-z0-9_.:-]+$/;

function parseName(text: string): string {
  if (!NAME.test(text)) throw new InvalidArgumentError('letters, digits and - _ . : only.');
  return text;
}

/** Words of the configuration that are written as they are. */
function parseWord(text: string): string {
  if (!/^[A-Za-z0-9_.:*@()[\]{},/ -]+$/.test(text))
    throw new InvalidArgumentError('a word of the configuration, without quotes.');
  return text;
}

function parseServerLine(text: string, before: readonly ServerLine[] = []): ServerLine[] {
  const [, name, address, backup] = /^([A-Za-z0-9_.:-]+)=([A-Za-z0-9_.:[\]-]+:[0-9]{1,5})(,backup)?$/.exec(text) ?? [];
  const port = Number(address?.slice(address.lastIndexOf(':') + 1));
  if (name === undefined || address === undefined || port > 65_535 || before.some((each) => each.name === name))
    throw new InvalidArgumentError('NAME=HOST:PORT or NAME=HOST:PORT,backup, each name once.');
  return [...before, { name, address, backup: backup !== undefined }];
}

function parseNames(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const names = new Map(before);
  for (const each of text.split(',')) {
    const [, name, variable] = /^([A-Za-z_][A-Za-z0-9_]*)=([A-Za-z_][A-Za-z0-9_]*)$/.exec(each) ?? [];
    if (name === undefined || variable === undefined)
      throw new InvalidArgumentError('NAME=VARIABLE, as PROXY_PASSWORD=SQUID_PASSWORD; separated by commas.');
    if ([...names].some(([other, taken]) => other !== name && taken === variable))
      throw new InvalidArgumentError('a variable of its own for each secret.');
    names.set(name, variable);
  }
  return names;
}
