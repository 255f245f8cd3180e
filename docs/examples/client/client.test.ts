import { readFileSync } from 'node:fs';
import { withServer } from 'capture2check/vitest';
import { expect, test } from 'vitest';
import { statusThrough } from './client.ts';

const proxy = readFileSync(new URL('proxy.json', import.meta.url), 'utf8');

test('the client talks through the recorded proxy', () =>
  withServer(proxy, async (server) => expect(await statusThrough(server, 'any.example', '/')).toBe(204)));

test('and says so when the proxy refuses', () =>
  withServer(proxy, (server) => expect(statusThrough(server, 'any.example', '/')).rejects.toThrow('refused: 5'), {
    fault: 'reply 2: connection refused (05), IPv4, then closed',
  }));
