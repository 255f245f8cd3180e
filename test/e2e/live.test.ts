import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, startHaproxy } from '../../src/replay/haproxy.ts';
import { CLI } from '../support/cli.ts';
import { recordCurl } from '../support/record.ts';
import { describeWith, mayRecord, run } from '../support/tools.ts';

describeWith(['haproxy', 'tcpdump', 'curl', 'microsocks', 'nginx'], 'a live proxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
  const children: ChildProcess[] = [];
  let proxyPort = 0;
  let originPort = 0;
  let origin: ChildProcess;

  beforeAll(async () => {
    [proxyPort, originPort] = [await freePort(), await freePort()];
    start('microsocks', '-i', '127.0.0.1', '-p', String(proxyPort));
    origin = startOrigin();
    await Promise.all([listening(proxyPort), listening(originPort)]);
  });

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  // Without the right to record there is nothing to try; CI runs as root.
  test.skipIf(!mayRecord() && !process.env['CI'])(
    'a recorded session gives a check that is UP, and DOWN at once when the origin stops',
    async () => {
      const capture = join(folder, 'session.pcap');
      const url = `http://127.0.0.1:${originPort}/generate_204`;
      await recordCurl(capture, proxyPort, ['-x', `socks5h://127.0.0.1:${proxyPort}`, url]);
      const rules = run(process.execPath, CLI, '-q', capture)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '' && !line.startsWith('#'));
      expect(rules[0]).toBe('option tcp-check');

      const timeout = 2000;
      const haproxy = await startHaproxy([{ rules, address: '127.0.0.1', port: proxyPort }], {
        binary: 'haproxy',
        timeout,
      });
      try {
        expect(await haproxy.verdicts()).toMatchObject([{ up: true, status: 'L7OK' }]);
        origin.kill('SIGKILL');
        await closed(originPort);
        let [verdict] = await haproxy.verdicts();
        for (let tries = 0; verdict?.up && tries < 100; tries++) {
          await sleep(20);
          [verdict] = await haproxy.verdicts();
        }
        expect(verdict).toMatchObject({ up: false, status: 'L7RSP' });
        expect(verdict?.description).toContain('SOCKS5 request granted');
        expect(verdict?.duration).toBeLessThan(timeout / 4);
      } finally {
        await haproxy.stop();
      }
    },
  );

  function start(program: string, ...args: string[]): ChildProcess {
    const child = spawn(program, args, { stdio: 'ignore' });
    children.push(child);
    return child;
  }

  function startOrigin(): ChildProcess {
    const config = join(folder, 'nginx.conf');
    writeFileSync(
      config,
      `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http { access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((each) => `${each}_temp_path ${folder}/${each};`).join(' ')}
  server { listen 127.0.0.1:${originPort}; location = /generate_204 { return 204; } } }`,
    );
    return start('nginx', '-e', join(folder, 'error.log'), '-c', config);
  }
});

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

async function listening(port: number): Promise<void> {
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 200) throw new Error(`nothing listens on port ${port}`);
    await sleep(25);
  }
}

async function closed(port: number): Promise<void> {
  while (await answers(port)) await sleep(25);
}
