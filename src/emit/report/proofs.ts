import type { Check } from '../../check/check.ts';
import type { Proof, ProofRow } from '../../proof/prove.ts';
import { losingRowText } from '../proof.ts';
import { isSuccess } from '../withheld.ts';
import { type Html, html } from './html.ts';
import { MAX_CHECKS, type ReportInput } from './report.ts';
import { verdictHtml } from './summary.ts';
import { clipped } from './words.ts';

/** Rows of all tables together; those that were lost come first. */
const MAX_ROWS = 1000;

/** What each check was tried against. */
export function proofsSection({ analysis }: ReportInput): Html | undefined {
  const proved = analysis.checks
    .slice(0, MAX_CHECKS)
    .flatMap((check, at): { check: Check; proof: Proof; number: number }[] => {
      const proof = analysis.proofs.get(check);
      const tried = check.lacks.length === 0 && isSuccess(check, analysis.dialogue);
      return proof === undefined || !tried ? [] : [{ check, proof, number: at + 1 }];
    });
  if (proved.length === 0) return undefined;
  let room = MAX_ROWS;
  return html`<section aria-labelledby="proof"><h2 id="proof">Proof</h2>
<p>The check is tried, in a model of HAProxy, against the captured server broken in every way that its protocols know, and against healthy servers that are merely different.</p>
${proved.map(({ check, proof, number }) => {
  const rows = [...proof.rows].sort((a, b) => Number(a.result === 'right') - Number(b.result === 'right'));
  const shown = rows.slice(0, room);
  room -= shown.length;
  const left = rows.length - shown.length;
  return html`${analysis.checks.length > 1 && html`<h3>${number}. ${clipped(check.title)}</h3>`}<p>${verdictHtml(check, analysis)}</p>
${proofTable(shown)}${left > 0 && html`<p class="left-out">${left} more rows left out here: prove shows them all.</p>`}`;
})}</section>`;
}

function proofTable(rows: readonly ProofRow[]): Html | undefined {
  if (rows.length === 0) return undefined;
  const body = rows.map(
    ({ name, expected, result, verdict, unavoidable }) =>
      html`<tr${result !== 'right' && html` class="lost"`}><td>${expected}</td><td>${result}${unavoidable && ' (nothing shows it sooner)'}</td><td>${verdict.status}</td><td>${verdict.step ?? '-'}</td><td>${name}</td></tr>
`,
  );
  const lost = rows.filter(({ result }) => result !== 'right');
  return html`${lost.length > 0 && html`<ul class="warning">${lost.slice(0, 10).map((row) => html`<li>${losingRowText(row)}</li>`)}</ul>`}<details><summary>All ${rows.length} servers that it was tried against</summary><table class="proof"><thead><tr><th scope="col">expected</th><th scope="col">result</th><th scope="col">status</th><th scope="col">step</th><th scope="col">server</th></tr></thead><tbody>${body}</tbody></table></details>`;
}
