import { spawn } from 'node:child_process';

const PROMPT = 'ready> ';
const CONTROL = /\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|[\x07\x08\r]/g;

/** What an interactive shell prints at the start of a line with `<`, for each line that is typed; tabs complete, as for a person. */
export function typedInto(command: string, lines: readonly string[], cwd: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PS1: PROMPT, TERM: 'xterm', SHELL: '/bin/sh' };
    const child = spawn('script', ['-qec', `stty cols 200; ${command}`, '/dev/null'], { cwd, env, timeout: 20_000 });
    const waiting = [...lines, 'exit\n'];
    let shown = '';
    let seen = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString('latin1');
      const plain = shown.slice(seen).replaceAll(CONTROL, '').trimEnd();
      if (!plain.endsWith(PROMPT.trimEnd()) || waiting.length === 0) return;
      seen = shown.length;
      child.stdin.write(waiting.shift() as string);
    });
    child.on('error', reject);
    child.on('close', () =>
      resolve(
        shown
          .replaceAll(CONTROL, '')
          .split('\n')
          .filter((line) => line.startsWith('<')),
      ),
    );
  });
}
