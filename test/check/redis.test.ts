import { describe, expect, test } from 'vitest';
import { proveCheck } from '../../src/proof/prove.ts';
import { checksOf, forcedSamplingOf, rulesOf, samplingOf, tcpScriptOf } from '../support/derive.ts';
import { losing } from '../support/proof.ts';
import { hex, Talk } from '../support/wire.ts';

const open = () => new Talk({ server: '10.0.0.2:6379' }).handshake();
const array = (...words: string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
const socks5 = () =>
  new Talk()
    .handshake()
    .client(hex('050100'))
    .server(hex('0500'))
    .client(hex('05010003 06 612e74657374 18eb'))
    .server(hex('05000001 00000000 0000'));

describe('a reply of Redis is asserted', () => {
  test.each([
    ['a status by its words', '+PONG\r\n', 'expect min-recv 7 rstring ^\\+PONG\\r\\n'],
    ['a string by its kind', '$5\r\nhello\r\n', 'expect min-recv 2 rstring ^$[0-9]'],
    ['a string that is not there', '$-1\r\n', 'expect min-recv 5 rstring ^$-1\\r\\n'],
    ['a number by its kind', ':42\r\n', 'expect min-recv 1 rstring ^:'],
    ['an array by its kind', '*1\r\n:1\r\n', 'expect min-recv 2 rstring ^\\*[0-9]'],
  ])('%s', (_name, reply, rule) => {
    const [last] = rulesOf(open().client(array('GET', 'a')).server(reply)).slice(-1);
    expect(last?.replaceAll('\\$', '$')).toBe(rule);
  });

  test('to its end where another command follows', () => {
    const hello = '%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n';
    const talk = open().client(array('HELLO', '3')).server(hello).client('PING\r\n').server('+PONG\r\n');
    expect(rulesOf(talk).slice(2, 4)).toEqual([
      'expect min-recv 2 rstring ^%[0-9]',
      'expect rstring ^%([^\\n]*\\n){8}',
    ]);
  });
});

test('a login is repeated, and its password is a secret', () => {
  const talk = socks5().client('AUTH s3cret\r\n').server('+OK\r\n').client('PING\r\n').server('+PONG\r\n');
  expect(rulesOf(talk).slice(-4)).toEqual([
    'send AUTH\\ s3cret\\r\\n',
    'expect min-recv 5 rstring ^\\+OK\\r\\n',
    'send PING\\r\\n',
    'expect min-recv 7 rstring ^\\+PONG\\r\\n',
  ]);
  const [check] = checksOf([talk]);
  expect(check?.steps.flatMap((step) => (step.kind === 'send' ? step.secrets.map(({ name }) => name) : []))).toEqual([
    'password',
  ]);
});

test('commands that were sent without waiting share the buffer of their replies', () => {
  const talk = open().client('AUTH x\r\nPING\r\nQUIT\r\n').server('+OK\r\n+PONG\r\n+OK\r\n');
  expect(rulesOf(talk).slice(1)).toEqual([
    'send AUTH\\ x\\r\\nPING\\r\\n',
    'expect min-recv 5 rstring ^\\+OK\\r\\n',
    'expect min-recv 12 rstring ^\\+OK\\r\\n\\+PONG\\r\\n',
  ]);
});

test('what a client says of itself is left out where it stands alone', () => {
  const about = array('CLIENT', 'SETINFO', 'LIB-NAME', 'x');
  const alone = open().client(about).server('-ERR unknown\r\n').client(array('COMMAND')).server('*0\r\n');
  expect(rulesOf(alone.client('PING\r\n').server('+PONG\r\n'))).toEqual([
    'connect linger',
    'send PING\\r\\n',
    'expect min-recv 7 rstring ^\\+PONG\\r\\n',
  ]);
  const together = open().client(`${about}PING\r\n`).server('+OK\r\n+PONG\r\n');
  expect(rulesOf(together)).toHaveLength(4);
});

test('a refusal gives no check, but for one that is asked for', () => {
  const talk = open().client('PING\r\n').server('-NOAUTH Authentication required.\r\n');
  expect(samplingOf(talk)).toMatchObject({ reason: 'Redis refused: NOAUTH Authentication required.', frame: 6 });
  expect(forcedSamplingOf(talk)).toHaveProperty('sample');
  expect(rulesOf(talk, true).at(-1)).toBe('expect min-recv 7 rstring ^-NOAUTH');
});

test('replies that differ in a value are samples of one check, those that say something else are not', () => {
  const session = (port: number, reply: string) =>
    new Talk({ client: `10.0.0.1:${port}`, server: '10.0.0.2:6379' })
      .handshake()
      .client(array('GET', 'a'))
      .server(reply);
  const replies = ['$1\r\na\r\n', '$20\r\nbbbbbbbbbbbbbbbbbbbb\r\n', '$-1\r\n', '+QUEUED\r\n', '+PONG\r\n'];
  const checks = checksOf(replies.map((reply, at) => session(40_000 + at, reply)));
  expect(checks.map(({ sampleCount }) => sampleCount)).toEqual([2, 1, 1, 1]);
  expect(checks[0]?.caveats).toEqual([
    { code: 'redis-value', message: 'of the Redis string its kind is asserted, not its value' },
  ]);
});

describe('the check of a reply is proved', () => {
  const replies = [
    '+PONG\r\n',
    '$5\r\nhello\r\n',
    '$-1\r\n',
    ':42\r\n',
    '*1\r\n:1\r\n',
    '%1\r\n:1\r\n:2\r\n',
    '_\r\n',
    '#t\r\n',
    ',1.5\r\n',
  ];
  test.each(replies)('%j', (reply) => {
    for (const talk of [open(), socks5()]) {
      const [check] = checksOf([talk.client(array('GET', 'a')).server(reply)]);
      if (check === undefined) throw new Error('no check');
      const proof = proveCheck(tcpScriptOf(check), check.replies, 3000);
      expect({ up: losing(proof, 'down'), down: losing(proof, 'up') }).toEqual({ up: [], down: [] });
      expect(proof.rows.every(({ gated }) => gated)).toBe(true);
    }
  });

  test('behind a login', () => {
    const hello = '%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n';
    const talk = open().client(array('HELLO', '3')).server(hello).client('AUTH x\r\n').server('+OK\r\n');
    const [check] = checksOf([talk.client('PING\r\n').server('+PONG\r\n')]);
    if (check === undefined) throw new Error('no check');
    const proof = proveCheck(tcpScriptOf(check), check.replies, 3000);
    expect({ up: losing(proof, 'down'), down: losing(proof, 'up') }).toEqual({ up: [], down: [] });
  });
});
