import { beforeAll, expect, test } from 'vitest';
import { type Behavior, type Piece, type Reaction, says, trickled } from '../../src/proof/behavior.ts';
import { runTcpCheck } from '../../src/proof/model.ts';
import { sendLengths, type TcpRule } from '../../src/proof/rule.ts';
import type { HaproxyVerdict } from '../../src/replay/haproxy.ts';
import { failedStep, tryJudged } from '../../src/replay/prove.ts';
import { binary, CONNECT, rbinary, rstring, scriptOf, send, string } from '../support/tcp-rules.ts';
import { describeWith } from '../support/tools.ts';
import { hex } from '../support/wire.ts';

/** Milliseconds a check may take. What fails at once does so in a fraction of it. */
const TIMEOUT = 1200;
const AT_ONCE = TIMEOUT * 0.6;

const bytes = (text: string) => hex(text);
const pieces = (...parts: readonly (readonly [delay: number, bytes: string])[]): readonly Piece[] =>
  parts.map(([delay, text]) => ({ delay, bytes: bytes(text) }));
const NO: Reaction = { pieces: [], ending: undefined };
/** A server that says nothing before the first request. */
const after = (...reactions: readonly Reaction[]): Behavior => ({ reactions: [NO, ...reactions] });

const GREETING = send(bytes('050100'));
const REQUEST = send(bytes('0501000109090909 0050'));
const GET = send('GET /generate_204 HTTP/1.1\r\nHost: a\r\n\r\n');
const OK_METHOD = says(bytes('0500'));
const OK_REPLY = says(bytes('05000001000000000000'));
const OK_HTTP = says(Buffer.from('HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n'));
const big = (length: number, tail: string): Uint8Array =>
  Buffer.concat([Buffer.alloc(length, 0x41), Buffer.from(tail)]);

/** Two exchanges and one: checks that are good, copied from the field, and odd. */
const CHECKS: Readonly<Record<string, readonly TcpRule[]>> = {
  'anchored, min-recv': [
    CONNECT,
    GREETING,
    rbinary('^0500', { min: 2 }),
    REQUEST,
    rbinary('^0500', { min: 2 }),
    rbinary('^0500..(01.{12}|04.{36}|03.{4,})'),
  ],
  'anchored, without min-recv': [CONNECT, GREETING, rbinary('^0500'), REQUEST, rbinary('^050000')],
  'copied idiom: binary 0500 twice': [CONNECT, GREETING, binary('0500'), REQUEST, binary('0500')],
  'the exact reply': [CONNECT, GREETING, binary('0500'), REQUEST, binary('05000001000000000000')],
  'lower-case rbinary': [CONNECT, GREETING, rbinary('^05ff')],
  'inverse lower-case rbinary': [CONNECT, GREETING, rbinary('^05ff', { not: true })],
  'inverse with min-recv': [
    CONNECT,
    GREETING,
    rbinary('^05FF', { not: true, min: 2 }),
    REQUEST,
    rbinary('^0500', { min: 2 }),
  ],
  'unanchored rbinary': [CONNECT, GREETING, rbinary('0500'), REQUEST, rbinary('0500', { min: 4 })],
  'greeting only': [CONNECT, GREETING, binary('0500')],
  'no expect before the second send': [CONNECT, GREETING, REQUEST, rbinary('^0500', { min: 2 })],
  'two expects, one buffer': [
    CONNECT,
    GREETING,
    rbinary('^05', { min: 1 }),
    rbinary('^0500$'),
    REQUEST,
    binary('0500'),
    binary('01'),
  ],
  'min-recv 0': [CONNECT, GREETING, rbinary('^0500', { min: 0 }), REQUEST, binary('0500', { min: 0 })],
  'min-recv beyond the reply': [CONNECT, GREETING, rbinary('^0500', { min: 10 })],
  'ends with a send': [CONNECT, GREETING, rbinary('^0500', { min: 2 }), REQUEST],
  'string and inverse string': [
    CONNECT,
    GREETING,
    string('HTTP', { not: true, min: 2 }),
    REQUEST,
    string('\x05\x01', { not: true, min: 2 }),
  ],
  'expects before any send': [CONNECT, rstring('^SSH-', { min: 4 }), GREETING, rbinary('^0500', { min: 2 })],
};

