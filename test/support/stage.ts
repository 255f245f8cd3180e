import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/replay/haproxy.ts';

/** What HAProxy says of a server: the row of `show stat`. */
type StatRow = Readonly<Record<string, string>>;

/** A web server that counts what it is asked. */
export interface Origin {
  readonly port: number;
  /** The targets that were asked for, with what their requests brought. */
  readonly requests: { readonly url: string; readonly headers: IncomingMessage['headers']; readonly bytes: number }[];
  close(): Promise<void>;
}

/** A real HAProxy that runs a file. */
export interface LiveHaproxy {
  /** All that it said, on both its outputs. */
  said(): string;
  /** A server's row once its check has a verdict; with `wanted`, once it is that one. */
  row(server: string, wanted?: 'UP' | 'DOWN'): Promise<StatRow>;
  command(text: string): Promise<string>;
  stop(): Promise<void>;
}

/** A folder and programs that go when the test is over. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
  readonly #children: ChildProcess[] = [];
  readonly #origins: Origin[] = [];

  constructor() {
    chmodSync(this.folder, 0o755); // squid gives up its rights, and reads its accounts after that
  }

  file(name: string, text: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** A program that listens on a port. */
  async listens(port: number, program: string, ...args: string[]): Promise<ChildProcess> {
    const child = spawn(program, args, { stdio: 'ignore' });
    this.#children.push(child);
    await listening(port);
    return child;
  }

  /** Runs a program to its end; this process goes on meanwhile. */
  run(program: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      let said = '';
      const hear = (chunk: Buffer) => {
        said += chunk.toString('latin1');
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, said }));
    });
  }

  async microsocks(account: readonly string[] = []): Promise<{ port: number; process: ChildProcess }> {
    const port = await freePort();
    return { port, process: await this.listens(port, 'microsocks', '-i', '127.0.0.1', '-p', String(port), ...account) };
  }

  async tinyproxy(): Promise<number> {
    const port = await freePort();
    const config = this.file(`tinyproxy-${port}.conf`, `Port ${port}\nListen 127.0.0.1\nTimeout 60\n`);
    await this.listens(port, 'tinyproxy', '-d', '-c', config);
    return port;
  }

  /** With an account, known only by the hash of its password. */
  async squid({ user, password }: { user: string; password: string }): Promise<number> {
    const port = await freePort();
    const { stdout: hash } = spawnSync('openssl', ['passwd', '-6', '-stdin'], { input: password, encoding: 'utf8' });
    const accounts = this.file(`squid-${port}.accounts`, `${user}:${hash.trim()}\n`);
    const lines = [
      `http_port 127.0.0.1:${port}`,
      'pid_filename none',
      'cache_log /dev/null',
      'access_log none',
      'cache deny all',
      `coredump_dir ${this.folder}`,
      'visible_hostname proxy.test',
      'shutdown_lifetime 0 seconds',
      `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${accounts}`,
      'auth_param basic children 1 startup=1 idle=1',
      'auth_param basic casesensitive on', // else it asks for the user in lower case
      'acl known proxy_auth REQUIRED',
      'http_access deny !known',
      'http_access allow all',
    ];
    await this.listens(port, 'squid', '-N', '-f', this.file(`squid-${port}.conf`, `${lines.join('\n')}\n`));
    return port;
  }

  /** Answers as told, 204 by default, and closes no connection by itself. */
  async origin(
    answer: (response: ServerResponse) => void = (response) => response.writeHead(204).end(),
  ): Promise<Origin> {
    const requests: Origin['requests'][number][] = [];
    const server = createServer((request, response) => {
      const { url = '', headers, socket } = request;
      requests.push({ url, headers, bytes: socket.bytesRead });
      answer(response);
    });
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
    );
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    this.#origins.push({ port, requests, close });
    return { port, requests, close };
  }

  /** Runs a file as it is; a second one beside it opens a socket for questions. */
  async haproxy(config: string, env: Readonly<Record<string, string>> = {}): Promise<LiveHaproxy> {
    const port = await freePort();
    const path = this.file(`haproxy-${port}.cfg`, config);
    const beside = this.file(`stats-${port}.cfg`, `global\n    stats socket ipv4@127.0.0.1:${port} level admin\n`);
    const child = spawn('haproxy', ['-db', '-f', path, '-f', beside], { env: { ...process.env, ...env } });
    this.#children.push(child);
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk.toString('latin1');
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const command = (text: string) => ask(port, `${text}\n`);
    await listening(port, () => {
      if (child.exitCode !== null) throw new Error(`haproxy ended: ${said}`);
    });
    return {
      said: () => said,
      command,
      async row(server, wanted) {
        for (let tries = 0; ; tries++) {
          const row = rowsOf(await command('show stat -1 4 -1')).find(({ svname }) => svname === server);
          // While a check runs its status is marked, and the rest of the row is blank (2.6, 3.4).
          const judged = row && row['check_status'] !== 'INI' && !row['check_status']?.startsWith('* ');
          if (judged && (wanted === undefined || row['status']?.startsWith(wanted))) return row;
          if (tries > 400)
            throw new Error(`${server} is never ${wanted}: ${row?.['check_status']} ${row?.['last_chk']}`);
          await sleep(25);
        }
      },
      async stop() {
        child.kill('SIGTERM');
        await exit;
      },
    };
  }

  async end(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(this.#origins.map(({ close }) => close()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The rows of `show stat`; line ends inside quotes do not come up in what the tests ask for. */
function rowsOf(csv: string): StatRow[] {
  const [titles = '', ...rows] = csv.trim().split('\n');
  const columns = titles.replace(/^# /, '').split(',');
  return rows.map((row) => {
    const fields = [...row.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/g)].map(
      ([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain,
    );
    return Object.fromEntries(columns.map((column, at) => [column, fields[at] ?? '']));
  });
}

function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.end(command));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
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

async function listening(port: number, check = () => {}): Promise<void> {
  for (let tries = 0; !(await answers(port)); tries++) {
    check();
    if (tries > 400) throw new Error(`nothing listens on port ${port}`);
    await sleep(25);
  }
}
