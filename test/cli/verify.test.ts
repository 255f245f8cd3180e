import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import type { Check } from '../../src/check/check.ts';
import { says } from '../../src/proof/behavior.ts';
import { type Script, sentLengths } from '../../src/proof/script.ts';
import { freePort } from '../../src/replay/haproxy.ts';
import { type MockServer, serveBehavior } from '../../src/replay/mock.ts';
import { capture2checkBeside } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { describeWith } from '../support/tools.ts';

const CAPTURE = join(FIXTURES, 'socks5/dante-socks5h-auth-x3/capture.pcap');
const PASSWORD = 'secret';
let good: MockServer;
let refusing: MockServer;
let closed: number;

beforeAll(async () => {
  const { checks, scripts } = await analyze({ paths: [CAPTURE], proof: false });
  const check = checks[0] as Check;
  const lengths = sentLengths(scripts.get(check) as Script);
  const reactions = check.replies.map((messages) => says(Buffer.concat(messages.map(({ bytes }) => bytes))));
  good = await serveBehavior({ reactions }, lengths);
  const refusal = says(Buffer.from('05050001000000000000', 'hex'));
  refusing = await serveBehavior({ reactions: [...reactions.slice(0, 3), refusal] }, lengths);
  closed = await freePort();
});
afterAll(() => Promise.all([good.close(), refusing.close()]));

const at = ({ port }: MockServer): string => `127.0.0.1:${port}`;
const verify = (...args: string[]) => capture2checkBeside(['verify', CAPTURE, ...args]);

describe('verify', () => {
  test('shows one server step by step: exit 0 where it is up', async () => {
    const { code, stdout } = await verify('--to', at(good));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^UP {2}127\.0\.0\.1:[0-9]+ {2}L7OK after [0-9.]+ ms: GET \/generate_204\n/);
    expect(stdout.trimEnd().split('\n')).toHaveLength(11);
    expect(stdout).toMatch(/^ +3 +expect +[0-9.]+ ms +SOCKS5 method: username\/password: 0502$/m);
    expect(stdout).toMatch(/^ +10 +expect +[0-9.]+ ms +204 from the origin: HTTP\/1\.1 204 No {2}\.\.\.$/m);
  });

  test('names the step that failed and what came instead: exit 1', async () => {
    const { code, stdout } = await verify('--to', at(refusing));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^DOWN {2}127\.0\.0\.1:[0-9]+ {2}L7RSP after/);
    expect(stdout).toContain(
      'failed: step 7 (expect SOCKS5 request granted): what came is not it: 05050001000000000000',
    );
  });

  test('puts several servers into a table, and exits 1 where one is down', async () => {
    const { code, stdout } = await verify('--to', at(good), '--to', at(refusing), '--to', `localhost:${closed}`);
    expect(code).toBe(1);
    const [titles, ...rows] = stdout.split('\n\n')[0]?.split('\n') ?? [];
    expect(titles).toMatch(/^ +server +status +step +time +check$/);
    expect(rows.map((row) => row.split(/ +/).slice(0, 4))).toEqual([
      ['UP', at(good), 'L7OK', '-'],
      ['DOWN', at(refusing), 'L7RSP', '7'],
      ['DOWN', `localhost:${closed}`, 'L4CON', '1'],
    ]);
    expect(stdout).toContain('no connection');
  });

  test('--json has the same', async () => {
    const { code, stdout } = await verify('--json', '--to', at(good), '--to', at(refusing));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { server: at(good), title: 'GET /generate_204', up: true, status: 'L7OK', step: null, words: null },
      { server: at(refusing), up: false, status: 'L7RSP', step: 7, received: '05050001000000000000' },
    ]);
  });

  test('shows no secret', async () => {
    for (const args of [['--json'], ['-v'], []]) {
      const { stdout, stderr } = await verify(...args, '--to', at(refusing));
      for (const form of [PASSWORD, Buffer.from(PASSWORD).toString('hex')]) expect(stdout + stderr).not.toContain(form);
    }
  });

  test.each([
    ['without a target', [], /--to/],
    ['without a port', ['--to', 'localhost'], /a name or an address and a port/],
    ['with a port that is none', ['--to', 'localhost:70000'], /a name or an address and a port/],
  ])('%s: usage', async (_name, args, words) => {
    const { code, stdout, stderr } = await verify(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(words);
  });
});

describeWith(['haproxy'], 'verify --haproxy', () => {
  test('says what a real HAProxy says', async () => {
    const { code, stdout } = await verify('--haproxy', 'haproxy', '--to', at(good), '--to', at(refusing));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^UP +127\.0\.0\.1:[0-9]+ +L7OK/m);
    expect(stdout).toMatch(/^DOWN +127\.0\.0\.1:[0-9]+ +L7RSP +7/m);
    expect(stdout).toContain('at step 7 comment: SOCKS5 request granted');
  });

  test('a HAProxy that is none is said: exit 3', async () => {
    const { code, stderr } = await verify('--haproxy', '/nonexistent/haproxy', '--to', at(good));
    expect(code).toBe(3);
    expect(stderr).toContain('/nonexistent/haproxy cannot be used');
  });
});
