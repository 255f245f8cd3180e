import { type Html, html } from './html.ts';
import type { ReportInput } from './report.ts';
import { clipped } from './words.ts';

/** Sentences that are shown; a capture can give a thousand. */
const MAX_NOTES = 60;

/** What was left out of the checks, and what they cannot promise. */
export function notesSection({ words }: ReportInput): Html | undefined {
  if (words.length === 0) return undefined;
  return html`<section aria-labelledby="notes"><h2 id="notes">Notes</h2><ul>${words
    .slice(0, MAX_NOTES)
    .map(
      ({ kind, text }) => html`<li${kind === 'warning' && html` class="warning"`}>${clipped(text, 500)}</li>`,
    )}</ul>${words.length > MAX_NOTES && html`<p class="left-out">and ${words.length - MAX_NOTES} more</p>`}</section>`;
}
