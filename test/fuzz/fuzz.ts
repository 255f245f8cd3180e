import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { judge } from './judge.ts';
import { mutantOf } from './mutant.ts';
import type { Seeds } from './seeds.ts';

/** What is wrong with a mutant, and how to have it again. */
export interface Found {
  readonly seed: number;
  readonly iteration: number;
  readonly history: readonly string[];
  readonly error: Error;
  /** The mutant in hex. */
  readonly file: string;
}

export interface FuzzOptions {
  readonly seeds: Seeds;
  readonly seed: number;
  /** The first iteration. */
  readonly from?: number;
  /** Is another iteration wanted? */
  readonly goOn: (iteration: number) => boolean;
  /** Where mutants are written. */
  readonly folder: string;
}

/** Judges one mutant after the other, and gives out those with which something is wrong. */
export async function* fuzz({ seeds, seed, from = 0, goOn, folder }: FuzzOptions): AsyncGenerator<Found> {
  const path = join(folder, `mutant-${seed}`);
  const watchdog = new Watchdog(path);
  let stray: Error | undefined;
  const onStray = (error: Error) => {
    stray = error;
  };
  process.on('unhandledRejection', onStray);
  try {
    for (let iteration = from; goOn(iteration); iteration++) {
      const { bytes, history, faithful, random } = mutantOf(seeds, seed, iteration);
      writeFileSync(path, bytes);
      watchdog.expect(iteration);
      let error = await judge({ path, faithful, random }).then(() => undefined, asError);
      error ??= stray;
      stray = undefined;
      if (error === undefined) continue;
      const file = join(folder, `finding-${seed}-${iteration}.hex`);
      writeFileSync(file, `${bytes.toString('hex')}\n`);
      yield { seed, iteration, history, error, file };
    }
  } finally {
    process.off('unhandledRejection', onStray);
    await watchdog.end();
    rmSync(path, { force: true });
  }
}

/** A finding in words. */
export const describeFound = ({ seed, iteration, history, error, file }: Found): string =>
  `seed ${seed}, iteration ${iteration} (${history.join(', ')}), ${file}\n${error.stack ?? error.message}`;

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Seconds without a new mutant after which the process is hung. */
const PATIENCE = 30;

/** Ends the process where it hangs in a mutant, which no timer of its own thread could do. The mutant's file stays. */
class Watchdog {
  readonly #iteration = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;

  constructor(path: string) {
    const code = `
      const { workerData: { iteration, path, patience } } = require('node:worker_threads');
      let last = -1;
      setInterval(() => {
        if (iteration[0] === last) {
          require('node:fs').writeSync(2, 'hangs in iteration ' + last + ': ' + path + '\\n');
          process.kill(process.pid, 'SIGKILL');
        }
        last = iteration[0];
      }, patience * 1000);`;
    this.#worker = new Worker(code, {
      eval: true,
      workerData: { iteration: this.#iteration, path, patience: PATIENCE },
    });
    this.#worker.unref();
  }

  expect(iteration: number): void {
    this.#iteration[0] = iteration;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
