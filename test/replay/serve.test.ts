import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import type { Check } from '../../src/check/check.ts';
import { readDialogue } from '../../src/dialogue/dialogue.ts';
import { haproxyRules } from '../../src/emit/haproxy/rules.ts';
import { conversationsOf, parseFixture } from '../../src/fixture/read.ts';
import { fixtureText, toFixture } from '../../src/fixture/write.ts';
import { parseFixture as readFixture } from '../../src/library.ts';
import { twinsOf } from '../../src/proof/counterparts.ts';
import { confirms } from '../../src/proof/run.ts';
import { runScript, type Script } from '../../src/proof/script.ts';
import { runHaproxy } from '../../src/replay/haproxy.ts';
import { checkLive } from '../../src/replay/live.ts';
import { planOf } from '../../src/replay/plan.ts';
import { serveFixture } from '../../src/replay/serve.ts';
import { dialogueOf, tcpScriptOf } from '../support/derive.ts';
import { CASES, captureOf } from '../support/fixtures.ts';
import { checkOf, TALKS } from '../support/proof.ts';
import { describeWith } from '../support/tools.ts';
import { hex, Talk } from '../support/wire.ts';

const LIMITS = { host: '127.0.0.1', port: 0, maxConnections: 100, maxBytes: 65_536 };
const OPTIONS = { timeout: 2000, connectTimeout: 2000 };

/** Cases in which a check can be derived, of each protocol. */
const NAMES = [
  'socks5/dante-socks5h-x3',
  'socks5/dante-socks5h-auth-x3',
  'socks5/dante-socks5h-https-x3',
  'socks4/dante-socks4-x3',
  'http/squid-http-auth-x3',
  'connect/squid-connect-plain-x3',
  'connect/tinyproxy-connect-plain-auth-x3',
] as const;

async function recorded(name: string) {
  const { dialogues } = await analyze({ paths: [captureOf(name)], dialogues: true, proof: false });
  const { checks, scripts } = await analyze({ paths: [captureOf(name)], proof: false });
  const check = checks[0] as Check;
  return { dialogues, check, script: scripts.get(check) as Script };
}

describe('a check passes against the server that it came from, served again', () => {
  test.each(NAMES)('%s', async (name) => {
    const { dialogues, check, script } = await recorded(name);
    // Through the text of a fixture, without its secrets: any credential will do.
    const source = { name: 'a.pcap', sha256: null, frames: 1000 };
    const fixture = parseFixture(fixtureText(toFixture(dialogues, source)));
    const plans = conversationsOf(fixture).map((each) => planOf(readDialogue(each, new Set()), 'none'));
    const server = await serveFixture(plans, LIMITS);
    const live = await checkLive(script, { host: server.host, port: server.port }, OPTIONS);
    await server.close();
    expect({ status: live.status, step: live.step }).toEqual({ status: 'L7OK', step: undefined });
    expect(check.replies.length).toBeGreaterThan(1);
  });
});

describe('every check passes against the capture that it comes from, served as it was captured and without its secrets', () => {
  test.each(CASES)('$name', async ({ capture }) => {
    const { dialogues, checks, scripts } = await analyze({ paths: [capture], dialogues: true, proof: false });
    const source = { name: 'a.pcap', sha256: null, frames: 1000 };
    const { dialogues: redacted } = readFixture(fixtureText(toFixture(dialogues, source)));
    for (const served of [dialogues, redacted]) {
      const server = await serveFixture(
        served.map((each) => planOf(each, 'none')),
        LIMITS,
      );
      const verdicts = await Promise.all(
        checks.map((check) =>
          checkLive(scripts.get(check) as Script, { host: server.host, port: server.port }, OPTIONS),
        ),
      );
      await server.close();
      expect(verdicts.map(({ status }) => status)).toEqual(checks.map(() => 'L7OK'));
    }
  });
});

describe('what is said in a tunnel is answered in its turn, whoever speaks first', () => {
  test.each(Object.entries(TALKS))('%s', async (_name, talk) => {
    const dialogue = dialogueOf(talk);
    const check = checkOf(talk, true);
    const server = await serveFixture([planOf(dialogue, 'none')], LIMITS);
    const live = await checkLive(tcpScriptOf(check), { host: server.host, port: server.port }, OPTIONS);
    await server.close();
    expect({ status: live.status, step: live.step }).toEqual({ status: 'L7OK', step: undefined });
  });
});

describe('a fault is the broken twin of its name', () => {
  test.each(NAMES)(
    '%s',
    async (name) => {
      const { dialogues, check, script } = await recorded(name);
      const plans = dialogues.map((dialogue) => planOf(dialogue, 'none'));
      const twins = twinsOf(check.replies).filter((_, at) => at % 7 === 0);
      const told = await Promise.all(
        twins.map(async ({ name: fault, behavior }) => {
          const server = await serveFixture(plans, LIMITS, behavior);
          const live = await checkLive(script, { host: server.host, port: server.port }, OPTIONS);
          await server.close();
          const verdict = runScript(script, behavior, OPTIONS.timeout);
          return confirms(live, verdict)
            ? []
            : [`${fault}: ${live.status} at ${live.step}, not ${verdict.status} at ${verdict.step}`];
        }),
      );
      expect(told.flat()).toEqual([]);
      expect(told.length).toBeGreaterThan(4);
    },
    60_000,
  );
});

