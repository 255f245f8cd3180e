import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/replay/haproxy.ts';
import { capture2check } from '../support/cli.ts';
import { type Origin, Stage } from '../support/stage.ts';
import { describeWith, fileComplaints } from '../support/tools.ts';
import { framesOf, hex, pcapFile, Talk } from '../support/wire.ts';

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const u16 = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);

describeWith(
  ['haproxy', 'microsocks', 'tinyproxy'],
  'files that HAProxy runs as they are, in front of real proxies',
  () => {
    const stage = new Stage();
    const ports = { microsocks: 0, tinyproxy: 0 };
    let captured: Origin;

    beforeAll(async () => {
      ports.microsocks = (await stage.microsocks()).port;
      ports.tinyproxy = await stage.tinyproxy();
      captured = await stage.origin();
    });
    afterAll(() => stage.end());

    const get = (target: string) => `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${captured.port}\r\n\r\n`;
    const talks: Readonly<Record<string, () => Talk>> = {
      SOCKS5: () =>
        new Talk({ server: `127.0.0.1:${ports.microsocks}` })
          .handshake()
          .client(hex('05020001'))
          .server(hex('0500'))
          .client(Buffer.concat([hex('05010001 7f000001'), u16(captured.port)]))
          .server(hex('05000001 00000000 0000'))
          .client(get('/generate_204'))
          .server(ANSWER),
      'http-check': () =>
        new Talk({ server: `127.0.0.1:${ports.tinyproxy}` })
          .handshake()
          .client(get(`http://127.0.0.1:${captured.port}/generate_204`))
          .server(ANSWER),
      CONNECT: () =>
        new Talk({ server: `127.0.0.1:${ports.tinyproxy}` })
          .handshake()
          .client(`CONNECT 127.0.0.1:${captured.port} HTTP/1.1\r\nHost: 127.0.0.1:${captured.port}\r\n\r\n`)
          .server('HTTP/1.0 200 Connection established\r\n\r\n')
          .client(get('/generate_204'))
          .server(ANSWER),
    };

    async function derived(name: string, ...args: string[]): Promise<string> {
      const bind = `127.0.0.1:${await freePort()}`;
      const input = pcapFile(framesOf((talks[name] as () => Talk)().segments));
      const { code, stdout, stderr } = capture2check(['-q', '--complete', '--bind', bind, ...args, '-'], { input });
      expect(code, stderr).toBe(0);
      return stdout;
    }
    /** A verdict each half second, for tests that wait for another one. */
    const hurried = (script: string): string => script.replace(/inter \d+s/, 'inter 500ms');

    const KINDS = Object.keys(talks).flatMap((name) => ['listen', 'backend'].map((kind) => ({ name, kind })));
    test.each(KINDS)('$name, $kind: UP', async ({ name, kind }) => {
      const seen = captured.requests.length;
      const haproxy = await stage.haproxy(await derived(name, '--section', kind));
      try {
        expect(await haproxy.row('proxy1')).toMatchObject({
          status: expect.stringMatching(/^UP/),
          check_status: 'L7OK',
        });
        expect(captured.requests.slice(seen).map(({ url }) => url)).toContain('/generate_204');
        expect(haproxy.said()).not.toMatch(/WARNING|ALERT/);
      } finally {
        await haproxy.stop();
      }
    });

    test.each(Object.keys(talks))(
      '--probe asks another origin, whatever becomes of the captured one: %s',
      async (name) => {
        const own = await stage.origin((response) => response.writeHead(200, { 'Content-Length': 2 }).end('ok'));
        const url = `http://127.0.0.1:${own.port}/health?deep=1`;
        const seen = captured.requests.length;
        const haproxy = await stage.haproxy(hurried(await derived(name, '--probe', url, '--expect-status', '200-299')));
        try {
          expect(await haproxy.row('proxy1', 'UP')).toMatchObject({ check_status: 'L7OK' });
          expect(own.requests[0]).toMatchObject({ url: '/health?deep=1', headers: { host: `127.0.0.1:${own.port}` } });
          await own.close();
          expect(await haproxy.row('proxy1', 'DOWN')).toMatchObject({
            check_status: name === 'http-check' ? 'L7STS' : 'L7RSP',
          });
          expect(captured.requests.length).toBe(seen);
        } finally {
          await haproxy.stop();
        }
      },
    );

    test('an answer that is not expected is DOWN, where the captured one would have been', async () => {
      const own = await stage.origin((response) => response.writeHead(302, { Location: 'http://portal/' }).end());
      const url = `http://127.0.0.1:${own.port}/`;
      const haproxy = await stage.haproxy(await derived('SOCKS5', '--probe', url, '--expect-status', '204,200-299'));
      try {
        const row = await haproxy.row('proxy1', 'DOWN');
        expect(row['last_chk']).toContain('comment: 200-299 from the origin');
      } finally {
        await haproxy.stop();
      }
    });

    test('several checks make sections with names and ports of their own', async () => {
      const both = ['SOCKS5', 'http-check', 'CONNECT'].map((name, at) => {
        const talk = (talks[name] as () => Talk)();
        return talk.segments.map((segment) => ({
          ...segment,
          from: segment.from.replace('10.0.0.1:40000', `10.0.0.1:${40_001 + at}`),
          to: segment.to.replace('10.0.0.1:40000', `10.0.0.1:${40_001 + at}`),
          time: segment.time + at * 100_000,
        }));
      });
      const { stdout } = capture2check(['-q', '--complete', '-'], { input: pcapFile(framesOf(both.flat())) });
      const binds = [...stdout.matchAll(/^ +bind (.*)$/gm)].map(([, bind]) => bind);
      expect([...stdout.matchAll(/^listen (.*)$/gm)].map(([, name]) => name)).toEqual(['socks5', 'http', 'http-2']);
      expect(new Set(binds).size).toBe(3);
      expect(fileComplaints(stdout)).toBe('');
    });
  },
);
