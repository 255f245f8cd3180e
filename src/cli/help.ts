import { type Command, Help, type Option } from 'commander';
import { LIMITS } from '../bytes/limits.ts';
import { WARNINGS } from '../capture/warning.ts';
import { EXAMPLES, NO } from './examples.ts';
import { CommandError, EXIT } from './exit.ts';
import { DEFAULT_COMMAND, FOR_EVERY_COMMAND, OTHERS, UNITS } from './options.ts';
import { closest } from './suggest.ts';
import { paintFor } from './terminal.ts';

/** What `help` tells about beside the commands. */
const TOPICS: Readonly<Record<string, () => string>> = { limits: limitsText, warnings: warningsText };
export const TOPIC_NAMES = Object.keys(TOPICS);

/** `help`: how the program or a command is used, or a topic. */
export function help(program: Command, topic: string | undefined): void {
  const command = program.commands.find((each) => each.name() === topic);
  const text = topic === undefined ? undefined : TOPICS[topic];
  if (topic !== undefined && command === undefined && text === undefined) throw noSuchTopic(program, topic);
  addHelp(program);
  if (text === undefined) (command ?? program).outputHelp();
  else process.stdout.write(text());
}

function noSuchTopic(program: Command, topic: string): CommandError {
  const known = [...program.commands.map((each) => each.name()), ...TOPIC_NAMES];
  const meant = closest(topic, known);
  return new CommandError(
    EXIT.usage,
    `there is no help on "${topic}"; ${meant === undefined ? `there is on ${known.join(', ')}` : `did you mean ${meant}?`}`,
  );
}

/** Makes the help of every command as it is to be read: what is its own first, examples, exit codes. */
export function addHelp(program: Command): void {
  const { strong: styleTitle } = paintFor(!process.argv.includes('--no-color'));
  program.configureHelp({ styleTitle, optionDescription, formatHelp: mainHelp });
  for (const command of program.commands) {
    command.configureHelp({
      styleTitle,
      optionDescription,
      groupItems: (unsorted, visible, groupOf) => {
        const groups = [...new Set([...unsorted, ...visible].map(groupOf))].sort(
          (one, other) => rank(one) - rank(other),
        );
        return new Map(groups.map((group) => [group, visible.filter((item) => groupOf(item) === group)]));
      },
    });
    const examples = [styleTitle('Examples:'), ...examplesOf(command)].join('\n');
    command.addHelpText('after', `\n${examples}\n\n${command.createHelp().boxWrap(exitCodesOf(command), WIDTH)}`);
  }
}

/** Columns that help is made for where there is no terminal, and that its own texts keep to. */
const WIDTH = 80;

const rank = (group: string): number => (group === OTHERS ? 0 : group === FOR_EVERY_COMMAND ? 2 : 1);

/** `what to write: haproxy (default), json`. */
function optionDescription(option: Option): string {
  const { argChoices, defaultValue, description } = option;
  if (argChoices === undefined) return Help.prototype.optionDescription.call(new Help(), option);
  return `${description}: ${argChoices.map((each) => (each === defaultValue ? `${each} (default)` : each)).join(', ')}`;
}

/** Of all options those that most people need. */
const MOST_USED = ['--output', '--stream', '--server', '--probe', '--section', '--complete', '--secrets', '--quiet'];

function mainHelp(program: Command, helper: Help): string {
  const deriving = program.commands.find((command) => command.name() === DEFAULT_COMMAND);
  const options = [
    ...MOST_USED.flatMap((long) => deriving?.options.filter((option) => option.long === long) ?? []),
    ...helper.visibleOptions(program),
  ];
  const list = (title: string, items: readonly (readonly [term: string, what: string])[]) => {
    const width = Math.max(...items.map(([term]) => term.length));
    const lines = items.map(([term, what]) => helper.formatItem(term, width, what, helper));
    return helper.formatItemList(title, lines, helper);
  };
  return [
    `${helper.styleTitle('Usage:')} ${helper.commandUsage(program)}`,
    '',
    helper.boxWrap(helper.commandDescription(program), WIDTH),
    '',
    ...list(
      'Commands:',
      program.commands.map((command) => [command.name(), helper.subcommandDescription(command)]),
    ),
    ...list(
      'Options most used (capture2check derive --help has all):',
      options.map((option) => [helper.optionTerm(option), optionDescription(option)]),
    ),
    helper.styleTitle('Examples:'),
    ...examplesOf(program),
    '',
    helper.boxWrap(exitCodesOf(program), WIDTH),
    '',
  ].join('\n');
}

/** Explanations stand behind their commands as far as there is room; else they get a line of their own. */
const COLUMN = 44;

function examplesOf(command: Command): string[] {
  const examples = EXAMPLES[command.name()] ?? [];
  const lengths = examples.map(([line]) => line.length + 4).filter((length) => length <= COLUMN);
  const column = Math.max(0, ...lengths);
  return examples.map(([line, what]) =>
    line.length + 4 > column ? `  ${line}\n${' '.repeat(column)}${what}` : `  ${line}`.padEnd(column) + what,
  );
}

function exitCodesOf(command: Command): string {
  const no = NO[command.name()];
  return `Exit codes: 0 done, ${no === undefined ? '' : `1 ${no}, `}2 usage, 3 unreadable input or unwritable output, 70 internal error.`;
}

function limitsText(): string {
  const lines = Object.entries(LIMITS).map(
    ([name, { default: value, what }]) => `  ${`${name}=${inUnits(value)}`.padEnd(21)}${what}`,
  );
  return `Bounds on what is kept and believed, each said when it is hit. --limit changes
them (k, m and g are powers of 1024): --limit samples=500,frame=1m

${lines.join('\n')}
`;
}

function warningsText(): string {
  const width = Math.max(...Object.keys(WARNINGS).map((name) => name.length)) + 4;
  const lines = Object.entries(WARNINGS).map(([name, what]) => `  ${name}`.padEnd(width) + what);
  return `A warning ends with its name in parentheses. --no-warn leaves it out:
--no-warn redirect,tls-tunnel

${lines.join('\n')}
`;
}

function inUnits(value: number): string {
  const unit = ['g', 'm', 'k'].find((each) => value % (UNITS[each] as number) === 0);
  return unit === undefined ? String(value) : `${value / (UNITS[unit] as number)}${unit}`;
}
