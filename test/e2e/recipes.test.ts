import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../src/replay/haproxy.ts';
import { capture2check } from '../support/cli.ts';
import { type Origin, Stage } from '../support/stage.ts';
import { describeWith } from '../support/tools.ts';
import { framesOf, hex, pcapFile, Talk } from '../support/wire.ts';

const DOCS = readFileSync(new URL('../../docs/haproxy.md', import.meta.url), 'utf8');
const RECIPES = new Map(
  (DOCS.split('\n## Recipes\n')[1] ?? '')
    .split('\n## ', 1)[0]
    ?.split('\n### ')
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text] as const),
);

/** The one block of a recipe, as it stands in docs/haproxy.md. */
function blockOf(recipe: string, language: 'console' | 'haproxy'): string {
  const blocks = [...(RECIPES.get(recipe) ?? '').matchAll(/^```(\w+)\n(.*?)\n```$/gms)];
  expect(blocks.map(([, each]) => each)).toEqual([language]);
  return blocks[0]?.[2] as string;
}

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
const NAMES = [
  'Several proxies behind one listen',
  'Connections of a proxy that went down',
  'Times for all servers',
  'The check goes elsewhere',
  'What checks cost the origin',
];

test('every recipe of the docs is run here', () => expect([...RECIPES.keys()]).toEqual(NAMES));

