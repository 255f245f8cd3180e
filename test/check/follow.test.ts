import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/check/check.ts';
import { checksOf, rulesIn, samplingOf } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

let port = 40_000;
const start = (server = '10.0.0.2:7000') => new Talk({ client: `10.0.0.1:${port++}`, server }).handshake();
/** A tunnel through SOCKS5. */
const open = () =>
  start('10.0.0.2:1080')
    .client(hex('05 01 00'))
    .server(hex('05 00'))
    .client(hex('05 01 00 01 0a000001 0050'))
    .server(hex('05 00 00 01 00000000 06b5'));

/** Turns in order, the client's first; a turn of nothing is left out. */
function says(talk: Talk, ...turns: (string | Uint8Array)[]): Talk {
  turns.forEach((turn, at) => {
    if (turn.length > 0) talk.says(at % 2 === 0 ? 'client' : 'server', turn);
  });
  return talk.close();
}

const only = (checks: readonly Check[]): Check => {
  expect(checks).toHaveLength(1);
  return checks[0] as Check;
};
const sends = ({ steps }: Check): string[] =>
  steps.flatMap((step) => (step.kind === 'send' ? [Buffer.from(step.bytes).toString('latin1')] : []));
/** Why the check ends where it does. */
const ending = ({ caveats }: Check): string | undefined => caveats.find(({ code }) => code === 'ends-early')?.message;

const TOKENS = ['k3Xq9ZbT2m', 'Vw81LpQz0c', 'r7Hn2sYdE5'];

describe('an unknown protocol in which the client asks several times', () => {
  const session = (second = 'STAT\n', third = 'QUIT\n') =>
    says(start(), 'PING\n', 'PONG\n', second, 'up 7\n', third, 'bye\n');

  test('is followed as far as several sessions ask alike', () => {
    const check = only(checksOf([session(), session(), session()]));
    expect(sends(check)).toEqual(['PING\n', 'STAT\n', 'QUIT\n']);
    expect(ending(check)).toBeUndefined();
    expect(check).toMatchObject({ sampleCount: 3, title: 'data as captured' });
  });

  test('each reply is waited for to its end, so that none is taken for the next', () => {
    expect(rulesIn(only(checksOf([session(), session()])))).toEqual([
      'connect linger',
      'send PING\\n',
      'expect min-recv 5 rstring ^PONG\\n',
      'send STAT\\n',
      'expect min-recv 5 rstring ^up\\ 7\\n',
      'send QUIT\\n',
      'expect min-recv 4 rstring ^bye\\n',
    ]);
  });

  test('of one sample its first exchange, for nothing shows what changes', () => {
    const check = only(checksOf([session()]));
    expect(sends(check)).toEqual(['PING\n']);
    expect(ending(check)).toBe(
      'the check ends there: the client goes on, and one sample does not show what changes (tcp.stream 0, frame 8)',
    );
  });

  test('ends before what differs, with the frame that shows it', () => {
    const check = only(checksOf([session(), session('STAT\n', 'DUMP\n'), session()]));
    expect(sends(check)).toEqual(['PING\n', 'STAT\n']);
    expect(ending(check)).toBe(
      'the check ends there: what the client sends next is not the same in all samples (tcp.stream 1, frame 30)',
    );
  });

  test('ends where the shortest sample does', () => {
    const check = only(checksOf([session(), says(start(), 'PING\n', 'PONG\n')]));
    expect(sends(check)).toEqual(['PING\n']);
    expect(ending(check)).toBe('the check ends there: not all samples go on (tcp.stream 1)');
  });

  test('is the same whichever session ends first, and in whichever order they were captured', () => {
    const steps = (...talks: Talk[]) => only(checksOf(talks)).steps;
    const [a, b, c] = [session(), session('STAT\n', 'DUMP\n'), session()] as const;
    const expected = steps(a, b, c);
    for (const order of [
      [a, c, b],
      [b, a, c],
      [c, b, a],
    ])
      expect(steps(...order)).toEqual(expected);
  });

  test('at most eight exchanges behind the first', () => {
    const long = () => says(start(), ...Array.from({ length: 14 }, (_, at) => [`ask ${at}\n`, 'ok\n']).flat());
    expect(sends(only(checksOf([long(), long()])))).toHaveLength(9);
  });

  test('also in a tunnel', () => {
    const inner = () => says(open(), 'PING\n', 'PONG\n', 'STAT\n', 'up\n');
    expect(sends(only(checksOf([inner(), inner()]))).slice(-2)).toEqual(['PING\n', 'STAT\n']);
  });
});