describe('of several dialogues', () => {
  const open = (reply: string) =>
    new Talk()
      .handshake()
      .client(hex('050100'))
      .server(hex('0500'))
      .client(hex('0501000109090909 0050'))
      .server(hex(reply));
  const granted = open('05000001 00000000 0000').client('GET /a HTTP/1.1\r\n\r\n').server('HTTP/1.1 204 No\r\n\r\n');
  const refused = new Talk()
    .handshake()
    .client(hex('050100'))
    .server(hex('0500'))
    .client(hex('0501000108080808 0050'))
    .server(hex('05050001 00000000 0000'))
    .close();
  const plans = [refused, granted].map((talk) => planOf(dialogueOf(talk), 'none'));

  test.each([
    ['the one goes on that was asked the same', '0501000108080808 0050', '05050001000000000000'],
    ['else the first that worked', '0501000107070707 0050', '05000001000000000000'],
  ])('%s', async (_name, request, reply) => {
    const lines: string[] = [];
    const server = await serveFixture(plans, { ...LIMITS, log: (line) => lines.push(line) });
    const said = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(server.port, server.host, () => socket.write(hex('050100')));
      socket.on('data', (chunk) => {
        received += chunk.toString('hex');
        if (received === '0500') socket.write(hex(request));
        else if (received.length > 4) socket.end();
      });
      socket.on('close', () => resolve(received));
    });
    expect(said).toBe(`0500${reply}`);
    await server.close();
    expect(lines).toEqual([
      expect.stringMatching(/^connection 1 from 127\.0\.0\.1:[0-9]+: 13 bytes in, 12 out, 2 requests answered$/),
    ]);
  });
});

test('recorded timing waits as long as the server did, and keeps its segments', () => {
  const talk = new Talk().handshake().client('hello\r\n').server('wel').server('come\r\n');
  const dialogue = dialogueOf(talk);
  const runs = dialogue.conversation.server.bytes.runs;
  const [, reaction] = planOf(dialogue, 'recorded').reactions;
  expect(reaction?.pieces.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['wel', 'come\r\n']);
  const between = ((runs[1]?.nanoseconds ?? 0) - (runs[0]?.nanoseconds ?? 0)) / 1e6;
  expect(between).toBeGreaterThan(0);
  expect(reaction?.pieces[1]?.delay).toBeCloseTo(between);
  expect(planOf(dialogue, 'none').reactions[1]?.pieces.map(({ delay }) => delay)).toEqual([0, 0]);
});

test('a client that says too much is closed, and so is one too many', async () => {
  const lines: string[] = [];
  const plans = [planOf(dialogueOf(new Talk().handshake().client('hello\r\n').server('welcome\r\n')), 'none')];
  const server = await serveFixture(plans, {
    ...LIMITS,
    maxConnections: 1,
    maxBytes: 10,
    log: (line) => lines.push(line),
  });
  const closed = (bytes: string) =>
    new Promise<void>((resolve) => {
      const socket = connect(server.port, server.host, () => socket.write(bytes));
      socket.on('error', () => {});
      socket.on('close', () => resolve());
    });
  const patient = connect(server.port, server.host);
  await new Promise<void>((resolve) => patient.on('connect', () => setTimeout(resolve, 50)));
  await closed('x');
  patient.destroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  await closed('x'.repeat(11));
  await server.close();
  expect(lines.join('\n')).toContain('connection 2');
  expect(lines.join('\n')).toContain('refused, 1 are open');
  expect(lines.at(-1)).toContain('closed: the client said more than 10 bytes');
});

