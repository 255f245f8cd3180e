import type { Check } from '../../check/check.ts';
import { formatEndpoint } from '../../packet/segment.ts';
import type { Analysis } from '../analysis.ts';
import { scoreText } from '../proof.ts';
import { serversOf } from '../servers.ts';
import { isSuccess } from '../withheld.ts';
import { type Content, type Html, html } from './html.ts';
import type { ReportInput, Scene } from './report.ts';
import { clipped, counted, spokenIn, spokenTo } from './words.ts';

/** Scenes that the summary has a row for; the page has them all. */
const MAX_ROWS = 20;

/** `SOCKS5 > HTTP to client3.google.test:80: opened, HTTP 204`. */
export function headlineOf(scenes: readonly Scene[]): string {
  const first = scenes[0];
  if (first === undefined) return 'no dialogue';
  const { dialogue } = first.samples[0];
  const reason = clipped(dialogue.outcome.reason);
  const spoken = spokenTo(dialogue);
  const more = scenes.length === 1 ? '' : `, and ${counted(scenes.length - 1, 'other kind')} of dialogue`;
  return `${reason.startsWith(`${spoken} `) ? '' : `${spoken}: `}${reason}${more}`;
}

/** What there is to know at a glance: a row for each kind of dialogue, with the verdict of its check. */
export function summarySection(input: ReportInput, scenes: readonly Scene[]): Html {
  const { files, accounting } = input.analysis;
  const dialogues = scenes.reduce((sum, { count }) => sum + count, input.leftOut);
  return html`<section aria-labelledby="summary"><h2 id="summary">Summary</h2>
<p>${counted(accounting.conversations, 'conversation')} in ${counted(files.frames, 'frame')} of ${files.names.join(', ')}${dialogues < accounting.conversations && html`; ${dialogues} taken`}.</p>
<div class="cards">${scenes.slice(0, MAX_ROWS).map((scene) => card(scene, input))}</div>
${scenes.length > MAX_ROWS && html`<p class="left-out">${scenes.length - MAX_ROWS} more kinds stand below.</p>`}
</section>`;
}

function card({ id, samples, count, check }: Scene, { analysis, withheld }: ReportInput): Html {
  const { dialogue } = samples[0];
  const { destination, outcome, conversation } = dialogue;
  const frame = outcome.frame === undefined ? undefined : html`, frame ${analysis.files.nameOf(outcome.frame)}`;
  const reason = check && withheld.get(check.check);
  const facts: readonly (readonly [string, Content])[] = [
    [
      'Server',
      check === undefined ? formatEndpoint(conversation.server) : serversOf(check.check).replace(/^servers? /, ''),
    ],
    ['Spoken', spokenIn(dialogue)],
    ['Destination', destination && clipped(destination)],
    ['Outcome', html`${clipped(outcome.reason)}${frame}`],
    [
      'Check',
      check === undefined
        ? 'none is made of it'
        : reason === undefined
          ? clipped(check.check.title)
          : `withheld: ${reason}`,
    ],
    ['Proof', check && reason === undefined && verdictHtml(check.check, analysis)],
    [
      'Seen',
      html`<a href="#${id}">${counted(count, 'time')}, tcp.stream ${conversation.stream}${count > 1 && ' first'}</a>`,
    ],
  ];
  return html`<dl class="card">${facts.map(([name, value]) => value !== undefined && value !== false && html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;
}

/** The score of a check in words, and whether that is well. */
export function verdictHtml(check: Check, analysis: Analysis): Html | undefined {
  const proof = analysis.proofs.get(check);
  if (proof === undefined) return undefined;
  if (check.lacks.length > 0) return html`not proved: what is sent is not all there`;
  if (!isSuccess(check, analysis.dialogue)) return html`not proved: the conversation was no success`;
  const verdict = proof.perfect
    ? html`<b class="good">✓ holds</b>`
    : html`<b class="bad">✗ does not hold everywhere</b>`;
  return html`${verdict}: ${scoreText(proof)}`;
}
