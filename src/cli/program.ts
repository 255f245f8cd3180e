import { readFileSync } from 'node:fs';
import { Argument, Command, Option } from 'commander';
import type { AuditOptions } from './audit.ts';
import type { DeriveOptions } from './derive.ts';
import type { FixtureOptions } from './fixture.ts';
import {
  type CommonOptions,
  common,
  DEFAULT_COMMAND,
  parseCount,
  parseFileLabel,
  parseListen,
  parseTarget,
  SHELLS,
  type Shell,
  serverOption,
  streamOption,
} from './options.ts';
import type { ProveOptions } from './prove.ts';
import type { QuirksOptions } from './quirks.ts';
import type { ReportOptions } from './report.ts';
import { FORMATS, withScriptOptions, withStyleOptions } from './script-options.ts';
import type { ServeOptions } from './serve.ts';
import type { ShowOptions } from './show.ts';
import type { VerifyOptions } from './verify.ts';

const CAPTURES =
  'pcap or pcapng files, plain or in gzip or zstd; several are one timeline; - is standard input; or fixtures of this program, as files, plain or in gzip';

/** The command tree; what a command does is loaded when it is called. `onExit` receives the exit code of the command that ran. */
export function buildProgram(onExit: (code: number) => void): Command {
  const program = new Command('capture2check')
    .description(
      'Reads a capture of a client talking through a proxy and writes the HAProxy health check that has the same conversation.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this')
    .usage('[options] <capture...>\n       capture2check <command> [options] ...')
    .helpCommand(false)
    .enablePositionalOptions()
    .configureOutput({ outputError: () => {} }); // main says it

  withStyleOptions(withScriptOptions(common(program.command(DEFAULT_COMMAND, { isDefault: true }))))
    .description('write the check (what is done when no command is named)')
    .argument('<capture...>', CAPTURES)
    .addOption(new Option('--format <format>', 'what to write').choices(FORMATS).default('haproxy'))
    .option('--json', 'the same as --format json; always an array')
    .addOption(streamOption('derive from this conversation alone, whatever its outcome'))
    .addOption(serverOption())
    .option('--no-proof', 'do not try the check against broken twins and healthy variants of the server first')
    .action(async (paths: string[], options: DeriveOptions) =>
      onExit(await (await import('./derive.ts')).derive(paths, options)),
    );

  withScriptOptions(common(program.command('prove')))
    .description('try the check against every broken twin and healthy variant of the captured server')
    .summary('try the check against broken and healthy servers')
    .argument('<capture...>', CAPTURES)
    .option('--haproxy <path>', 'try each in this HAProxy as well; a version (1.8) is what the rules are written for')
    .option('--json', 'as a JSON array')
    .addOption(streamOption('prove the check of this conversation alone'))
    .addOption(serverOption())
    .action(async (paths: string[], options: ProveOptions) =>
      onExit(await (await import('./prove.ts')).prove(paths, options)),
    );

  withScriptOptions(common(program.command('verify')))
    .description('run the check against live servers, step by step')
    .argument('<capture...>', CAPTURES)
    .addOption(
      new Option('--to <HOST:PORT>', 'the server to check; may be repeated')
        .argParser(parseTarget)
        .makeOptionMandatory(),
    )
    .option('--haproxy <path>', 'let this HAProxy check them')
    .option('--json', 'as a JSON array')
    .addOption(streamOption('run the check of this conversation alone'))
    .addOption(serverOption())
    .action(async (paths: string[], options: VerifyOptions) =>
      onExit(await (await import('./verify.ts')).verify(paths, options)),
    );

  common(program.command('fixture'))
    .description('keep the dialogues of a capture as JSON, without their secrets')
    .argument('<capture>', CAPTURES)
    .option('--keep-secrets', 'keep passwords, tokens and cookies')
    .addOption(streamOption('keep this conversation alone'))
    .addOption(serverOption())
    .action(async (path: string, options: FixtureOptions) =>
      onExit(await (await import('./fixture.ts')).fixture(path, options)),
    );

  common(program.command('compare'))
    .description("tell what changed in a server's behavior, and what that means for its check")
    .summary("tell what changed in a server's behavior")
    .argument('<old>', 'a capture or a fixture')
    .argument('<new>', 'a capture or a fixture')
    .option('--json', 'as a JSON object')
    .addOption(serverOption())
    .action(async (before: string, after: string, options: CommonOptions) =>
      onExit(await (await import('./compare.ts')).compare(before, after, options)),
    );

  common(program.command('serve'))
    .description('listen as a mock server that behaves as the recorded one')
    .argument('<capture...>', CAPTURES)
    .addOption(
      new Option('--listen <HOST:PORT>', 'where; port 0 takes a free one')
        .argParser(parseListen)
        .default({ host: '127.0.0.1', port: 0 }, '127.0.0.1:0'),
    )
    .addOption(
      new Option('--timing <timing>', 'wait as long as the server did, or not')
        .choices(['recorded', 'none'])
        .default('none'),
    )
    .option('--fault <name>', 'break it as the broken twin of this name is broken')
    .option('--list-faults', 'print the names of the faults, and end')
    .addOption(new Option('--max-connections <number>', 'connections at a time').argParser(parseCount).default(256))
    .addOption(
      new Option('--max-bytes <number>', 'bytes that a client may say').argParser(parseCount).default(1_048_576),
    )
    .addOption(streamOption('serve this conversation alone'))
    .addOption(serverOption())
    .action(async (paths: string[], options: ServeOptions) =>
      onExit(await (await import('./serve.ts')).serve(paths, options)),
    );

  common(program.command('audit'))
    .description('judge the health checks that a HAProxy configuration has by captured sessions')
    .summary('judge the health checks of a HAProxy configuration')
    .argument('<haproxy.cfg>', 'the configuration; - is standard input')
    .requiredOption('--capture <capture...>', CAPTURES)
    .option('--section <name>', 'only this listen or backend section, which belongs to the captures')
    .option('--json', 'as a JSON array')
    .addOption(streamOption('judge by this conversation alone'))
    .addOption(serverOption())
    .action(async (path: string, options: AuditOptions) =>
      onExit(await (await import('./audit.ts')).audit(path, options)),
    );

  common(program.command('quirks'))
    .description('tell what each server does, and where it departs from its specification')
    .summary('tell what each server does, and what is odd about it')
    .argument('[capture...]', CAPTURES)
    .addOption(new Option('--format <format>', 'what to write').choices(['text', 'markdown', 'json']).default('text'))
    .option('--json', 'the same as --format json')
    .addOption(
      new Option(
        '--cause <NAME=FILE>',
        'what was wrong when FILE was recorded, as refused=closed-port.pcap; may be repeated',
      ).argParser(parseFileLabel),
    )
    .addOption(
      new Option(
        '--called <NAME=FILE>',
        'the server of FILE, which tells servers at one address apart; may be repeated',
      ).argParser(parseFileLabel),
    )
    .option('--compare', 'servers side by side, and which check fits them')
    .addOption(streamOption('take this conversation alone'))
    .addOption(serverOption())
    .action(async (paths: string[], options: QuirksOptions) =>
      onExit(await (await import('./quirks.ts')).quirks(paths, options)),
    );

  common(program.command('report'))
    .description('draw what a capture holds in an HTML file, without secrets')
    .argument('<capture...>', CAPTURES)
    .option('--keep-secrets', 'show passwords, tokens and cookies')
    .addOption(streamOption('take this conversation alone, whatever its outcome'))
    .addOption(serverOption())
    .action(async (paths: string[], options: ReportOptions) =>
      onExit(await (await import('./report.ts')).report(paths, options)),
    );

  common(program.command('list'))
    .description('list the conversations of a capture')
    .argument('<capture...>', CAPTURES)
    .option('--json', 'as a JSON array')
    .addOption(serverOption())
    .action(async (paths: string[], options: CommonOptions) =>
      onExit(await (await import('./list.ts')).list(paths, options)),
    );

  common(program.command('show'))
    .description('show one conversation, message by message')
    .argument('<capture...>', CAPTURES)
    .option('--json', 'as a JSON object')
    .addOption(streamOption('which conversation').default(0))
    .option('--redact', 'mask passwords, tokens and cookies')
    .addOption(new Option('--raw <side>', "write one side's bytes as they are").choices(['client', 'server']))
    .action(async (paths: string[], options: ShowOptions) =>
      onExit(await (await import('./show.ts')).show(paths, options)),
    );

  program
    .command('completion')
    .description('print a script that completes commands, options and files in a shell')
    .summary('print a script that completes its commands in a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action(async (shell: Shell) => {
      process.stdout.write((await import('./completion/completion.ts')).completionFor(shell, program));
    });

  program
    .command('help')
    .description('tell how a command is used, or about limits and warnings')
    .argument('[topic]', 'a command, or one of limits, warnings')
    .action(async (topic: string | undefined) => (await import('./help.ts')).help(program, topic));
  return program;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