/** What servers do, from the connection on. */
const BEHAVIORS: Readonly<Record<string, Behavior>> = {
  healthy: after(OK_METHOD, OK_REPLY),
  'healthy, trickled': after(trickled(OK_METHOD, 15), trickled(OK_REPLY, 15)),
  'healthy, the reply in two pieces': after(OK_METHOD, {
    pieces: pieces([0, '0500'], [40, '0001000000000000']),
    ending: undefined,
  }),
  'healthy, IPv6': after(OK_METHOD, says(bytes('0500000420010db80000000000000000000000010050'))),
  'healthy, then FIN': after(OK_METHOD, says(bytes('05000001000000000000'), 'FIN')),
  refused: after(OK_METHOD, says(bytes('05050001000000000000'))),
  'refused in two bytes': after(OK_METHOD, says(bytes('0505'))),
  'refused, then FIN': after(OK_METHOD, says(bytes('05020001000000000000'), 'FIN')),
  'refused, bound to 0x0500': after(OK_METHOD, says(bytes('05010001000000000500'))),
  'refused, trickled': after(OK_METHOD, trickled(says(bytes('05050001000000000000')), 15)),
  'no method': after(says(bytes('05ff'))),
  'no method, then FIN': after(says(bytes('05ff'), 'FIN')),
  'no method, with a reply': after(says(bytes('05ff0001000000000000'))),
  'one byte, then silence': after(says(bytes('05'))),
  'one byte, then FIN': after(says(bytes('05'), 'FIN')),
  silence: after(),
  'closed at once': { reactions: [says(bytes(''), 'FIN')] },
  'reset at once': { reactions: [{ pieces: pieces(), ending: 'RST' }] },
  'closed after the greeting': after(says(bytes(''), 'FIN')),
  'reset after the greeting': after(says(bytes(''), 'RST')),
  'silence after the method': after(OK_METHOD),
  'closed after the method': after(OK_METHOD, says(bytes(''), 'FIN')),
  'reset after the method': after(OK_METHOD, says(bytes(''), 'RST')),
  'half a reply, then silence': after(OK_METHOD, says(bytes('05000001'))),
  'half a reply, then FIN': after(OK_METHOD, says(bytes('05000001'), 'FIN')),
  'half a reply, then RST': after(OK_METHOD, { pieces: pieces([0, '05000001'], [40, '']), ending: 'RST' }),
  'HTTP text': after(says(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), 'FIN')),
  'greets first': { reactions: [says(Buffer.from('SSH-2.0-x\r\n')), OK_METHOD, OK_REPLY] },
  'method 02': after(says(bytes('0502'))),
  'nibbles out of step': after(says(bytes('10500f'))),
};

/** Pairs that the product does not reach: text, big replies, limits of the buffer. */
const HAND_PICKED: readonly (readonly [name: string, rules: readonly TcpRule[], behavior: Behavior])[] = [
  ['204 by anchored rstring', [CONNECT, GET, rstring('^HTTP/1\\.[01] 204', { min: 12 })], after(OK_HTTP)],
  ['204 trickled', [CONNECT, GET, rstring('^HTTP/1\\.[01] 204', { min: 12 })], after(trickled(OK_HTTP, 8))],
  [
    '503 whose body says 204',
    [CONNECT, GET, rstring('^HTTP/1\\.[01] 204', { min: 12 })],
    after(says(Buffer.from('HTTP/1.1 503 x\r\n\r\nHTTP/1.1 204'))),
  ],
  [
    'string 204 in an error page',
    [CONNECT, GET, string('204')],
    after(says(Buffer.from('HTTP/1.1 503 x\r\n\r\n/generate_204'))),
  ],
  [
    'string 200 in a 407',
    [CONNECT, GET, string('200')],
    after(says(Buffer.from('HTTP/1.1 407 x\r\nContent-Length: 200\r\n\r\n'), 'FIN')),
  ],
  [
    '^ is the start of the buffer, not of a line',
    [CONNECT, GET, rstring('^x', { min: 3 })],
    after(says(Buffer.from('a\nx'))),
  ],
  ['$ stands before a final line feed', [CONNECT, GET, rstring('x$', { min: 2 })], after(says(Buffer.from('ax\n')))],
  ['$ does not stand before CR LF', [CONNECT, GET, rstring('x$', { min: 4 })], after(says(Buffer.from('ax\r\n')))],
  ['. is no line feed', [CONNECT, GET, rstring('a.b', { min: 3 })], after(says(Buffer.from('a\nb')))],
  ['. is a carriage return', [CONNECT, GET, rstring('a.b', { min: 3 })], after(says(Buffer.from('a\rb')))],
  ['a text match goes on after NUL', [CONNECT, GET, rstring('b$', { min: 3 })], after(says(bytes('610062')))],
  ['a string is found after NUL', [CONNECT, GET, string('b', { min: 3 })], after(says(bytes('610062')))],
  ['rstring is case-sensitive', [CONNECT, GET, rstring('^http', { min: 4 })], after(OK_HTTP)],
  ['(?i)', [CONNECT, GET, rstring('(?i)^http', { min: 4 })], after(OK_HTTP)],
  ['[[:digit:]]', [CONNECT, GET, rstring('^HTTP/1\\.[[:digit:]] 2[[:digit:]]{2}', { min: 12 })], after(OK_HTTP)],
  ['a token within what rbinary sees', [CONNECT, GET, rbinary('42$', { min: 8191 })], after(says(big(8190, 'B')))],
  ['a token behind what rbinary sees', [CONNECT, GET, rbinary('42$', { min: 8192 })], after(says(big(8191, 'B')))],
  ['a token within the buffer', [CONNECT, GET, string('TOKEN')], after(says(big(16_000, 'TOKEN')))],
  ['a token behind the buffer', [CONNECT, GET, string('TOKEN')], after(says(big(20_000, 'TOKEN')))],
  ['a full buffer is final', [CONNECT, GET, string('TOKEN')], after(says(big(16_384, '')))],
  ['a buffer that is not full is waited on', [CONNECT, GET, string('TOKEN')], after(says(big(16_000, '')))],
  [
    'the rest of a reply meets the next expect',
    [CONNECT, GET, rstring('^200', { min: 3 }), GET, rstring('^201', { min: 3 })],
    after(
      { pieces: pieces([0, '323030'], [60, '20666972']), ending: undefined },
      { pieces: pieces([120, '323031']), ending: undefined },
    ),
  ],
  [
    'the end of the message keeps the next expect clean',
    [CONNECT, GET, rstring('^200', { min: 3 }), rstring('^200 ok'), GET, rstring('^201', { min: 3 })],
    after(
      { pieces: pieces([0, '323030'], [60, '206f6b']), ending: undefined },
      { pieces: pieces([60, '323031']), ending: undefined },
    ),
  ],
  [
    'a late ERR is seen by the first of two expects',
    [CONNECT, GET, string('ERR', { not: true, min: 2 }), string('fine')],
    after({ pieces: pieces([0, '2b2b'], [60, '455252']), ending: undefined }),
  ],
  [
    'a string waits for its own length',
    [CONNECT, GET, string('hello', { min: 1 })],
    after({ pieces: pieces([0, '78'], [60, '68656c6c6f']), ending: undefined }),
  ],
  [
    'min-recv waits though the string is there',
    [CONNECT, GET, string('hello', { min: 10 })],
    after(says(Buffer.from('hello'))),
  ],
  ['FIN makes min-recv void', [CONNECT, GET, string('hello', { min: 10 })], after(says(Buffer.from('hello'), 'FIN'))],
  [
    'a send to a server that has closed',
    [CONNECT, GET, string('a'), GET, string('b')],
    after(says(Buffer.from('a'), 'FIN')),
  ],
  ['! on an empty closed reply', [CONNECT, GET, string('x', { not: true })], after(says(bytes(''), 'FIN'))],
  ['! and silence', [CONNECT, GET, string('x', { not: true })], after()],
  [
    '! without min-recv waits for the end',
    [CONNECT, GET, string('x', { not: true })],
    after(says(Buffer.from('abc'), 'FIN')),
  ],
  ['only a send, to a server that closes', [CONNECT, GET], after(says(bytes(''), 'FIN'))],
  ['a send as large as HAProxy can', [CONNECT, send(big(16_383, '')), string('ok')], after(says(Buffer.from('ok')))],
  ['a send that is too large', [CONNECT, send(big(16_384, '')), string('ok')], after(says(Buffer.from('ok')))],
];

