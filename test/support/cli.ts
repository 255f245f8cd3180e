import { spawnSync } from 'node:child_process';

const CLI = new URL('../../dist/cli/main.js', import.meta.url).pathname;

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program as a user would, on pipes. */
export function capture2check(args: readonly string[], { input = '' as string | Buffer, env = {} } = {}): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
    input,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { code: status, stdout, stderr };
}
