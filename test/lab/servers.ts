import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FOLDER } from './sandbox.ts';

/** How long a program may take to listen, in milliseconds. */
const START = 15_000;

/** A program that runs in the background, with all that it forks. */
export class Server {
  readonly #child: ChildProcess;
  readonly #log: string;
  #ended = false;

  constructor(program: string, args: readonly string[]) {
    this.#log = file(`${program.replaceAll('/', '_')}-${process.hrtime.bigint()}.log`, '');
    const log = openSync(this.#log, 'w');
    // In a process group of its own, so that all of it can be ended or stopped.
    this.#child = spawn(program, args, { stdio: ['ignore', log, log], detached: true, cwd: FOLDER });
    this.#child.on('exit', () => {
      this.#ended = true;
    });
    this.#child.on('error', (error) => {
      this.#ended = true;
      writeFileSync(this.#log, error.message);
    });
    closeSync(log);
  }

  /** Waits until somebody listens on the port. */
  async listensOn(port: number): Promise<this> {
    for (const deadline = Date.now() + START; !(await answers(port)); ) {
      if (this.#ended || Date.now() > deadline)
        throw new Error(`nothing listens on port ${port}: ${readFileSync(this.#log, 'utf8')}`);
      await sleep(20);
    }
    return this;
  }

  /** SIGSTOP: the kernel still accepts connections for it. */
  pause = (): void => this.#signal('SIGSTOP');
  resume = (): void => this.#signal('SIGCONT');

  async stop(): Promise<void> {
    const ended = this.#ended ? undefined : once(this.#child, 'exit');
    this.#signal('SIGKILL');
    await ended;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

/** Writes a file that every server can read, and returns its path. */
export function file(name: string, text: string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

/** Makes a folder that every server can write to, and returns its path. */
export function folder(name: string): string {
  const path = join(FOLDER, name);
  mkdirSync(path, { recursive: true, mode: 0o777 });
  return path;
}

let lastPort = 20_000;
/** A port that nobody had before: what an earlier server left on its port disturbs no later one. */
export const nextPort = (): number => ++lastPort;