describeWith(['haproxy'], 'the model and a real HAProxy', () => {
  /** Where the client does not wait for the reply, a reset may come before or after its next send. */
  const racing = (check: string, server: string) => check.startsWith('no expect') && server.startsWith('reset');
  const pairs = [
    ...Object.entries(CHECKS).flatMap(([check, rules]) =>
      Object.entries(BEHAVIORS)
        .filter(([server]) => !racing(check, server))
        .map(([server, behavior]) => ({ name: `${check} / ${server}`, rules, behavior })),
    ),
    ...HAND_PICKED.map(([name, rules, behavior]) => ({ name, rules, behavior })),
  ];
  let verdicts: HaproxyVerdict[] = [];

  beforeAll(async () => {
    verdicts = await tryJudged(
      pairs.map(({ rules, behavior }) => ({
        rules,
        script: scriptOf(rules),
        requestLengths: sendLengths(rules),
        behavior,
        verdict: runTcpCheck(rules, behavior, TIMEOUT),
      })),
      { binary: 'haproxy', timeout: TIMEOUT },
    );
  }, 60_000);

  test('are tried on at least 300 pairs', () => expect(pairs.length).toBeGreaterThanOrEqual(300));

  test('cover every status', () => {
    const statuses = new Set(pairs.map(({ rules, behavior }) => runTcpCheck(rules, behavior, TIMEOUT).status));
    expect([...statuses].sort()).toEqual(['L7OK', 'L7RSP', 'L7TOUT', 'SOCKERR']);
  });

  test.each(pairs.map(({ name }, at) => ({ name, at })))('$name', ({ at }) => {
    const { rules, behavior } = pairs[at] as (typeof pairs)[number];
    const real = verdicts[at] as HaproxyVerdict;
    const model = runTcpCheck(rules, behavior, TIMEOUT);
    const say = `${real.description} after ${real.duration} ms`;
    expect({ status: model.status, step: model.step, atOnce: model.elapsed < AT_ONCE }, say).toEqual({
      status: real.status,
      step: failedStep(real),
      atOnce: real.duration < AT_ONCE,
    });
  });
});
