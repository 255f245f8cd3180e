#!/usr/bin/env node
import { CommanderError } from 'commander';
import { CaptureError } from '../capture/warning.ts';
import { CommandError, EXIT } from './exit.ts';
import { buildProgram } from './program.ts';
import { lookAtTerminal, Terminal } from './terminal.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done); // the reader has seen enough, as with `| head`
  process.stderr.write(`capture2check: error: stdout cannot be written: ${error.message}\n`);
  process.exit(EXIT.unreadable);
});

const program = buildProgram((code) => {
  process.exitCode = code;
});
main().catch(async (error) => {
  process.exitCode = await exitCodeOf(error);
});

async function main(): Promise<void> {
  await lookAtTerminal();
  for (const command of [program, ...program.commands]) command.exitOverride();
  if (process.argv.some((each) => each === '--help' || each === '-h')) (await import('./help.ts')).addHelp(program);
  await program.parseAsync();
}

/** Says what went wrong, and with which code to end. */
async function exitCodeOf(error: unknown): Promise<number> {
  const terminal = new Terminal(!process.argv.includes('--no-color'), {});
  const args = process.argv.slice(2);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    terminal.error((await import('./usage.ts')).usageText(program, args, error));
    return EXIT.usage;
  }
  if (error instanceof CommandError) {
    terminal.error(error.message);
    return error.exitCode;
  }
  if (error instanceof CaptureError) {
    const meant = (await import('./usage.ts')).commandMeant(program, args, error.message);
    terminal.error(meant === undefined ? error.message : `${error.message}; did you mean the command ${meant}?`);
    return EXIT.unreadable;
  }
  terminal.error(
    `internal error, please report it with the capture: ${error instanceof Error ? error.stack : String(error)}`,
  );
  return EXIT.internal;
}
