import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Rules to be run against one server. */
export interface HaproxyTrial {
  readonly rules: readonly string[];
  readonly address: string;
  readonly port: number;
}

/** What HAProxy said of a trial. */
export interface HaproxyVerdict {
  /** `L7OK`, `L7RSP`, `L7TOUT`, `SOCKERR`, `L4CON` … as in the column `check_status` of `show stat`. */
  readonly status: string;
  readonly up: boolean;
  /** Milliseconds that the check took. */
  readonly duration: number;
  /** HAProxy's own words: which step failed and why. */
  readonly description: string;
}

export interface HaproxyOptions {
  /** The binary; a name is looked up on the PATH. */
  readonly binary: string;
  /** Milliseconds a check may take. */
  readonly timeout: number;
  /** Milliseconds after which a check is repeated; half a second unless said otherwise. */
  readonly interval?: number;
}

/** HAProxy could not be run, or did not take the configuration. */
export class HaproxyError extends Error {
  override readonly name = 'HaproxyError';
}

/**
 * Runs checks in one real HAProxy, a backend each, and waits for the verdict on every one. No files: the configuration goes in on
 * stdin and the verdicts come out of a stats socket on loopback. Throws HaproxyError.
 */
export async function runHaproxy(trials: readonly HaproxyTrial[], options: HaproxyOptions): Promise<HaproxyVerdict[]> {
  for (let tries = 1; ; tries++) {
    const haproxy = await startHaproxy(trials, options);
    try {
      return await haproxy.verdicts();
    } catch (error) {
      // Between finding a free port and binding it somebody else may have taken it.
      if (tries === 3 || !(error instanceof HaproxyError) || !/cannot bind/i.test(error.message)) throw error;
    } finally {
      await haproxy.stop();
    }
  }
}

export interface RunningHaproxy {
  /** The last verdict on each trial; waits for the first one. */
  verdicts(): Promise<HaproxyVerdict[]>;
  stop(): Promise<void>;
}

/** How often checks are repeated, in milliseconds, and the time over which the first ones are spread. */
const INTERVAL = 500;
/** How often the statistics are asked for: to read those of a thousand checks takes a while, and the mock servers wait for it. */
const POLL = 50;
/** How long HAProxy may take to start. */
const START = 5000;

/** Starts HAProxy with the trials; it goes on checking until stopped. */
export async function startHaproxy(trials: readonly HaproxyTrial[], options: HaproxyOptions): Promise<RunningHaproxy> {
  const [statsPort, idlePort] = [await freePort(), await freePort()];
  // Node's pipes are sockets, which cannot be opened as /dev/stdin; cat makes a real pipe of it.
  const child = spawn('sh', ['-c', 'cat | exec "$0" -db -f /dev/stdin', options.binary], {
    stdio: ['pipe', 'ignore', 'pipe'],
    detached: true, // a process group of its own, to be ended as one
  });
  let complaints = '';
  let ended = false;
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const exit = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      complaints += error.message;
      ended = true;
      resolve();
    });
    child.on('exit', () => {
      ended = true;
      resolve();
    });
  });
  child.stdin.on('error', () => {}); // it may refuse to start before it has read all
  child.stdin.end(configuration(trials, options, statsPort, idlePort));

  const statistics = async (): Promise<Map<string, Record<string, string>>> => {
    const deadline = Date.now() + START;
    for (;;) {
      if (ended) throw new HaproxyError(complaints.trim() || 'it ended without a word');
      try {
        return parseStatistics(await ask(statsPort, 'show stat -1 4 -1\n'));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
        if (Date.now() > deadline) throw new HaproxyError('it does not answer');
        await sleep(20);
      }
    }
  };
  const stop = async () => {
    if (!ended && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await exit;
  };
  return {
    stop,
    async verdicts() {
      const deadline = Date.now() + options.timeout + 2 * INTERVAL + 5000;
      const verdicts = new Map<string, HaproxyVerdict>();
      for (;;) {
        for (const [name, row] of await statistics()) {
          const status = row['check_status'] ?? '';
          // While a check runs, its status is marked "* " and the rest of the row is blank (2.6, 3.4).
          if (status !== 'INI' && !status.startsWith('* ')) verdicts.set(name, verdictOf(row, status));
        }
        if (verdicts.size >= trials.length) return trials.map((_, at) => verdicts.get(`trial${at}`) as HaproxyVerdict);
        if (Date.now() > deadline) {
          throw new HaproxyError(`no verdict on ${trials.length - verdicts.size} of ${trials.length} checks`);
        }
        await sleep(POLL);
      }
    },
  };
}

const verdictOf = (row: Record<string, string>, status: string): HaproxyVerdict => ({
  status,
  up: (row['status'] ?? '').startsWith('UP'),
  duration: Number(row['check_duration']),
  description: row['last_chk'] ?? '',
});

function configuration(
  trials: readonly HaproxyTrial[],
  { timeout, interval = INTERVAL }: HaproxyOptions,
  statsPort: number,
  idlePort: number,
): string {
  const lines = [
    'global',
    `    stats socket ipv4@127.0.0.1:${statsPort} level operator`,
    `    max-spread-checks ${INTERVAL}ms`,
    'defaults',
    '    mode tcp',
    '    timeout connect 2s',
    '    timeout client 5s',
    '    timeout server 5s',
    `    timeout check ${timeout}ms`,
    'listen idle', // without a listener HAProxy does not start
    `    bind 127.0.0.1:${idlePort}`,
  ];
  trials.forEach(({ rules, address, port }, at) => {
    lines.push(`backend trial${at}`, ...rules.map((rule) => `    ${rule}`));
    const host = address.includes(':') ? `[${address}]` : address;
    lines.push(`    server checked ${host}:${port} check inter ${interval}ms rise 1 fall 1`);
  });
  return `${lines.join('\n')}\n`;
}

/** The rows of `show stat`, by proxy name. Its CSV has quoted fields with doubled quotes, and line ends inside them. */
function parseStatistics(csv: string): Map<string, Record<string, string>> {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n"]*))(,|\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ',') rows.push([]);
  }
  const [titles = [], ...body] = rows;
  const columns = titles.map((title) => title.replace(/^# /, ''));
  const named = body.filter((row) => row.length > 1 && row.length >= columns.length - 1); // a busy HAProxy may answer nothing
  return new Map(
    named.map((row) => [row[0] as string, Object.fromEntries(columns.map((column, at) => [column, row[at] ?? '']))]),
  );
}

/** One command to the stats socket and its whole answer. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(command));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** A TCP port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
