import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS, type Limits } from '../../src/bytes/limits.ts';
import type { Conversation } from '../../src/conversation/conversation.ts';
import { ConversationTracker } from '../../src/conversation/tracker.ts';
import { client, OPENED, type Said, segmentsFrom, server, textOf } from '../support/segments.ts';

/** A tracker with the bounds, to which connections on ports of their own talk. */
function talking(limits: Partial<Limits>) {
  const given: Conversation[] = [];
  const onConversation = (each: Conversation) => given.push(each);
  const tracker = new ConversationTracker({ limits: { ...DEFAULT_LIMITS, ...limits }, onConversation });
  const talk = (clientPort: number, ...said: readonly Said[]) => {
    for (const segment of segmentsFrom(said, { clientPort })) tracker.add(segment);
  };
  return { tracker, talk, given, numbers: () => given.map(({ stream }) => stream) };
}

describe('when too many conversations are under way', () => {
  test('the one that was silent for longest is given out as far as it got', () => {
    const { tracker, talk, given, numbers } = talking({ conversations: 2 });
    talk(1, ...OPENED, client.says(0, 'one'));
    talk(2, ...OPENED, client.says(0, 'two'));
    talk(1, client.says(3, '!'));
    talk(3, ...OPENED);
    expect([numbers(), tracker.givenUp]).toEqual([[1], { conversations: 1, buffered: 0 }]);
    expect(given.map((each) => textOf(each.client.bytes))).toEqual(['two']);
    tracker.finish();
    expect(given.map((each) => textOf(each.client.bytes))).toEqual(['two', 'one!', '']);
  });
  test('one that had ended goes without being cut short', () => {
    const { tracker, talk, numbers } = talking({ conversations: 1 });
    talk(1, ...OPENED, server.rst(0));
    talk(2, ...OPENED);
    expect([numbers(), tracker.givenUp]).toEqual([[0], { conversations: 0, buffered: 0 }]);
  });
  test('a SYN flood keeps no more than that', () => {
    const { tracker, talk, given } = talking({ conversations: 10 });
    for (let port = 1; port <= 1000; port++) talk(port, client.syn());
    expect([given.length, tracker.givenUp.conversations]).toEqual([990, 990]);
  });
  test('frames of one that was given out are late, and have no new number', () => {
    const { tracker, talk } = talking({ conversations: 1 });
    talk(1, ...OPENED);
    talk(2, ...OPENED);
    talk(1, client.says(0, 'late'), client.fin(4));
    expect([tracker.conversations, tracker.lateFrames]).toEqual([2, 2]);
  });
  test('one that was given out is forgotten when some thousand others were', () => {
    const { tracker, talk } = talking({ conversations: 1 });
    for (let port = 1; port <= 5000; port++) talk(port, client.syn());
    talk(5000, client.acks(0));
    talk(1, client.acks(0));
    expect([tracker.conversations, tracker.lateFrames]).toEqual([5001, 0]);
  });
});

test('when all that is kept is too much, the silent ones are given out, the one that talks is not', () => {
  const { tracker, talk, given } = talking({ buffered: 20_000 });
  for (let port = 1; port <= 100; port++) talk(port, ...OPENED, client.says(0, 'x'.repeat(1000)));
  expect(given.length).toBeGreaterThan(80);
  expect(tracker.givenUp).toEqual({ conversations: 0, buffered: given.length });
  talk(100, ...Array.from({ length: 50 }, (_, at) => client.says(1000 + at * 1000, 'x'.repeat(1000))));
  expect(given.map(({ stream }) => stream)).not.toContain(99);
  tracker.finish();
  expect(given.at(-1)?.client.bytes.bytes.length).toBe(51_000);
});

describe('text that is too far ahead of a missing byte', () => {
  const rows: readonly (readonly [name: string, said: readonly Said[], text: string, tooFarAhead: number])[] = [
    ['is left out and counted', [client.says(0, 'ab'), client.says(13, 'xyz')], 'ab______________', 3],
    ['is kept up to there', [client.says(0, 'ab'), client.says(12, 'xyz')], 'ab__________xyz', 0],
    [
      'is measured from the first hole',
      [client.says(0, 'ab'), client.says(3, 'c'), client.says(13, 'xyz')],
      'ab_c____________',
      3,
    ],
    [
      'is kept once the hole is filled',
      [client.says(3, 'c'), client.says(0, 'abc'), client.says(14, 'xyz')],
      'abcc__________xyz',
      0,
    ],
  ];
  test.each(rows)('%s', (_, said, text, tooFarAhead) => {
    const { tracker, talk, given } = talking({ 'out-of-order': 10 });
    talk(1, ...OPENED, ...said);
    tracker.finish();
    const [bytes] = given.map((each) => each.client.bytes);
    expect([bytes && textOf(bytes), bytes?.tooFarAhead]).toEqual([text, tooFarAhead]);
  });
});
