import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/replay/haproxy.ts';
import { capture2check } from '../support/cli.ts';
import { type LiveHaproxy, type Origin, Stage } from '../support/stage.ts';
import { describeWith } from '../support/tools.ts';
import { framesOf, hex, pcapFile, Talk } from '../support/wire.ts';

const USER = 'u7Qd2x';
const PASSWORD = 'pa%$#"\\\' 9Zk';
const BASIC = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';

/** The password as a file, a list of processes or a log could hold it. */
const FORMS = [
  PASSWORD,
  BASIC,
  Buffer.from(PASSWORD).toString('hex'),
  Buffer.from(PASSWORD).toString('hex').toUpperCase(),
  Buffer.from(PASSWORD).toString('base64'),
  encodeURIComponent(PASSWORD),
  PASSWORD.replace(/[\\"' #]/g, '\\$&'), // as HAProxy's own words have it
  '9Zk', // any part of it
];
const holding = (text: string): string[] => FORMS.filter((form) => text.includes(form));

describeWith(
  ['haproxy', 'microsocks', 'squid', 'curl', 'openssl', 'ps'],
  'a check whose secrets come from the environment',
  () => {
    const stage = new Stage();
    let origin: Origin;
    const ports = { microsocks: 0, squid: 0 };

    beforeAll(async () => {
      origin = await stage.origin();
      ports.microsocks = (await stage.microsocks(['-u', USER, '-P', PASSWORD])).port;
      ports.squid = await stage.squid({ user: USER, password: PASSWORD });
    }, 60_000);
    afterAll(() => stage.end());

    const counted = (text: string) => Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
    const get = (target: string, header = '') =>
      `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${origin.port}\r\n${header}\r\n`;

    /** What curl says through each of them. */
    const talks: Readonly<Record<string, () => Talk>> = {
      SOCKS5: () => {
        const [high, low] = [origin.port >> 8, origin.port & 0xff];
        return new Talk({ server: `127.0.0.1:${ports.microsocks}` })
          .handshake()
          .client(hex('05020002'))
          .server(hex('0502'))
          .client(Buffer.concat([Buffer.of(1), counted(USER), counted(PASSWORD)]))
          .server(hex('0100'))
          .client(Buffer.concat([hex('05010001 7f000001'), Buffer.of(high, low)]))
          .server(hex('05000001 00000000 0000'))
          .client(get('/health'))
          .server(ANSWER);
      },
      'http-check': () =>
        new Talk({ server: `127.0.0.1:${ports.squid}` })
          .handshake()
          .client(get(`http://127.0.0.1:${origin.port}/health`, `Proxy-Authorization: Basic ${BASIC}\r\n`))
          .server(ANSWER),
      CONNECT: () => {
        const authority = `127.0.0.1:${origin.port}`;
        return new Talk({ server: `127.0.0.1:${ports.squid}` })
          .handshake()
          .client(
            `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\nProxy-Authorization: Basic ${BASIC}\r\nProxy-Connection: Keep-Alive\r\n\r\n`,
          )
          .server('HTTP/1.1 200 Connection established\r\n\r\n')
          .client(get('/health'))
          .server(ANSWER);
      },
    };

    /** The file that is printed, and all that is said. */
    async function derived(name: string): Promise<{ script: string; words: string }> {
      const bind = `127.0.0.1:${await freePort()}`;
      const talk = (talks[name] as () => Talk)();
      const input = pcapFile(framesOf(talk.segments));
      const { code, stdout, stderr } = capture2check(['--secrets', 'env', '--complete', '--bind', bind, '-'], {
        input,
      });
      expect(code, stderr).toBe(0);
      return { script: stdout, words: stderr };
    }

    /** With a line in the log for every check. */
    const logging = (script: string): string =>
      `global\n    log stdout format raw local0\n${script.replace('defaults\n', 'defaults\n    log global\n    option log-health-checks\n')}`;
    const logged = async (haproxy: LiveHaproxy): Promise<void> => {
      for (let tries = 0; !/Health check for server/.test(haproxy.said()) && tries < 100; tries++)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(haproxy.said()).toContain('Health check for server');
    };

    test.each(Object.keys(talks))('curl logs in with the password: %s', async (name) => {
      const proxy = name === 'SOCKS5' ? `socks5h://127.0.0.1:${ports.microsocks}` : `http://127.0.0.1:${ports.squid}`;
      const account = `${USER}:${PASSWORD.replace(/[\\"]/g, '\\$&')}`;
      const config = stage.file('curl.rc', `silent\nshow-error\nmax-time = 5\nproxy-user = "${account}"\n`);
      const seen = origin.requests.length;
      const tunnel = name === 'CONNECT' ? ['-p'] : [];
      const { said } = await stage.run(
        'curl',
        '-K',
        config,
        '-x',
        proxy,
        ...tunnel,
        `http://127.0.0.1:${origin.port}/curl`,
      );
      unlinkSync(config);
      expect(said).toBe('');
      expect(origin.requests.slice(seen).map(({ url }) => url)).toEqual(['/curl']);
    });

    test.each(Object.keys(talks))('logs in, and the secret is nowhere to be seen: %s', async (name) => {
      const { script, words } = await derived(name);
      expect(words).toContain("the check takes PROXY_USER, PROXY_PASSWORD from HAProxy's environment");
      expect(words).not.toContain('holds a secret');
      const haproxy = await stage.haproxy(logging(script), { PROXY_USER: USER, PROXY_PASSWORD: PASSWORD });
      try {
        expect(await haproxy.row('proxy1', 'UP')).toMatchObject({ check_status: 'L7OK' });
        await logged(haproxy);
        const { said: processes } = await stage.run('ps', '-ef', '-ww');
        expect(processes).toContain('haproxy');
        const files = readdirSync(stage.folder).map((file) => readFileSync(join(stage.folder, file), 'latin1'));
        expect(files.length).toBeGreaterThan(2);
        for (const text of [script, words, haproxy.said(), processes, ...files]) expect(holding(text)).toEqual([]);
      } finally {
        await haproxy.stop();
      }
    });

    test.each<[name: string, status: string, where: RegExp]>([
      ['SOCKS5', 'L7RSP', /comment:? '?SOCKS5 password accepted/],
      ['http-check', 'L7STS', /Proxy Authentication Required comment: 204 from the origin/],
      ['CONNECT', 'L7RSP', /comment:? '?200 from the proxy/],
    ])('a wrong password is DOWN where it is looked at: %s', async (name, status, where) => {
      const wrong = `${PASSWORD}!`;
      const haproxy = await stage.haproxy(logging((await derived(name)).script), {
        PROXY_USER: USER,
        PROXY_PASSWORD: wrong,
      });
      try {
        const row = await haproxy.row('proxy1', 'DOWN');
        expect(row).toMatchObject({ check_status: status });
        expect(row['last_chk']).toMatch(where);
        await logged(haproxy);
        expect(holding(haproxy.said())).toEqual([]);
      } finally {
        await haproxy.stop();
      }
    });

    test.each(Object.keys(talks))('HAProxy does not start without the variables: %s', async (name) => {
      const path = stage.file('guarded.cfg', (await derived(name)).script);
      for (const lacking of ['PROXY_USER', 'PROXY_PASSWORD']) {
        const env = { ...process.env, PROXY_USER: USER, PROXY_PASSWORD: PASSWORD, [lacking]: undefined };
        const { status, stderr } = spawnSync('haproxy', ['-db', '-f', path], { env, encoding: 'utf8', timeout: 5000 });
        expect(status).toBe(1);
        expect(stderr).toContain(`the environment lacks ${lacking}, which the health check needs`);
        expect(holding(stderr)).toEqual([]);
      }
    });
  },
);
