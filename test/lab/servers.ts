import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MARK, processesOf } from './processes.ts';
import { FOLDER } from './sandbox.ts';

/** How long a program may take to listen, in milliseconds. */
const START = 15_000;

/** A program that runs in the background, with all that it forks. */
export class Server {
  readonly #mark = `${++servers}`;
  readonly #child: ChildProcess;
  readonly #log: string;
  /** Why it ended, where it failed; one that becomes a daemon ends well. */
  #failure: string | undefined;

  constructor(program: string, args: readonly string[]) {
    this.#log = file(`server-${this.#mark}.log`, '');
    const log = openSync(this.#log, 'w');
    const env = { ...process.env, [MARK]: this.#mark };
    this.#child = spawn(program, args, { stdio: ['ignore', log, log], cwd: FOLDER, env });
    this.#child.on('exit', (code, signal) => {
      if (code !== 0) this.#failure = `ended with ${signal ?? code}`;
    });
    this.#child.on('error', ({ message }) => {
      this.#failure = message;
    });
    closeSync(log);
  }

  /** Waits until somebody listens on the port. */
  async listensOn(port: number): Promise<this> {
    for (const deadline = Date.now() + START; !(await answers(port)); await sleep(20)) {
      if (this.#failure === undefined && Date.now() < deadline) continue;
      throw new Error(`nothing listens on port ${port}: ${this.#failure} ${readFileSync(this.#log, 'utf8')}`);
    }
    return this;
  }

  /** SIGSTOP: the kernel still accepts connections for it. */
  pause(): void {
    const stopped = new Set<number>();
    for (let before = -1; before < stopped.size; ) {
      before = stopped.size;
      for (const pid of this.#processes()) {
        send('SIGSTOP', pid);
        stopped.add(pid); // and look again: it may have forked in between
      }
    }
  }

  async stop(): Promise<void> {
    for (let pids = this.#processes(); pids.length > 0; pids = this.#processes()) {
      for (const pid of pids) send('SIGKILL', pid);
      await sleep(10);
    }
  }

  #processes(): number[] {
    const { pid, exitCode, signalCode } = this.#child;
    return processesOf(this.#mark, exitCode === null && signalCode === null ? pid : undefined);
  }
}

let servers = 0;

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended by itself
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
