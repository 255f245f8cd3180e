import type { Check } from '../../check/check.ts';
import type { Allowance, Dialogue } from '../../dialogue/dialogue.ts';
import type { ServerSheet } from '../../dialogue/sheet.ts';
import type { Analysis } from '../analysis.ts';
import type { Withheld } from '../withheld.ts';
import type { Words } from '../words.ts';
import { type DrawnScript, drawnOver, NOTHING_DRAWN } from './expects.ts';
import { type ShownDialogue, shownDialogue } from './masked.ts';
import type { Alike } from './selection.ts';

/** What a report is made of. */
export interface ReportInput {
  readonly analysis: Analysis;
  /** The dialogues to show, and how many were left out of them. */
  readonly alike: readonly Alike[];
  readonly leftOut: number;
  readonly sheets: readonly ServerSheet[];
  /** Checks whose script is not to be written, with the reason. */
  readonly withheld: Withheld;
  /** What is said beside the checks. */
  readonly words: readonly Words[];
  readonly allowed: ReadonlySet<Allowance>;
  readonly keepSecrets: boolean;
}

/** Dialogues that are alike, ready to be shown. */
export interface Scene {
  /** Begins the ids of its parts. */
  readonly id: string;
  readonly samples: readonly [ShownDialogue, ...ShownDialogue[]];
  readonly count: number;
  /** The check that stands on it, and its number from 1. */
  readonly check: { readonly check: Check; readonly number: number } | undefined;
  readonly drawn: DrawnScript;
}

/** Messages of a dialogue whose bytes are shown; more are counted. */
export const MAX_MESSAGES = 40;
/** Checks that are shown; more are counted. */
export const MAX_CHECKS = 12;

/** Turns what was selected into scenes: those of checks first, in the order of these. */
export function scenesOf({ analysis, alike, withheld, allowed, keepSecrets }: ReportInput): Scene[] {
  const { checks, scripts } = analysis;
  const numberOf = ({ dialogues }: Alike): number => {
    const streams = dialogues.map(({ conversation }) => conversation.stream);
    const at = checks.findIndex(({ samples }) => samples.some(({ stream }) => streams.includes(stream)));
    return at === -1 ? Number.POSITIVE_INFINITY : at + 1;
  };
  return alike
    .map((each) => ({ ...each, number: numberOf(each) }))
    .sort((a, b) => a.number - b.number)
    .map(({ dialogues, count, number }, at): Scene => {
      const check = checks[number - 1];
      const first = firstOf(dialogues, check);
      const samples = [first, ...dialogues.filter((each) => each !== first)].map((dialogue) =>
        shownDialogue(dialogue, allowed, keepSecrets),
      );
      const script = check === undefined || withheld.has(check) ? undefined : scripts.get(check);
      return {
        id: `d${at + 1}`,
        samples: samples as [ShownDialogue, ...ShownDialogue[]],
        count,
        check: check && { check, number },
        drawn: script === undefined ? NOTHING_DRAWN : drawnOver(first, script),
      };
    });
}

/** The dialogue to show in full: the one that says what a check sends, else the first. */
function firstOf(dialogues: readonly Dialogue[], check: Check | undefined): Dialogue {
  const origin = dialogues.find(({ conversation }) => conversation.stream === check?.samples[0]?.stream);
  return origin ?? (dialogues[0] as Dialogue);
}
