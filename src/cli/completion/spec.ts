import type { Command, Option } from 'commander';
import { TOPIC_NAMES } from '../help.ts';
import { NamesOption } from '../options.ts';

/** What may stand in a place: one of these words, several of them with commas between, a file, a file behind `NAME=`, or what nobody can guess. */
export type Value =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'list'; readonly words: readonly string[] }
  | { readonly kind: 'file' }
  | { readonly kind: 'named file' }
  | { readonly kind: 'free' };

export interface OptionSpec {
  /** `-o` and `--output`, as far as there are such. */
  readonly flags: readonly string[];
  readonly summary: string;
  /** What the value is called, and what it may be; undefined where the option takes none. */
  readonly value: { readonly name: string; readonly is: Value } | undefined;
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  /** What its operands are. */
  readonly operands: Value;
}

/** The commands as a completion needs them. */
export function specsOf(program: Command): CommandSpec[] {
  const topics = program.commands.map((command) => command.name());
  return program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary() || command.description(),
    options: command.createHelp().visibleOptions(command).map(optionSpec),
    operands: operandsOf(command, topics),
  }));
}

const optionSpec = (option: Option): OptionSpec => ({
  flags: [option.short, option.long].filter((flag) => flag !== undefined),
  summary: option.description,
  value: option.required ? { name: valueName(option), is: whatFits(option) } : undefined,
});

/** `file` of `-o, --output <file>`. */
const valueName = ({ flags }: Option): string => /<([^>.]+)/.exec(flags)?.[1] ?? '';

function whatFits(option: Option): Value {
  if (option instanceof NamesOption) return { kind: 'list', words: option.names };
  if (option.argChoices !== undefined) return { kind: 'words', words: option.argChoices };
  if (valueName(option).endsWith('=FILE')) return { kind: 'named file' };
  return /^(?:file|path|capture)$/.test(valueName(option)) ? { kind: 'file' } : { kind: 'free' };
}

function operandsOf(command: Command, topics: readonly string[]): Value {
  if (command.name() === 'help') return { kind: 'words', words: [...topics, ...TOPIC_NAMES] };
  const words = command.registeredArguments[0]?.argChoices;
  return words === undefined ? { kind: 'file' } : { kind: 'words', words };
}
