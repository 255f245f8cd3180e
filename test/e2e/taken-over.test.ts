import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { sentBy } from '../../src/proof/audit/asked.ts';
import { freePort } from '../../src/replay/haproxy.ts';
import { TAKEN_OVER } from '../emit/taken-over.ts';
import { backend, only } from '../support/config.ts';
import { describeWith } from '../support/tools.ts';

/** Milliseconds in which HAProxy makes its first check of every server. */
const WAIT = 2500;

/** A server that keeps what its first connection brings. */
class Listener {
  readonly server: Server = createServer();
  /** Undefined before there is one. */
  first: string | undefined;

  async listen(): Promise<this> {
    this.server.on('connection', (socket) => {
      const isFirst = this.first === undefined;
      this.first ??= '';
      socket.on('error', () => socket.destroy());
      socket.on('data', (bytes) => {
        if (isFirst) this.first += bytes.toString('latin1');
      });
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }
}

// What a checker of another protocol sends is not read.
const ROWS = TAKEN_OVER.filter(([, , , rules]) => !rules.includes('redis-check'));

describeWith(['haproxy'], 'a real HAProxy sends what a section takes over from its defaults', () => {
  let listeners: Listener[] = [];

  beforeAll(async () => {
    listeners = await Promise.all(ROWS.map(() => new Listener().listen()));
    const times = ['mode tcp', 'timeout connect 1s', 'timeout client 1s', 'timeout server 1s', 'timeout check 1s'];
    const lines = ROWS.flatMap(([, defaults, own], at) => [
      ...defaults,
      ...times,
      `backend b${at}`,
      ...own,
      `server s 127.0.0.1:${listeners[at]?.port} check inter 500ms`,
    ]);
    const idle = ['defaults', ...times, 'listen idle', `bind 127.0.0.1:${await freePort()}`];
    const haproxy = spawn('sh', ['-c', 'cat | exec haproxy -db -f /dev/stdin'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    haproxy.stdin.end(`${[...lines, ...idle].join('\n')}\n`);
    await sleep(WAIT);
    if (haproxy.pid !== undefined) process.kill(-haproxy.pid, 'SIGKILL');
    for (const { server } of listeners) server.close();
  }, 30_000);

  test.each(ROWS.map(([sentence], at) => ({ sentence, at })))('$sentence', ({ at }) => {
    const [, defaults, own] = ROWS[at] as (typeof ROWS)[number];
    const sent = sentBy(only([...defaults, backend(...own)].join('\n')));
    const expected = sent.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('');
    // Of a connection that HAProxy resets at once nothing is seen.
    expect(listeners[at]?.first ?? '').toBe(expected);
  });
});
