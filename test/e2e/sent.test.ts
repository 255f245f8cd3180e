import { createServer } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haproxyRules } from '../../src/emit/haproxy/rules.ts';
import { Variables } from '../../src/emit/haproxy/variables.ts';
import { CHECKERS, DEFAULT_FORM, type Form } from '../../src/proof/form.ts';
import { httpRequestBytes } from '../../src/proof/http-rule.ts';
import { composeScript, FormError, type Script } from '../../src/proof/script.ts';
import { startHaproxy } from '../../src/replay/haproxy.ts';
import { checkOf } from '../support/proof.ts';
import { describeWith } from '../support/tools.ts';
import { hex, Talk } from '../support/wire.ts';

/** A check whose secrets HAProxy takes from its environment, and what has to arrive. */
interface Sent {
  readonly name: string;
  readonly rules: readonly string[];
  readonly expected: Buffer;
  readonly environment: Readonly<Record<string, string>>;
}

const HOSTILE = ['pa%$#"\\\' 9Zk', '%[env(PATH)]%%', '${PATH}', 'a:b:c', "'", '\\x41\\', 'é☃', '[]{}|&;()<>*?~`!'];
/** What a variable can hold, and a header field bring (RFC 9110 §5.5). */
const texts = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 3, arbitrary: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' }) },
);
const token = fc.stringMatching(/^[!-~]{1,40}$/);
const userid = texts.filter((text) => !text.includes(':'));

const counted = (text: string): Buffer => Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)]);
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const latin1 = (text: string): string => Buffer.from(text).toString('latin1');
const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const CONNECT = hex('05010003 01 61 0050');
const GRANTED = hex('05000001 00000000 0000');

