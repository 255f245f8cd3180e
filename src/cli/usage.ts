import type { Command, CommanderError, Option } from 'commander';
import { DEFAULT_COMMAND, NamesOption } from './options.ts';
import { closest } from './suggest.ts';

/** What commander found wrong in a command line, in one sentence that ends with the next step. */
export function usageText(program: Command, args: readonly string[], error: CommanderError): string {
  const named = (name: string) => program.commands.find((command) => command.name() === name);
  const command = named(args[0] ?? '');
  const message = error.message.replace(/^error: /, '').replace(/\.$/, '');
  const [, unknown, likely] = /^(.*)\n\(Did you mean (.*)\?\)$/s.exec(message) ?? [];
  if (unknown !== undefined) return `${unknown}; did you mean ${likely}?`;
  const [, flags, value = '', expected = ''] =
    /^option '(.+?)' argument '(.*)' is invalid\. (.*)$/s.exec(message) ?? [];
  if (flags !== undefined) {
    const option = (command ?? named(DEFAULT_COMMAND))?.options.find((each) => each.flags === flags);
    return valueText(option, flags, value, expected);
  }
  const [, word, words] =
    /^command-argument value '(.*)' is invalid for .*\. Allowed choices are (.*)$/s.exec(message) ?? [];
  if (word !== undefined) return `${args[0]} ${word}: expected one of ${words}`;
  return `${message}; ${['capture2check', ...(command === undefined ? [] : [command.name()]), '--help'].join(' ')} tells how it is used`;
}

function valueText(option: Option | undefined, flags: string, value: string, expected: string): string {
  const name = option?.long ?? flags;
  const unknown = option && unknownWord(option, value);
  if (unknown?.meant !== undefined) return `${name} knows no "${unknown.word}"; did you mean ${unknown.meant}?`;
  return `${name} ${value}: expected ${expected.replace(/^Allowed choices are/, 'one of')}`;
}

/** The first word of a value that its option does not know, and the known one that is nearest. */
function unknownWord(
  option: Option,
  value: string,
): { readonly word: string; readonly meant: string | undefined } | undefined {
  const known = option instanceof NamesOption ? option.names.map((name) => name.replace(/=$/, '')) : option.argChoices;
  const word = value
    .split(',')
    .map((each) => each.replace(/=.*$/, ''))
    .find((each) => !known?.includes(each));
  return known === undefined || word === undefined ? undefined : { word, meant: closest(word, known) };
}

/** The command that was meant by what was taken for the name of a capture, which is no file. */
export function commandMeant(program: Command, args: readonly string[], problem: string): string | undefined {
  const [first = ''] = args;
  const names = program.commands.map((command) => command.name());
  return problem.startsWith(`${first}: cannot be read: no such file`) ? closest(first, names) : undefined;
}
