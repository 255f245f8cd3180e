import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';

/** A program and what it is given. */
export interface Contestant {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** A folder that it fills, and that is removed after each run. */
  readonly fills?: string;
}

/** The median of several runs. */
export interface Measured {
  readonly name: string;
  /** Elapsed seconds, and those that all cores worked. */
  readonly seconds: number;
  readonly cpuSeconds: number | undefined;
  /** Peak resident memory in MB; undefined without GNU time. */
  readonly memory: number | undefined;
}

/** GNU time tells what a program needed; without it only elapsed time is known. */
const TIME = '/usr/bin/time';

/** Is a program there? */
export const isInstalled = (program: string): boolean =>
  program === process.execPath || spawnSync('which', [program]).status === 0;

/** Runs all contestants one after the other, so often, so that what else the machine does meets all of them. */
export function measure(contestants: readonly Contestant[], runs: number, cwd: string): Measured[] {
  const all = contestants.map((): Run[] => []);
  for (let run = 0; run < runs; run++) {
    contestants.forEach((contestant, at) => {
      all[at]?.push(runOnce(contestant, cwd));
    });
  }
  return contestants.map(({ name }, at) => {
    const own = all[at] as Run[];
    const median = (what: keyof Run) => medianOf(own.map((each) => each[what]));
    return { name, seconds: median('seconds') as number, cpuSeconds: median('cpuSeconds'), memory: median('memory') };
  });
}

interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number | undefined;
  readonly memory: number | undefined;
}

function runOnce({ name, command, fills }: Contestant, cwd: string): Run {
  const timed = existsSync(TIME);
  const [program, ...args] = timed ? [TIME, '-f', '%U %S %M', ...command] : command;
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'], maxBuffer: 2 ** 28 });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  if (fills !== undefined) rmSync(fills, { recursive: true, force: true });
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  if (!timed) return { seconds, cpuSeconds: undefined, memory: undefined };
  const said = / ?([0-9.]+) ([0-9.]+) ([0-9]+)\s*$/.exec(String(stderr))?.slice(1).map(Number);
  const [user = 0, system = 0, kilobytes = 0] = said ?? [];
  return { seconds, cpuSeconds: user + system, memory: kilobytes / 1024 };
}

function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return known[known.length >> 1];
}
