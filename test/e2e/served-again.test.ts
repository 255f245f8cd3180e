import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compareDialogues, isSame } from '../../src/fixture/compare.ts';
import { fixtureText } from '../../src/fixture/write.ts';
import { readCapture, serveFixture, toFixture } from '../../src/index.ts';
import { parseFixture } from '../../src/library.ts';
import { captureOf } from '../support/fixtures.ts';
import { recordCurl } from '../support/record.ts';
import { describeWith, mayRecord } from '../support/tools.ts';

/** What curl was told when the case was recorded, but for the address of the proxy. */
const SESSIONS: readonly (readonly [name: string, proxy: string, url: string, ...more: string[]])[] = [
  ['socks5/dante-socks5h-x3', 'socks5h://', 'http://client3.google.test/generate_204'],
  ['socks5/dante-socks5h-auth-x3', 'socks5h://lab:secret@', 'http://client3.google.test/generate_204'],
  ['socks5/microsocks-socks5h-x3', 'socks5h://', 'http://client3.google.test/generate_204'],
  ['socks4/dante-socks4-x3', 'socks4://', 'http://client3.google.test/generate_204', '--resolve', '*:80:198.51.100.1'],
  ['http/squid-http-auth-x3', 'http://lab:secret@', 'http://client3.google.test/generate_204'],
  ['connect/tinyproxy-connect-plain-auth-x3', 'http://lab:secret@', 'http://client3.google.test/generate_204', '-p'],
  ['connect/squid-connect-plain-x3', 'http://', 'http://client3.google.test/generate_204', '-p'],
];

describeWith(['curl', 'tcpdump'], 'capture, fixture, server, curl through it, recorded again', () => {
  const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.skipIf(!mayRecord() && !process.env['CI']).each(SESSIONS)(
    '%s is the same dialogue',
    async (name, proxy, url, ...more) => {
      const before = await readCapture(captureOf(name));
      const fixture = fixtureText(toFixture(before, { name: 'a.pcap', sha256: null, frames: 100 }));
      const server = await serveFixture(parseFixture(fixture).dialogues, { timing: 'recorded' });
      const capture = join(folder, `${name.replace('/', '-')}.pcap`);
      await recordCurl(capture, server.port, [...more, '-x', `${proxy}127.0.0.1:${server.port}`, url]);
      await server.close();
      const comparison = compareDialogues(before, await readCapture(capture));
      expect(comparison.pairs).toMatchObject([{ samples: { before: before.length, after: 1 }, changes: [], tcp: [] }]);
      expect(isSame(comparison)).toBe(true);
    },
  );
});