describeWith(['haproxy', 'microsocks', 'curl'], 'the recipes of docs/haproxy.md', () => {
  const stage = new Stage();
  let origin: Origin;
  let proxies: Awaited<ReturnType<Stage['microsocks']>>[] = [];

  beforeAll(async () => {
    proxies = [await stage.microsocks(), await stage.microsocks()];
  });
  afterAll(() => stage.end());

  const portOf = (at: number): number => proxies[at]?.port as number;
  const talk = (): Talk =>
    new Talk({ server: `127.0.0.1:${portOf(0)}` })
      .handshake()
      .client(hex('050100'))
      .server(hex('0500'))
      .client(Buffer.concat([hex('05010001 7f000001'), u16(origin.port)]))
      .server(hex('05000001 00000000 0000'))
      .client(`GET /generate_204 HTTP/1.1\r\nHost: 127.0.0.1:${origin.port}\r\n\r\n`)
      .server(ANSWER);

  /** What the first recipe's command prints, with the addresses of the stage in place of those of the docs; checks come often. */
  async function section(): Promise<{ script: string; port: number }> {
    const port = await freePort();
    const [program, capture, ...args] = blockOf('Several proxies behind one listen', 'console')
      .replace(/^\$ /, '')
      .split(' ');
    expect([program, capture]).toEqual(['capture2check', 'session.pcap']);
    const staged = args.map((each) =>
      each
        .replace('192.0.2.1:1080', `127.0.0.1:${portOf(0)}`)
        .replace('192.0.2.2:1080', `127.0.0.1:${portOf(1)}`)
        .replace('127.0.0.1:1081', `127.0.0.1:${port}`),
    );
    const input = pcapFile(framesOf(talk().segments));
    const { code, stdout, stderr } = capture2check(['-', '-q', '--complete', ...staged], { input });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^ +default-server inter 5s fall 3 rise 2$/m);
    return { script: stdout.replace('inter 5s', 'inter 300ms'), port };
  }
  /** The section with a line below its own default-server. */
  const withLine = (script: string, line: string): string =>
    script.replace(/^ +default-server .*$/m, `$&\n    ${line}`);
  const curl = (port: number, url: string) =>
    stage.run(
      'curl',
      '-sS',
      '-m',
      '3',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      '-x',
      `socks5h://127.0.0.1:${port}`,
      url,
    );

  describe('Several proxies behind one listen', () => {
    test('the backup takes over when the first is gone', async () => {
      origin = await stage.origin();
      const { script, port } = await section();
      const haproxy = await stage.haproxy(script);
      try {
        expect(await haproxy.row('one', 'UP')).toMatchObject({ check_status: 'L7OK' });
        expect(await haproxy.row('two', 'UP')).toMatchObject({ check_status: 'L7OK', bck: '1' });
        const url = `http://127.0.0.1:${origin.port}/x`;
        expect((await curl(port, url)).said).toBe('204');
        expect(await haproxy.row('one')).toMatchObject({ lbtot: '1' });
        proxies[0]?.process.kill('SIGKILL');
        await haproxy.row('one', 'DOWN');
        expect((await curl(port, url)).said).toBe('204');
        expect(await haproxy.row('two')).toMatchObject({ lbtot: '1' });
      } finally {
        await haproxy.stop();
        proxies[0] = await stage.microsocks();
      }
    });
  });

  describe('Connections of a proxy that went down', () => {
    test.each([
      { line: false, left: 'open' },
      { line: true, left: 'closed' },
    ])('are left $left ($line)', async ({ line, left }) => {
      origin = await stage.origin();
      const echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
      const echoPort = await new Promise<number>((resolve) =>
        echo.listen(0, '127.0.0.1', () => resolve((echo.address() as { port: number }).port)),
      );
      const { script, port } = await section();
      const added = blockOf('Connections of a proxy that went down', 'haproxy');
      const haproxy = await stage.haproxy(line ? withLine(script, added) : script);
      try {
        await haproxy.row('one', 'UP');
        const client = await tunnel(port, echoPort);
        await origin.close(); // the way to where the check goes; the client's own goes on
        await haproxy.row('one', 'DOWN');
        await sleep(200);
        expect(client.closed ? 'closed' : 'open').toBe(left);
        client.destroy();
      } finally {
        await haproxy.stop();
        echo.close();
      }
    });
  });

  test('Times for all servers', async () => {
    origin = await stage.origin();
    const added = blockOf('Times for all servers', 'haproxy');
    // A tenth of the times, for a test that ends soon.
    const tenth = added.replace(/(\d+)s/g, (_, seconds: string) => `${Number(seconds) * 100}ms`);
    expect(tenth).toContain('inter 1000ms fastinter 100ms');
    const haproxy = await stage.haproxy(withLine((await section()).script, tenth));
    try {
      await haproxy.row('one', 'UP');
      await sleep(1500); // both checks have been made, and are a second apart
      const before = origin.requests.length;
      await sleep(2000);
      expect(Math.abs(origin.requests.length - before - 4)).toBeLessThanOrEqual(1); // two servers, every second
      const failed = Date.now();
      await origin.close();
      await haproxy.row('one', 'DOWN');
      expect(Date.now() - failed).toBeLessThan(1200 + 500); // inter + 2 x fastinter, and the time to look
    } finally {
      await haproxy.stop();
    }
  });

  test('The check goes elsewhere', async () => {
    origin = await stage.origin();
    const dead = await freePort();
    const line = blockOf('The check goes elsewhere', 'haproxy');
    const staged = line.replace('192.0.2.1:1080', `127.0.0.1:${dead}`).replace('port 1083', `port ${portOf(0)}`);
    expect(staged).not.toBe(line);
    const { script } = await section();
    const haproxy = await stage.haproxy(script.replace(/^ +server one .*$/m, `    ${staged}`));
    try {
      expect(await haproxy.row('one', 'UP')).toMatchObject({ check_status: 'L7OK', addr: `127.0.0.1:${dead}` });
    } finally {
      await haproxy.stop();
    }
  });

  test('What checks cost the origin: requests a second are servers by interval, each as long as its send', async () => {
    expect(RECIPES.get('What checks cost the origin')).toContain(
      'requests a second = N x H / (inter + how long a check takes)',
    );
    origin = await stage.origin();
    const { script } = await section();
    const haproxy = await stage.haproxy(script);
    try {
      await haproxy.row('two', 'UP');
      const before = origin.requests.length;
      await sleep(3000);
      const perSecond = (origin.requests.length - before) / 3;
      const expected = 2 / 0.3;
      expect(perSecond).toBeGreaterThan(0.75 * expected);
      expect(perSecond).toBeLessThan(1.1 * expected);
      const [payload = ''] = /GET\\ [^ ]*(?:\\ [^ ]*)*\\r\\n\\r\\n/.exec(script) ?? [];
      const length = payload.replace(/\\[ rn]/g, '.').length;
      expect(new Set(origin.requests.map(({ bytes }) => bytes))).toEqual(new Set([length]));
    } finally {
      await haproxy.stop();
    }
  });
});

/** A client's connection through SOCKS5 that stays open. */
function tunnel(port: number, destination: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(hex('050100')));
    socket.on('error', reject);
    socket.once('data', () => {
      socket.write(Buffer.concat([hex('05010001 7f000001'), u16(destination)]));
      socket.once('data', () => resolve(socket));
    });
    socket.on('end', () => socket.destroy());
  });
}
