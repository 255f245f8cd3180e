import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { says } from '../../src/proof/behavior.ts';
import { DEFAULT_FORM } from '../../src/proof/form.ts';
import { proveCheck } from '../../src/proof/prove.ts';
import { confirms } from '../../src/proof/run.ts';
import { composeScript, scriptOfRules, sentLengths } from '../../src/proof/script.ts';
import { freePort } from '../../src/replay/haproxy.ts';
import { checkLive, type LiveVerdict } from '../../src/replay/live.ts';
import { serveBehavior } from '../../src/replay/mock.ts';
import { checkOf, TALKS } from '../support/proof.ts';
import { binary, CONNECT, rbinary, send } from '../support/tcp-rules.ts';

/** Milliseconds a check may take. */
const TIMEOUT = 2000;
const OPTIONS = { timeout: TIMEOUT, connectTimeout: 2000 };
/** Servers at a time. */
const BATCH = 40;

describe('over a real socket a check is judged as in the model', () => {
  test.each(['SOCKS5 with a password', 'HTTP proxy', 'HTTP CONNECT'])(
    '%s, against every twin and variant',
    async (name) => {
      const check = checkOf(TALKS[name] as (typeof TALKS)[string], true);
      const script = composeScript(check, DEFAULT_FORM);
      const { rows } = proveCheck(script, check.replies, TIMEOUT);
      const told: string[] = [];
      for (let at = 0; at < rows.length; at += BATCH) {
        const batch = rows.slice(at, at + BATCH).map(async ({ name: row, behavior, verdict }) => {
          const server = await serveBehavior(behavior, sentLengths(script));
          const live = await checkLive(script, { host: '127.0.0.1', port: server.port }, OPTIONS);
          await server.close();
          const same = confirms(live, verdict);
          return same
            ? []
            : [`${row}: ${live.status} at ${live.step}, in the model ${verdict.status} at ${verdict.step}`];
        });
        told.push(...(await Promise.all(batch)).flat());
      }
      expect(rows.length).toBeGreaterThan(50);
      expect(told).toEqual([]);
    },
    60_000,
  );
});

describe('what cannot be connected to', () => {
  const script = scriptOfRules([CONNECT, send('x'), binary('00')]);
  const told = ({ status, up, step }: LiveVerdict) => ({ status, up, step });

  test('a port where nobody listens is L4CON', async () => {
    const live = await checkLive(script, { host: '127.0.0.1', port: await freePort() }, OPTIONS);
    expect(told(live)).toEqual({ status: 'L4CON', up: false, step: 1 });
    expect(live.problem).toContain('ECONNREFUSED');
  });

  test('a name that does not exist is L4CON, with the name', async () => {
    const live = await checkLive(script, { host: 'nobody.invalid', port: 1 }, OPTIONS);
    expect(told(live)).toEqual({ status: 'L4CON', up: false, step: 1 });
    expect(live.problem).toContain('nobody.invalid');
  });
});

describe('what was passed is told with its moment and its bytes', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => setTimeout(() => socket.write(Buffer.from([5, 0])), 60));
    });
    await new Promise<void>((resolve) => server.listen(0, '::1', () => resolve()));
    port = (server.address() as { port: number }).port;
  });
  afterAll(() => void server.close());

  test('step by step, over IPv6', async () => {
    const rules = [CONNECT, send('x'), rbinary('^0500', { min: 2 }), send('y'), rbinary('^05', { min: 1 })];
    const { up, steps, status } = await checkLive(scriptOfRules(rules), { host: '::1', port }, OPTIONS);
    expect({ up, status }).toEqual({ up: true, status: 'L7OK' });
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(Buffer.from(steps[2]?.received ?? [])).toEqual(Buffer.from([5, 0]));
    const [, sent, answered, again, last] = steps.map(({ at }) => at);
    expect((answered as number) - (sent as number)).toBeGreaterThan(40);
    expect((last as number) - (again as number)).toBeGreaterThan(40);
  });

  test('a server that says nothing more is a time-out at its step', async () => {
    const silent = await serveBehavior({ reactions: [says(Buffer.from([5]))] }, [1]);
    const script = scriptOfRules([CONNECT, rbinary('^0500', { min: 2 })]);
    const live = await checkLive(script, { host: '127.0.0.1', port: silent.port }, { ...OPTIONS, timeout: 200 });
    await silent.close();
    expect(live).toMatchObject({ status: 'L7TOUT', step: 2, up: false });
    expect(live.elapsed).toBeGreaterThan(190);
    expect(Buffer.from(live.received)).toEqual(Buffer.from([5]));
  });
});
