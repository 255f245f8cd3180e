#!/usr/bin/env node
import { CommanderError } from 'commander';
import { CaptureError } from '../capture/warning.ts';
import { CommandError, EXIT } from './exit.ts';
import { buildProgram } from './program.ts';
import { loadColors, Terminal } from './terminal.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done); // the reader has seen enough, as with `| head`
  process.stderr.write(`capture2check: error: stdout cannot be written: ${error.message}\n`);
  process.exit(EXIT.unreadable);
});

main().catch((error) => {
  process.exitCode = exitCodeOf(error);
});

async function main(): Promise<void> {
  await loadColors();
  const program = buildProgram((code) => {
    process.exitCode = code;
  });
  for (const command of [program, ...program.commands]) command.exitOverride();
  await program.parseAsync();
}

/** Says what went wrong, unless commander has said it, and with which code to end. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const terminal = new Terminal(!process.argv.includes('--no-color'), {});
  if (error instanceof CommandError) {
    terminal.error(error.message);
    return error.exitCode;
  }
  if (error instanceof CaptureError) {
    terminal.error(error.message);
    return EXIT.unreadable;
  }
  terminal.error(
    `internal error, please report it with the capture: ${error instanceof Error ? error.stack : String(error)}`,
  );
  return EXIT.internal;
}
