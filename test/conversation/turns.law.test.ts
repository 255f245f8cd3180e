import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choices, choose, dialogue, linesFor, type SaidTurn, segmented } from '../support/dialogues.ts';
import { conversationOf, linesOf, OPENED, type Said } from '../support/segments.ts';

const scene = fc.record({ turns: dialogue, choice: choices });

describe('where TCP cuts the bytes', () => {
  /** All turns, cut anywhere. */
  const cut = (turns: readonly SaidTurn[], choice: Iterator<number>): Said[] =>
    turns.flatMap((turn) => segmented(turn, () => choose(choice, 2) === 0));
  /** The same in any order. */
  const shuffled = (said: readonly Said[], choice: Iterator<number>): Said[] =>
    said
      .map((each) => ({ each, by: choose(choice, 1000) }))
      .sort((a, b) => a.by - b.by)
      .map(({ each }) => each);

  test('changes nothing', () => {
    fc.assert(
      fc.property(scene, ({ turns, choice }) => {
        const conversation = conversationOf([...OPENED, ...cut(turns, choice)]);
        expect(linesOf(conversation)).toEqual(linesFor(turns));
      }),
    );
  });

  test('changes nothing, though all comes in any order, the SYN too', () => {
    fc.assert(
      fc.property(scene, ({ turns, choice }) => {
        const conversation = conversationOf(shuffled([...OPENED, ...cut(turns, choice)], choice));
        expect(linesOf(conversation)).toEqual(linesFor(turns));
      }),
    );
  });

  test('changes nothing, though much comes again, cut elsewhere, and in any order', () => {
    fc.assert(
      fc.property(scene, ({ turns, choice }) => {
        const again = [cut(turns, choice), cut(turns, choice)].flat();
        const said = shuffled([...again, ...again.filter(() => choose(choice, 2) === 0)], choice);
        const conversation = conversationOf([...OPENED, ...said]);
        expect(linesOf(conversation)).toEqual(linesFor(turns));
        expect([...conversation.client.bytes.conflicts, ...conversation.server.bytes.conflicts]).toEqual([]);
      }),
    );
  });
});