/** Conversations that hold secrets, each in its own way. */
const TALKS: Readonly<Record<string, (user: string, secret: string) => Talk>> = {
  'SOCKS5 username and password': (user, secret) =>
    new Talk()
      .handshake()
      .client(hex('050102'))
      .server(hex('0502'))
      .client(Buffer.concat([Buffer.of(1), counted(user), counted(secret)]))
      .server(hex('0100'))
      .client(CONNECT)
      .server(GRANTED)
      .client('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      .server(ANSWER),
  'SOCKS4 user id': (user) =>
    new Talk()
      .handshake()
      .client(Buffer.concat([hex('04010050 0a000001'), Buffer.from(user), Buffer.of(0)]))
      .server(hex('005a 0000 00000000'))
      .client('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      .server(ANSWER),
  'Basic credentials for the proxy': (user, secret) =>
    new Talk()
      .handshake()
      .client(
        `GET http://a/ HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic ${base64(`${user}:${secret}`)}\r\nX-Rest: 100%\r\n\r\n`,
      )
      .server(ANSWER),
  'Basic credentials for both': (user, secret) =>
    new Talk()
      .handshake()
      .client(
        `CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\nProxy-Authorization: Basic ${base64(`${user}:${secret}`)}\r\n\r\n`,
      )
      .server('HTTP/1.1 200 OK\r\n\r\n')
      .client(
        `GET /a%20b HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ${base64(`${secret.replace(/:/g, '')}x:${user}`)}\r\n\r\n`,
      )
      .server(ANSWER),
  'a cookie': (_user, secret) =>
    new Talk()
      .handshake()
      .client(`GET / HTTP/1.1\r\nHost: a\r\nCookie: id=${latin1(secret.trim())}\r\nAccept: */*\r\n\r\n`)
      .server(ANSWER),
  'a bearer token': (_user, secret) =>
    new Talk()
      .handshake()
      .client(`GET http://a/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${latin1(secret.trim())}\r\n\r\n`)
      .server(ANSWER),
};

/** What HAProxy has to put on the wire: the captured bytes, or what it makes of an http-check. */
const wireBytes = (script: Script): Buffer =>
  script.kind === 'http-check'
    ? Buffer.from(httpRequestBytes(script.http.send))
    : Buffer.concat(script.rules.flatMap((rule) => (rule.kind === 'send' ? [rule.bytes] : [])));

let count = 0;
function sentBy(name: string, talk: Talk, form: Form): Sent[] {
  let script: Script;
  try {
    script = composeScript(checkOf(talk), form);
  } catch (error) {
    if (error instanceof FormError) return [];
    throw error;
  }
  const number = count++;
  const names = ['PROXY_USER', 'PROXY_PASSWORD', 'ORIGIN_USER', 'ORIGIN_PASSWORD', 'ORIGIN_TOKEN', 'COOKIE'];
  const variables = new Variables(new Map(names.map((each) => [each, `${each}_${number}`])));
  const rules = haproxyRules(script, { comments: true, old: false, variables });
  const environment = Object.fromEntries(variables.names.map((each) => [each, variables.valueOf(each)]));
  return [{ name: `${name}, ${form.send}, ${script.kind}`, rules, expected: wireBytes(script), environment }];
}

const FORMS: readonly Form[] = CHECKERS.flatMap((checker) =>
  (['auto', 'text', 'binary'] as const).map((send): Form => ({ ...DEFAULT_FORM, checker, send })),
).filter(({ checker, send }) => checker === 'tcp-check' || send === 'auto');

const accounts = fc.sample(fc.tuple(userid, fc.oneof(token, texts)), { numRuns: 12, seed: 6 });
const sent: readonly Sent[] = [[HOSTILE[6], HOSTILE[0]] as [string, string], ...accounts].flatMap(([user, secret]) =>
  Object.entries(TALKS)
    .filter(([name]) => secret.trim() !== '' || !/cookie|token/.test(name))
    .flatMap(([name, talk]) => FORMS.flatMap((form) => sentBy(name, talk(user, secret), form))),
);

describe('no rule holds a secret that the environment has', () => {
  test('there are many, of every kind', () => {
    expect(sent.length).toBeGreaterThan(200);
    expect(new Set(sent.map(({ name }) => name)).size).toBe(6 * 3 + 3);
  });

  test.each(sent.filter(({ environment }) => Object.values(environment).some((value) => value.length > 5)))(
    '$name',
    ({ rules, environment }) => {
      for (const value of Object.values(environment).filter(({ length }) => length > 5))
        for (const form of [
          value,
          Buffer.from(value, 'latin1').toString('hex'),
          Buffer.from(value, 'latin1').toString('base64'),
        ])
          expect(rules.join('\n').toLowerCase()).not.toContain(form.toLowerCase());
    },
  );
});

describeWith(['haproxy'], 'a real HAProxy sends what was captured, with secrets from its environment', () => {
  const received = sent.map(() => Buffer.alloc(0) as Buffer);
  const servers = sent.map(({ expected }, at) =>
    createServer((socket) => {
      let bytes = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        received[at] = bytes;
        if (bytes.length >= expected.length) socket.end('HTTP/1.1 204 No Content\r\n\r\n');
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
    const trials = sent.map(({ rules }, at) => ({
      // Nothing is looked at: all is sent in one go.
      rules: rules.filter((rule) => !rule.includes(' expect ')),
      address: '127.0.0.1',
      port: ports[at] ?? 0,
    }));
    for (const { environment } of sent)
      for (const [name, value] of Object.entries(environment))
        process.env[name] = Buffer.from(value, 'latin1').toString();
    const haproxy = await startHaproxy(trials, { binary: 'haproxy', timeout: 2000 });
    await haproxy.verdicts();
    await haproxy.stop();
  }, 60_000);

  afterAll(() => {
    for (const { environment } of sent) for (const name of Object.keys(environment)) delete process.env[name];
    for (const server of servers) server.close();
  });

  test.each(sent.map((each, at) => ({ ...each, at })))('$at: $name', ({ expected, at }) =>
    expect(received[at]?.toString('latin1')).toBe(expected.toString('latin1')),
  );
});
