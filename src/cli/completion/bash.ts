import { DEFAULT_COMMAND } from '../options.ts';
import type { CommandSpec, OptionSpec, Value } from './spec.ts';

/** For bash 3.2 and later, without the bash-completion package. */
export const bashCompletion = (commands: readonly CommandSpec[]): string => `\
# Completes capture2check in bash; written by: capture2check completion bash
_capture2check_add() {
  local candidate
  while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen "$@")
}

_capture2check() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local commands='${commands.map(({ name }) => name).join(' ')}'
  local command=${DEFAULT_COMMAND} options='' kind=file words=''
  # bash takes a "=" for a word of its own: --format=json is three.
  if [[ $current == = ]]; then current=
  elif [[ $previous == = ]]; then previous=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  if [[ $COMP_CWORD -gt 1 && " $commands " == *" \${COMP_WORDS[1]} "* ]]; then command=\${COMP_WORDS[1]}; fi
  case $command in
${commands.map(commandCase).join('\n')}
  esac
  COMPREPLY=()
  if [[ $current == -* && $kind != list ]]; then
    _capture2check_add -W "$options" -- "$current"
    return
  fi
  case $kind in
    words) _capture2check_add -W "$words" -- "$current" ;;
    list)
      local before=
      if [[ $current == *,* ]]; then before=\${current%,*},; fi
      compopt -o nospace 2>/dev/null
      _capture2check_add -P "$before" -W "$words" -- "\${current##*,}"
      ;;
    file)
      compopt -o filenames 2>/dev/null
      if [[ $COMP_CWORD -eq 1 ]]; then _capture2check_add -W "$commands" -- "$current"; fi
      _capture2check_add -f -- "$current"
      ;;
  esac
}
complete -F _capture2check capture2check
`;

function commandCase({ name, options, operands }: CommandSpec): string {
  const flags = options.flatMap((option) => option.flags);
  return `\
    ${name})
      ${assignment(operands)}
      options='${flags.join(' ')}'
      case $previous in
${options.flatMap(optionCase).join('\n')}
      esac
      ;;`;
}

const optionCase = ({ flags, value }: OptionSpec): string[] =>
  value === undefined ? [] : [`        ${flags.join('|')}) ${assignment(value.is)} ;;`];

function assignment(value: Value): string {
  switch (value.kind) {
    case 'words':
    case 'list':
      return `kind=${value.kind} words='${value.words.join(' ')}'`;
    case 'named file': // what stands behind the "=" is a word of its own
      return 'kind=free';
    case 'file':
    case 'free':
      return `kind=${value.kind}`;
  }
}
