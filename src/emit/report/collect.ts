import type { Allowance, Dialogue } from '../../dialogue/dialogue.ts';
import { SheetCollector } from '../../dialogue/sheets.ts';
import type { Analysis } from '../analysis.ts';
import { withheldFrom } from '../withheld.ts';
import { wordsOn } from '../words.ts';
import type { ReportInput } from './report.ts';
import { reportStyle } from './scripts.ts';
import { Selection } from './selection.ts';

/** Takes in dialogues as they come. What it keeps does not grow with them. */
export class ReportCollector {
  readonly #selection = new Selection();
  readonly #sheets: SheetCollector;
  readonly #allowed: ReadonlySet<Allowance>;

  /** `servers`: of more no quirks are told. */
  constructor(servers: number, allowed: ReadonlySet<Allowance>) {
    this.#sheets = new SheetCollector(servers, allowed);
    this.#allowed = allowed;
  }

  add(dialogue: Dialogue): void {
    this.#selection.add(dialogue);
    this.#sheets.add(dialogue);
  }

  /** What a report is made of, once all dialogues are in; `stream` is the one that was asked for by number. */
  finish(
    analysis: Analysis,
    { stream, keepSecrets }: { readonly stream: number | undefined; readonly keepSecrets: boolean },
  ): ReportInput {
    const withheld = withheldFrom(analysis, reportStyle(keepSecrets));
    // The page has the proofs in a section of their own.
    const words = wordsOn({ ...analysis, proofs: new Map() }, { stream, artifact: 'verdicts', withheld });
    const { sheets } = this.#sheets.finish();
    const { leftOut } = this.#selection;
    return {
      analysis,
      alike: this.#selection.finish(),
      leftOut,
      sheets,
      withheld,
      words,
      allowed: this.#allowed,
      keepSecrets,
    };
  }
}
