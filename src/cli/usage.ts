import type { Command, CommanderError, Option } from 'commander';
import { NamesOption } from './options.ts';
import { closest } from './suggest.ts';

/** What commander found wrong in a command line, in one sentence that ends with the next step. */
export function usageText(program: Command, args: readonly string[], error: CommanderError): string {
  const command = program.commands.find((each) => each.name() === args[0]);
  const message = error.message.replace(/^error: /, '').replace(/\.$/, '');
  const help = `capture2check${command === undefined ? '' : ` ${command.name()}`} --help tells how it is used`;
  const mistyped = /^(.*)\n\(Did you mean (.*)\?\)$/s.exec(message);
  if (mistyped !== null) return `${mistyped[1]}; did you mean ${mistyped[2]}?`;
  const [, flags, value = '', expected = ''] =
    /^option '(.+?)' argument '(.*)' is invalid\. (.*)$/s.exec(message) ??
    /^command-argument value (?<flags>)'(.*)' is invalid for argument '.*'\. (.*)$/s.exec(message) ??
    [];
  if (flags === undefined) return `${message}; ${help}`;
  const option = (command ?? program.commands[0])?.options.find((each) => each.flags === flags);
  const named = option?.long ?? args[0];
  const unknown = option && unknownWord(option, value);
  if (unknown?.meant !== undefined) return `${named} knows no "${unknown.word}"; did you mean ${unknown.meant}?`;
  return `${named} ${value}: expected ${expected.replace(/^Allowed choices are/, 'one of')}`;
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
