import { execFileSync, spawnSync } from 'node:child_process';
import { describe } from 'vitest';

/** Is there such a program? */
export function available(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** Tests that need programs of the system: where one is missing they are skipped with its name, in CI they fail. */
export function describeWith(programs: readonly string[], name: string, body: () => void): void {
  const missing = programs.filter((program) => !available(program));
  if (missing.length === 0) describe(name, body);
  else if (process.env['CI']) throw new Error(`${name}: needs ${missing.join(', ')}, which CI has to install`);
  else describe.skip(`${name} (needs ${missing.join(', ')})`, body);
}

/** Recording needs the right to open a packet socket. */
export const mayRecord = (): boolean => process.getuid?.() === 0;

/** Loads a script as HAProxy would, inside a section that lacks nothing. Returns its complaints, empty when it has none. */
export const haproxyComplaints = (script: string, env: Readonly<Record<string, string>> = {}): string =>
  fileComplaints(
    [
      'defaults',
      '    mode tcp',
      '    timeout connect 2s',
      '    timeout client 5s',
      '    timeout server 5s',
      'listen checked',
      '    bind 127.0.0.1:21080',
      script.trimEnd(),
      '    server one 127.0.0.1:1080 check',
      '',
    ].join('\n'),
    env,
  );

/** Loads a whole file. Returns HAProxy's complaints, warnings too, empty when it has none. */
export function fileComplaints(config: string, env: Readonly<Record<string, string>> = {}): string {
  const { status, stderr } = spawnSync('sh', ['-c', 'cat | haproxy -c -dW -f /dev/stdin'], {
    input: config,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return status === 0 ? '' : stderr;
}

/** The output of a program. */
export const run = (program: string, ...args: string[]): string => execFileSync(program, args, { encoding: 'utf8' });
