import { describe, expect, test } from 'vitest';
import { type Behavior, type Reaction, says, trickled } from '../../src/proof/behavior.ts';
import { runTcpCheck } from '../../src/proof/model.ts';
import type { TcpRule } from '../../src/proof/rule.ts';
import type { Verdict } from '../../src/proof/run.ts';
import { binary, CONNECT, rbinary, rstring, send, string } from '../support/tcp-rules.ts';

const TIMEOUT = 1000;
const text = (words: string) => Buffer.from(words, 'latin1');
const A = send('a');
const B = send('b');
const NOTHING = says(text(''));
/** A server that says nothing first, and then reacts to each send. */
const replying = (...reactions: readonly Reaction[]): Behavior => ({ reactions: [NOTHING, ...reactions] });
const later = (...pieces: readonly (readonly [delay: number, words: string])[]): Reaction => ({
  pieces: pieces.map(([delay, words]) => ({ delay, bytes: text(words) })),
  ending: undefined,
});

type Expected = Partial<Omit<Verdict, 'received'>> & { readonly received?: string };
const judged = (rules: readonly TcpRule[], behavior: Behavior): Expected => {
  const { received, ...verdict } = runTcpCheck(rules, behavior, TIMEOUT);
  return { ...verdict, received: Buffer.from(received).toString('latin1') };
};

/** The main evidence is test/e2e/differential.test.ts, which asks a real HAProxy; here stands what it cannot see: what was in the buffer, and when. */
describe("the buffer's life", () => {
  test.each<[sentence: string, rules: readonly TcpRule[], behavior: Behavior, expected: Expected]>([
    ['an expect takes nothing out', [CONNECT, A, string('xy'), string('x')], replying(says(text('xy'))), ok(0, 'xy')],
    [
      'a send empties it of what has been read',
      [CONNECT, A, string('x'), B, string('x')],
      replying(says(text('x')), says(text('y'))),
      { status: 'L7TOUT', step: 5, received: 'y', elapsed: TIMEOUT },
    ],
    [
      'a send leaves what is still to come',
      [CONNECT, A, string('x'), B, rstring('^yz')],
      replying(later([0, 'x'], [10, 'y']), later([10, 'z'])),
      ok(20, 'yz'),
    ],
    [
      'what came before the first send is emptied only if it was read',
      [CONNECT, A, rstring('^xy')],
      { reactions: [says(text('x')), says(text('y'))] },
      ok(0, 'xy'),
    ],
    [
      'a banner that was waited for is gone with the send',
      [CONNECT, string('x'), A, rstring('^y')],
      { reactions: [says(text('x')), says(text('y'))] },
      ok(0, 'y'),
    ],
    [
      'the first of consecutive expects that must not match is judged again',
      [CONNECT, A, string('E', { not: true, min: 1 }), string('x')],
      replying(later([0, 'a'], [10, 'E'])),
      { status: 'L7RSP', step: 3, received: 'aE', elapsed: 10 },
    ],
    [
      'a full buffer is final',
      [CONNECT, A, string('x')],
      replying(says(Buffer.alloc(20_000, 'a'))),
      { status: 'L7RSP', step: 3, received: 'a'.repeat(16_384), elapsed: 0 },
    ],
  ])('%s', (_sentence, rules, behavior, expected) => {
    expect(judged(rules, behavior)).toEqual(expected);
  });
});

describe('when a verdict falls', () => {
  test.each<[sentence: string, rules: readonly TcpRule[], behavior: Behavior, expected: Expected]>([
    ['a match at once', [CONNECT, A, string('x')], replying(says(text('x'))), { status: 'L7OK', elapsed: 0 }],
    [
      'a match with the byte that completes it',
      [CONNECT, A, string('xyz')],
      replying(trickled(says(text('xyz')), 5)),
      { status: 'L7OK', elapsed: 15 },
    ],
    [
      'a mismatch once min-recv bytes are in',
      [CONNECT, A, rbinary('^7A', { min: 2 })],
      replying(trickled(says(text('xyz')), 5)),
      { status: 'L7RSP', step: 3, elapsed: 10 },
    ],
    [
      'a mismatch without min-recv at the timeout',
      [CONNECT, A, rbinary('^7A')],
      replying(says(text('xyz'))),
      { status: 'L7TOUT', step: 3, elapsed: TIMEOUT },
    ],
    [
      'a mismatch without min-recv with the FIN',
      [CONNECT, A, binary('7a')],
      replying(says(text('xy'), 'FIN')),
      { status: 'L7RSP', step: 3, elapsed: 0 },
    ],
    [
      'silence, even with min-recv 0',
      [CONNECT, A, string('x', { min: 0 })],
      replying(),
      { status: 'L7TOUT', step: 3, elapsed: TIMEOUT },
    ],
    ['FIN without a word', [CONNECT, A, string('x')], replying(says(text(''), 'FIN')), { status: 'L7RSP', step: 3 }],
    ['RST without a word', [CONNECT, A, string('x')], replying(says(text(''), 'RST')), { status: 'SOCKERR', step: 3 }],
    [
      'a reply that takes longer than the check may',
      [CONNECT, A, string('x')],
      replying(later([TIMEOUT + 1, 'x'])),
      { status: 'L7TOUT', step: 3, elapsed: TIMEOUT },
    ],
    [
      'replies that together take longer than the check may',
      [CONNECT, A, string('x'), B, string('y')],
      replying(later([600, 'x']), later([600, 'y'])),
      { status: 'L7TOUT', step: 5, elapsed: TIMEOUT },
    ],
    ['no expect at all', [CONNECT], replying(), { status: 'L7OK', step: undefined }],
  ])('%s', (_sentence, rules, behavior, expected) => {
    expect(judged(rules, behavior)).toMatchObject(expected);
  });
});

function ok(elapsed: number, received: string): Expected {
  return { status: 'L7OK', step: undefined, elapsed, received };
}
