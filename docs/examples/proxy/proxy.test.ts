import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import 'capture2check/vitest';
import { expect, test } from 'vitest';
import { createProxy } from './proxy.ts';

const listening = (server: Server) =>
  new Promise<AddressInfo>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address() as AddressInfo)));
const behavior = readFileSync(new URL('behavior.json', import.meta.url), 'utf8');

test('the proxy behaves as it was recorded', async () => {
  const [proxy, origin] = [createProxy(), createServer((_, answer) => answer.writeHead(204, { server: 'x' }).end())];
  const [{ port }, { port: probe }] = [await listening(proxy), await listening(origin)];
  await expect({ host: '127.0.0.1', port }).toBehaveLike(behavior, { probe: `http://127.0.0.1:${probe}/` });
  for (const server of [proxy, origin]) server.close();
});
