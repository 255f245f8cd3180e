import { createServer } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { haproxyRules } from '../../src/emit/haproxy/rules.ts';
import { type HttpCheck, httpRequestBytes } from '../../src/proof/http-rule.ts';
import { startHaproxy } from '../../src/replay/haproxy.ts';
import { httpCheckFor, requests } from '../support/http-requests.ts';
import { describeWith } from '../support/tools.ts';

describeWith(['haproxy'], 'a real HAProxy sends the request that the model says', () => {
  const checks = fc
    .sample(requests, { numRuns: 600, seed: 6 })
    .map(httpCheckFor)
    .filter((check): check is HttpCheck => typeof check === 'object');
  const received = checks.map(() => Buffer.alloc(0) as Buffer);
  const servers = checks.map((_, at) =>
    createServer((socket) => {
      let bytes = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        received[at] = bytes;
        if (bytes.includes('\r\n\r\n')) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      });
    }),
  );

  beforeAll(async () => {
    const ports = await Promise.all(
      servers.map(
        (server) =>
          new Promise<number>((resolve) =>
            server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
          ),
      ),
    );
    const trials = checks.map((http, at) => ({
      rules: haproxyRules({ kind: 'http-check', http, caveats: [] }),
      address: '127.0.0.1',
      port: ports[at] ?? 0,
    }));
    const haproxy = await startHaproxy(trials, { binary: 'haproxy', timeout: 2000 });
    await haproxy.verdicts();
    await haproxy.stop();
  }, 60_000);

  afterAll(() => {
    for (const server of servers) server.close();
  });

  test('there are many', () => expect(checks.length).toBeGreaterThan(50));

  test.each(checks.map(({ send }, at) => ({ line: `${send.method} ${send.uri} ${send.version}`, send, at })))(
    '$at: $line',
    ({ send, at }) =>
      expect(received[at]?.toString('latin1')).toBe(Buffer.from(httpRequestBytes(send)).toString('latin1')),
  );
});
