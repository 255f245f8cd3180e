import { DEFAULT_COMMAND } from '../options.ts';
import type { CommandSpec, OptionSpec, Value } from './spec.ts';

/** For zsh with its own completion system; as a file in $fpath, or sourced. */
export const zshCompletion = (commands: readonly CommandSpec[]): string => `\
#compdef capture2check
# Completes capture2check in zsh; written by: capture2check completion zsh
_capture2check() {
  local command=${DEFAULT_COMMAND}
  local -a names=(${commands.map(({ name }) => name).join(' ')})
  local -a commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _alternative 'commands:command:{_describe -t commands command commands}' 'files:file:_files'
    return
  fi
  if (( \${names[(Ie)$words[2]]} )); then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _capture2check ]]; then _capture2check "$@"; else compdef _capture2check capture2check; fi
`;

const commandCase = ({ name, options, operands }: CommandSpec): string => `\
    ${name})
      _arguments -s \\
${options
  .flatMap(optionLines)
  .map((line) => `        ${line} \\`)
  .join('\n')}
        ${quoted(`*:${operands.kind === 'file' ? 'file' : 'word'}:${action(operands)}`)}
      ;;`;

/** An option that takes a value may be said again; of others one time is enough. */
function optionLines({ flags, summary, value }: OptionSpec): string[] {
  const text = summary.replaceAll(/[[\]\\:]/g, '\\$&');
  return flags.map((flag) => {
    if (value === undefined) return quoted(`(${flags.join(' ')})${flag}[${text}]`);
    const long = flag.startsWith('--') ? '=' : '+';
    return quoted(`*${flag}${long}[${text}]:${value.name.replaceAll(':', '\\:')}:${action(value.is)}`);
  });
}

function action(value: Value): string {
  switch (value.kind) {
    case 'words':
      return `(${value.words.join(' ')})`;
    case 'list':
      return `_sequence compadd -S "" - ${value.words.join(' ')}`;
    case 'file':
      return '_files';
    case 'named file':
      return '{compset -P "*="; _files}';
    case 'free':
      return ' ';
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
