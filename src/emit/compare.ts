import { printable } from '../bytes/printable.ts';
import { type Comparison, isSame } from '../fixture/compare.ts';
import type { Difference } from '../fixture/difference.ts';
import type { Holding } from '../proof/holding.ts';
import { jsonText } from './json.ts';
import { shortened } from './layout.ts';
import type { Paint } from './paint.ts';

/** What a comparison means for checks. */
export interface Meaning {
  /** Does the check of the one server hold for the other? Undefined where the one gives no check. */
  readonly oldHoldsForNew: Holding | undefined;
  readonly newHoldsForOld: Holding | undefined;
  /** Is there one check that holds for both? Undefined where that is not shown. */
  readonly common: boolean | undefined;
}

/** The names of both sides, and how many dialogues each has. */
export interface Sides {
  readonly before: { readonly name: string; readonly dialogues: number };
  readonly after: { readonly name: string; readonly dialogues: number };
}

/** A comparison as a diff. */
export function emitComparison(
  comparison: Comparison,
  meaning: Meaning,
  { before, after }: Sides,
  paint: Paint,
): string {
  const cut = (line: string) => shortened(line, paint.columns);
  const lines = [
    paint.bad(`--- ${printable(before.name)}, ${count(before.dialogues)}`),
    paint.server(`+++ ${printable(after.name)}, ${count(after.dialogues)}`),
  ];
  for (const { title, samples, changes, volatile, tcp } of comparison.pairs) {
    if (changes.length + volatile.length + tcp.length === 0) continue;
    lines.push('', paint.strong(`${printable(title)} (${samples.before} and ${samples.after} samples)`));
    lines.push(
      ...changes.flatMap((each, at) => [
        ...(each.place === changes[at - 1]?.place ? [] : [`  ${printable(each.place)}`]),
        ...diffLines(each, paint),
      ]),
    );
    if (tcp.length > 0) lines.push('  TCP:', ...tcp.map((each) => cut(`    ${sentence(each)}`)));
    if (volatile.length > 0)
      lines.push(paint.dim('  changes by itself:'), ...volatile.map((each) => paint.dim(cut(`    ${sentence(each)}`))));
  }
  lines.push(...comparison.onlyBefore.map((title) => paint.bad(`- asked only before: ${printable(title)}`)));
  lines.push(...comparison.onlyAfter.map((title) => paint.server(`+ asked only after: ${printable(title)}`)));
  if (isSame(comparison)) lines.push('', 'the servers behave alike');
  return [...lines, '', ...meaningLines(meaning)].map((line) => `${line}\n`).join('');
}

function diffLines({ name, before, after, counts, samples }: Difference, paint: Paint): string[] {
  const always = (seen: readonly number[], of: number) => seen.length === 0 || seen[0] === of;
  const mixed = !always(counts.before, samples.before) || !always(counts.after, samples.after);
  const line = (sign: string, value: string, seen: number | undefined, of: number) =>
    shortened(`  ${sign} ${printable(name)}: ${printable(value)}${mixed ? ` (${seen} of ${of})` : ''}`, paint.columns);
  return [
    ...before.map((value, at) => paint.bad(line('-', value, counts.before[at], samples.before))),
    ...after.map((value, at) => paint.server(line('+', value, counts.after[at], samples.after))),
  ];
}

/** Values that are told of a field that changes each time. */
const SHOWN = 3;

function sentence({ place, name, before, after }: Difference): string {
  const told = (values: readonly string[]) =>
    values.slice(0, SHOWN).join(', ') + (values.length > SHOWN ? `, ${values.length - SHOWN} more` : '');
  return printable(`${place}: ${name}: ${told(before) || 'none'} -> ${told(after) || 'none'}`);
}

const count = (dialogues: number): string => `${dialogues} ${dialogues === 1 ? 'dialogue' : 'dialogues'}`;

function meaningLines({ oldHoldsForNew, newHoldsForOld, common }: Meaning): string[] {
  return [
    holdingLine('old', 'new', oldHoldsForNew),
    holdingLine('new', 'old', newHoldsForOld),
    common === undefined
      ? 'whether one check holds for both is not shown'
      : common
        ? 'one check holds for both: derive it from both at once'
        : 'no one check holds for both',
  ];
}

function holdingLine(whose: string, whom: string, holding: Holding | undefined): string {
  if (holding === undefined) return `the ${whose} server gives no check`;
  const { holds, asked, passed } = holding;
  if (holds === undefined)
    return `whether the check of the ${whose} server holds for the ${whom} one is not shown: what it sends was not sent there`;
  const often = passed > 0 && passed < asked ? ` (it would have passed ${passed} of ${asked} times)` : '';
  return `the check of the ${whose} server ${holds ? 'holds' : 'does NOT hold'} for the ${whom} one${often}`;
}

/** The comparison as JSON, described in docs/json.md. */
export const emitComparisonJson = (comparison: Comparison, meaning: Meaning): string =>
  jsonText({
    same: isSame(comparison),
    old_check_holds_for_new: meaning.oldHoldsForNew?.holds ?? null,
    new_check_holds_for_old: meaning.newHoldsForOld?.holds ?? null,
    one_check_for_both: meaning.common ?? null,
    dialogues: comparison.pairs,
    only_before: comparison.onlyBefore,
    only_after: comparison.onlyAfter,
  });
