import { DEFAULT_COMMAND } from '../options.ts';
import type { CommandSpec, OptionSpec, Value } from './spec.ts';

/** For fish 3 and later. */
export const fishCompletion = (commands: readonly CommandSpec[]): string => `\
# Completes capture2check in fish; written by: capture2check completion fish
function __capture2check_command
    set -l typed (commandline -opc)
    if contains -- "$typed[2]" ${commands.map(({ name }) => name).join(' ')}
        echo $typed[2]
    else
        echo ${DEFAULT_COMMAND}
    end
end

function __capture2check_in
    contains -- (__capture2check_command) $argv
end

# Names with commas between them: those before the last comma stand in front of each.
function __capture2check_list
    set -l before (commandline -ct | string replace -r '^--[^=]*=' '' | string match -r '^.*,')
    printf '%s\\n' "$before"$argv
end

complete -c capture2check -e
${commands.map(({ name, summary }) => `complete -c capture2check -n __fish_is_first_arg -a ${name} -d ${quoted(summary)}`).join('\n')}
${operandLines(commands).join('\n')}
${optionLines(commands).join('\n')}
`;

const operandLines = (commands: readonly CommandSpec[]): string[] =>
  commands.flatMap(({ name, operands }) =>
    operands.kind === 'words'
      ? [`complete -c capture2check -n '__capture2check_in ${name}' -f -a ${quoted(operands.words.join(' '))}`]
      : [],
  );

/** An option that several commands have alike is one line. */
function optionLines(commands: readonly CommandSpec[]): string[] {
  const commandsOf = new Map<string, string[]>();
  for (const { name, options } of commands) {
    for (const option of options) {
      const line = optionLine(option);
      commandsOf.set(line, [...(commandsOf.get(line) ?? []), name]);
    }
  }
  return [...commandsOf].map(
    ([line, names]) => `complete -c capture2check -n '__capture2check_in ${names.join(' ')}' ${line}`,
  );
}

function optionLine({ flags, summary, value }: OptionSpec): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return [...names, ...(value === undefined ? [] : [taking(value.is)]), `-d ${quoted(summary)}`].join(' ');
}

function taking(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `-x -a ${quoted(value.words.join(' '))}`;
    case 'list':
      return `-x -a ${quoted(`(__capture2check_list ${value.words.join(' ')})`)}`;
    case 'file':
    case 'named file':
      return '-r -F';
    case 'free':
      return '-x';
  }
}

const quoted = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