describe('credentials', () => {
  const socks5 = (greeting: string, ...more: string[]) => [greeting, ...more];
  const login = (user: string, password: string) =>
    `01${Buffer.of(user.length).toString('hex')}${Buffer.from(user).toString('hex')}${Buffer.of(password.length).toString('hex')}${Buffer.from(password).toString('hex')}`;
  const basic = (user: string, password: string) =>
    `Proxy-Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}\r\n`;
  const get = (header: string) =>
    Buffer.from(
      `GET http://client3.google.test/generate_204 HTTP/1.1\r\nHost: client3.google.test\r\n${header}\r\n`,
    ).toString('hex');

  /** What a server of these cases says to a client that says each of these in turn. */
  async function told(cases: readonly string[], redact: boolean, requests: readonly string[]): Promise<string> {
    const dialogues = (await Promise.all(cases.map(async (name) => (await recorded(name)).dialogues))).flat();
    const source = { name: 'a.pcap', sha256: null, frames: 1000 };
    const kept = redact ? readFixture(fixtureText(toFixture(dialogues, source))).dialogues : dialogues;
    const server = await serveFixture(
      kept.map((each) => planOf(each, 'none')),
      LIMITS,
    );
    const said = await new Promise<string>((resolve) => {
      const waiting = [...requests];
      let received = '';
      let answer = '';
      const say = () => {
        const next = waiting.shift();
        if (next === undefined) socket.end();
        else socket.write(hex(next));
      };
      const socket = connect(server.port, server.host, say);
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
        answer = chunk.toString('latin1');
        say();
      });
      socket.on('close', () => resolve(answer || received));
    });
    await server.close();
    return said.startsWith('HTTP') ? said.slice(9, 12) : Buffer.from(said, 'latin1').toString('hex');
  }

  const GOOD = 'socks5/microsocks-socks5h-auth-x3';
  const REFUSED = 'socks5/microsocks-fail-wrong-password-x3';
  test.each([
    ['the recorded ones are taken', [GOOD], false, login('lab', 'secret'), '0100'],
    ['others are refused', [GOOD], false, login('lab', 'wrong!'), '0101'],
    ['others as the refused ones were, whatever their length', [GOOD, REFUSED], false, login('lab', 'Secret'), '0102'],
    ['of a good and a refused session each has its own', [GOOD, REFUSED], false, login('lab', 'secret'), '0100'],
    ['any are taken where a placeholder stands', [GOOD], true, login('somebody', 'else'), '0100'],
    ['but not none', [GOOD], true, login('', ''), '0101'],
  ])('SOCKS5: %s', async (_, cases, redact, request, answer) => {
    expect((await told(cases, redact, socks5('05020002', request))).slice(0, 4)).toBe(answer);
  });

  const HTTP = 'http/squid-http-auth-x3';
  const DENIED = ['http/squid-fail-wrong-password-x3', 'http/squid-fail-no-credentials-x3'];
  test.each([
    ['the recorded ones are taken', [HTTP], false, basic('lab', 'secret'), '204'],
    ['others are refused', [HTTP], false, basic('lab', 'wrong!'), '407'],
    ['none are refused', [HTTP], false, '', '407'],
    ['of good and refused sessions each has its own', [HTTP, ...DENIED], false, basic('lab', 'secret'), '204'],
    ['and so have others', [HTTP, ...DENIED], false, basic('lab', 'wrong!'), '407'],
    ['any are taken where a placeholder stands', [HTTP], true, basic('somebody', 'else'), '204'],
    ['but not none', [HTTP], true, '', '407'],
    ['where none were asked for, they do no harm', ['http/squid-http-x3'], false, basic('a', 'b'), '204'],
    [
      'what was answered 407 first is answered at once to one who brings them',
      ['http/squid-http-anyauth'],
      true,
      basic('a', 'b'),
      '204',
    ],
  ])('HTTP: %s', async (_, cases, redact, header, status) => {
    expect(await told(cases, redact, [get(header)])).toBe(status);
  });
});

test('a server that waits to answer ends at once all the same, and counts what it said', async () => {
  const talk = new Talk().handshake().client('hello\r\n').server('welcome\r\n');
  const lines: string[] = [];
  const plan = planOf(dialogueOf(talk), 'recorded');
  const slow = plan.reactions.map((each) => ({
    ...each,
    pieces: each.pieces.map((piece) => ({ ...piece, delay: 30_000 })),
  }));
  const server = await serveFixture([{ ...plan, reactions: slow }], { ...LIMITS, log: (line) => lines.push(line) });
  const socket = connect(server.port, server.host, () => socket.write('hello\r\n'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const began = Date.now();
  await server.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(Date.now() - began).toBeLessThan(2000);
  expect(lines).toEqual([expect.stringContaining('7 bytes in, 0 out, 0 requests answered')]);
  socket.destroy();
});

describeWith(['curl', 'haproxy'], 'a real client takes it for the recorded server', () => {
  const CURL: readonly (readonly [name: string, ...args: string[]])[] = [
    ['socks5/dante-socks5h-auth-x3', '-x', 'socks5h://lab:secret@'],
    ['socks4/dante-socks4-x3', '-x', 'socks4://'],
    ['http/squid-http-auth-x3', '-x', 'http://lab:secret@'],
    ['connect/tinyproxy-connect-plain-auth-x3', '-p', '-x', 'http://lab:secret@'],
  ];

  test.each(CURL)('curl: %s', async (name, ...args) => {
    const { dialogues } = await recorded(name);
    const server = await serveFixture(
      dialogues.map((each) => planOf(each, 'recorded')),
      LIMITS,
    );
    const proxy = `${args.at(-1)}127.0.0.1:${server.port}`;
    const asked = [
      '-s',
      '-m',
      '5',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      ...args.slice(0, -1),
      proxy,
      'http://192.0.2.9/x',
    ];
    const { stdout } = await promisify(execFile)('curl', asked, { env: {} });
    await server.close();
    expect(stdout).toBe('204');
  });

  test.each(NAMES)('HAProxy: %s', async (name) => {
    const { dialogues, script } = await recorded(name);
    const server = await serveFixture(
      dialogues.map((each) => planOf(each, 'recorded')),
      LIMITS,
    );
    const trial = { rules: haproxyRules(script), address: server.host, port: server.port };
    const [verdict] = await runHaproxy([trial], { binary: 'haproxy', timeout: 2000 });
    await server.close();
    expect(verdict).toMatchObject({ status: 'L7OK', up: true });
  });
});
