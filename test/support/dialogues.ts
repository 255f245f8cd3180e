import fc from 'fast-check';
import type { Side } from '../../src/conversation/conversation.ts';
import { client, type Said, server } from './segments.ts';

/** What one side says until the other does; each turn had read all that was said before it. */
export interface SaidTurn {
  readonly side: Side;
  readonly at: number;
  readonly acks: number;
  readonly text: string;
}

/** Dialogues of a few short turns. */
export const dialogue: fc.Arbitrary<SaidTurn[]> = fc
  .array(fc.tuple(fc.constantFrom<Side>('client', 'server'), fc.stringMatching(/^[a-z]{1,6}$/)), {
    minLength: 1,
    maxLength: 8,
  })
  .map((words) => {
    const turns: SaidTurn[] = [];
    const said = { client: 0, server: 0 };
    for (const [side, text] of words) {
      const last = turns.at(-1);
      if (last?.side === side) turns[turns.length - 1] = { ...last, text: last.text + text };
      else turns.push({ side, at: said[side], acks: said[side === 'client' ? 'server' : 'client'], text });
      said[side] += text.length;
    }
    return turns;
  });

/** The turns as `linesOf` tells them. */
export const linesFor = (turns: readonly SaidTurn[]): string[] => turns.map(({ side, text }) => `${side}: ${text}`);

/** One turn in segments, with a cut before each byte for which `isCut` says so. */
export function segmented({ side, at, acks, text }: SaidTurn, isCut: () => boolean): Said[] {
  const starts = [...text].map((_, offset) => offset).filter((offset) => offset === 0 || isCut());
  return starts.map((start, index) =>
    (side === 'client' ? client : server).says(at + start, text.slice(start, starts[index + 1]), { acks }),
  );
}

/** Endless choices, to draw from while a test goes along. */
export const choices = fc.infiniteStream(fc.nat());
export const choose = (stream: Iterator<number>, below: number): number => (stream.next().value as number) % below;
