import { spawnSync } from 'node:child_process';
import { CLI } from './cli.ts';

/** What a person sees who runs a shell command on a terminal of so many columns, with what is typed there. The program is `$c2c` in it. */
export function onTerminal(
  command: string,
  { columns = 80, typed = '', env = {} }: { columns?: number; typed?: string; env?: Record<string, string> } = {},
): { readonly code: number | null; readonly shown: string } {
  const { status, stdout } = spawnSync('script', ['-qec', `stty cols ${columns} rows 50; ${command}`, '/dev/null'], {
    input: typed,
    encoding: 'utf8',
    env: {
      ...process.env,
      TERM: 'xterm-256color',
      NO_COLOR: '',
      SHELL: '/bin/sh',
      c2c: `${process.execPath} ${CLI}`,
      ...env,
    },
  });
  return { code: status, shown: stdout.replaceAll('\r\n', '\n') };
}

/** What is left on the screen of lines that were drawn over each other, without colors. */
export const leftOver = (shown: string): string =>
  shown.replaceAll(/[^\n]*\r\x1b\[K/g, '').replaceAll(/\x1b\[[0-9;]*m/g, '');
