import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scriptOfRules } from '../../src/proof/script.ts';
import { checkLive } from '../../src/replay/live.ts';
import { CLI, capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { binary, CONNECT, send } from '../support/tcp-rules.ts';
import { hex } from '../support/wire.ts';

const CAPTURE = join(FIXTURES, 'socks5/microsocks-socks5h-x3/capture.pcap');
const REFUSED = join(FIXTURES, 'socks5/dante-fail-refused-x3/capture.pcap');

/** Runs `serve` until it has said its address, lets `use` have it, and ends it. */
async function served(args: readonly string[], use: (address: { address: string; port: number }) => Promise<void>) {
  const child = spawn(process.execPath, [CLI, 'serve', CAPTURE, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const line = await new Promise<string>((resolve) =>
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  await use(JSON.parse(line) as { address: string; port: number });
  child.kill('SIGTERM');
  return { code: await ended, stderr, line };
}

const greet = ({ address, port }: { address: string; port: number }) =>
  checkLive(
    scriptOfRules([CONNECT, send(hex('050100')), binary('0500')]),
    { host: address, port },
    { timeout: 2000, connectTimeout: 2000 },
  );

describe('serve', () => {
  test('says its address as JSON, a line for each connection, and ends on SIGTERM: exit 0', async () => {
    const { code, stderr, line } = await served([], async (address) => {
      expect((await greet(address)).status).toBe('L7OK');
      await new Promise((resolve) => setTimeout(resolve, 100));
    });
    expect(line).toMatch(/^\{"address":"127\.0\.0\.1","port":[0-9]+\}\n$/);
    expect(stderr).toMatch(
      /^capture2check: connection 1 from 127\.0\.0\.1:[0-9]+: 3 bytes in, 2 out, 1 requests answered\n$/,
    );
    expect(code).toBe(0);
  });

  test('breaks as it is told', async () => {
    await served(['--fault', 'reply 1: no acceptable methods (ff), then closed'], async (address) => {
      const live = await greet(address);
      expect({ status: live.status, received: Buffer.from(live.received).toString('hex') }).toEqual({
        status: 'L7RSP',
        received: '05ff',
      });
    });
  });

  test('--list-faults names the broken twins', () => {
    const { code, stdout } = capture2check(['serve', CAPTURE, '--list-faults']);
    const names = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(names).toContain('reply 1: silence');
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([
    ['a fault that is none', [CAPTURE, '--fault', 'x'], 2, /no fault is called "x"/],
    ['faults of a server that does not work', [REFUSED, '--list-faults'], 1, /no dialogue here does/],
    ['a place that is none', [CAPTURE, '--listen', 'x'], 2, /a name or an address and a port/],
    [
      'a port that is taken by nobody we may be',
      [CAPTURE, '--listen', '192.0.2.1:0'],
      3,
      /--listen 192\.0\.2\.1:0: this machine does not have the address; /,
    ],
  ])('%s', (_name, args, code, words) => {
    const result = capture2check(['serve', ...args]);
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(words);
  });
});
