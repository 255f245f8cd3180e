import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixtureText, readCapture, toFixture } from '../src/index.ts';
import { withServer } from '../src/vitest.ts';
import { FIXTURES } from './support/fixtures.ts';

const CASES = [
  'socks5/dante-socks5h-x3',
  'socks5/dante-socks5h-auth-x3',
  'socks4/dante-socks4-x3',
  'http/squid-http-x3',
  'connect/tinyproxy-connect-plain-x3',
  'socks5/dante-fail-refused-x3',
];
const fixtureOf = async (name: string): Promise<string> => {
  const dialogues = await readCapture(join(FIXTURES, name, 'capture.pcap'));
  return fixtureText(toFixture(dialogues.slice(0, 1), { name: 'capture.pcap', sha256: null, frames: 100 }));
};

describe('a server behaves like the fixture that it is served from', () => {
  test.each(CASES)('%s', async (name) => {
    const fixture = await fixtureOf(name);
    await withServer(fixture, (server) => expect(server).toBehaveLike(fixture));
  });
});

describe('what is different fails, and is named', () => {
  const at = 'socks5/dante-socks5h-x3';

  test.each([
    [
      'reply 1: no acceptable methods (ff), then closed',
      'recorded SOCKS5 method: none, now SOCKS5 no acceptable methods (ff)',
    ],
    [
      'reply 2: connection refused (05), IPv4, then closed',
      'recorded SOCKS5 request granted, now SOCKS5 connection refused (05)',
    ],
    ['reply 3: 503 as HTTP/1.0, then closed', 'now HTTP 503 Service Unavailable'],
    ['reply 2: closed without a word', 'recorded SOCKS5 request granted, now no reply'],
  ])('%s', async (fault, words) => {
    const fixture = await fixtureOf(at);
    await withServer(
      fixture,
      async (server) => {
        await expect(expect(server).toBehaveLike(fixture, { timeout: 500 })).rejects.toThrow(words);
        await expect(server).not.toBehaveLike(fixture, { timeout: 500 });
      },
      { fault },
    );
  });

  test('a server that is not there is the system error', async () => {
    await expect(expect({ host: '127.0.0.1', port: 1 }).toBehaveLike(await fixtureOf(at))).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  test('a fault that is none is refused', async () => {
    await expect(withServer(await fixtureOf(at), () => {}, { fault: 'x' })).rejects.toThrow('no fault is called "x"');
  });
});