describe('what a client copies out of a reply is not sent', () => {
  const session = (token: string, last = 'LIST\n') =>
    says(start(), 'HELLO\n', `CHALLENGE ${token}\n`, `ANSWER ${token}\n`, 'WELCOME\n', last, 'a\n');
  const repeats = (offset: number, where: string) =>
    `the check ends there: 10 bytes that the client sends (offset ${offset}) repeat what the server had just said, as the answer to a challenge does (${where})`;

  test('the check ends before it, and says where it stands but not what it is', () => {
    const check = only(checksOf(TOKENS.map((token) => session(token))));
    expect(sends(check)).toEqual(['HELLO\n']);
    expect(ending(check)).toBe(repeats(13, 'tcp.stream 0, frame 8'));
    expect(JSON.stringify(check.caveats)).not.toContain(TOKENS[0]);
    expect(rulesIn(check).at(-1)).toBe('expect min-recv 10 rstring ^CHALLENGE\\ ');
  });

  test('a server that begins with the challenge: what it says is left', () => {
    const greeted = (token: string) => says(start(), '', `NONCE ${token}\n`, `AUTH ${token}\n`, 'OK\n');
    for (const talks of [[greeted('k3Xq9ZbT2m')], TOKENS.map(greeted)]) {
      const check = only(checksOf(talks));
      expect(sends(check)).toEqual([]);
      expect(check).toMatchObject({ sampleCount: talks.length, title: 'what the server says first' });
      expect(ending(check)).toBe(repeats(5, 'tcp.stream 0, frame 6'));
      expect(check.steps.map(({ kind }) => kind)).toContain('expect');
    }
  });

  test('unless several samples show that it never changes', () => {
    const constant = [session('k3Xq9ZbT2m'), session('k3Xq9ZbT2m')];
    expect(sends(only(checksOf(constant)))).toEqual(['HELLO\n', 'ANSWER k3Xq9ZbT2m\n', 'LIST\n']);
  });

  test('an answer that is not a copy is one as well, where each session is greeted otherwise', () => {
    const hashed = (challenge: string, answer: string) =>
      says(start(), '', `NONCE ${challenge}\n`, hex(answer), 'OK\n');
    const check = only(checksOf([hashed('k3Xq9ZbT2m', '9f1c02e755a8'), hashed('Vw81LpQz0c', '118e3bd0aa71')]));
    expect(sends(check)).toEqual([]);
    expect(check.sampleCount).toBe(2);
    expect(ending(check)).toBe(
      'the check ends there: what the client sends next is not the same in all samples (tcp.stream 1, frame 18)',
    );
  });

  test('but not where all are greeted alike, or one says again what another said', () => {
    const asks = (greeting: string, question: string) => says(start(), '', greeting, question, 'OK\n');
    expect(checksOf([asks('hello\n', 'a?\n'), asks('hello\n', 'b?\n')]).map(sends)).toEqual([['a?\n'], ['b?\n']]);
    const three = [asks('hello 123\n', 'a?\n'), asks('hello 456\n', 'b?\n'), asks('hello 789\n', 'a?\n')];
    expect(checksOf(three).map(sends)).toEqual([['a?\n'], ['b?\n']]);
  });

  test('a cookie that a demand for credentials set: no check asks that again', () => {
    const demand = 'HTTP/1.1 407 Who\r\nSet-Cookie: sid=Zk4p0QxR7sBw\r\nContent-Length: 0\r\n\r\n';
    const request = (more: string) => `GET http://a.b/ HTTP/1.1\r\nHost: a.b\r\n${more}\r\n`;
    const talk = (cookie: string) =>
      says(
        start('10.0.0.2:3128'),
        request(''),
        demand,
        request(`Proxy-Authorization: Basic dTpw\r\n${cookie}`),
        'HTTP/1.1 204 No Content\r\n\r\n',
      );
    expect(samplingOf(talk(''))).toHaveProperty('sample');
    expect(samplingOf(talk('Cookie: sid=Zk4p0QxR7sBw\r\n'))).toEqual({
      reason:
        '12 bytes that the client sends (offset 121) repeat what the server had just said, as the answer to a challenge does',
      frame: 8,
    });
  });
});

test('a protocol that is not recognized gives a check that says what it does not know', () => {
  const check = only(checksOf([says(start(), hex('01 02 03'), hex('81 82 83 84'))]));
  expect(check).toMatchObject({ layers: ['unknown'], destination: undefined });
  expect(check.caveats[0]).toEqual({
    code: 'not-recognized',
    message: 'no protocol is recognized: whether what was captured was a success is not known',
  });
});

test('of several replies each is told by the number that the proof has for it', () => {
  const session = () => says(start(), 'PING\n', 'PONG\n', 'STAT\n', 'up\n');
  const check = only(checksOf([session(), session()]));
  expect(check.caveats.slice(1).map(({ message }) => message)).toEqual([
    'reply 1: its protocol is not known: its first 5 bytes are asserted, as they were in 2 samples',
    'reply 2: its protocol is not known: its first 3 bytes are asserted, as they were in 2 samples',
  ]);
});
