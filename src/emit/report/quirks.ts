import type { CaptureFiles } from '../../capture/frame.ts';
import type { QuirkEvidence, ServerQuirk } from '../../dialogue/evidence.ts';
import { QUIRKS } from '../../dialogue/quirks.ts';
import { headOf } from '../quirks/sections.ts';
import { type Html, html } from './html.ts';
import type { ReportInput } from './report.ts';

/** Servers whose quirks are shown. */
const MAX_SERVERS = 20;

/** What departs from the specification, server by server. */
export function quirksSection({ sheets, analysis }: ReportInput): Html | undefined {
  const peculiar = sheets.filter(({ quirks }) => quirks.length > 0);
  if (peculiar.length === 0) return undefined;
  return html`<section aria-labelledby="quirks"><h2 id="quirks">Quirks</h2>
${peculiar.slice(0, MAX_SERVERS).map(
  (
    sheet,
  ) => html`<h3>${headOf(sheet)}</h3><table class="quirks"><thead><tr><th scope="col">severity</th><th scope="col">what</th><th scope="col">seen</th><th scope="col">what it means</th></tr></thead><tbody>${sheet.quirks.map((quirk) => quirkRow(quirk, analysis.files))}</tbody></table>
`,
)}${peculiar.length > MAX_SERVERS && html`<p class="left-out">${peculiar.length - MAX_SERVERS} more servers left out here: quirks tells of them all.</p>`}</section>`;
}

function quirkRow({ code, dialogues, of, evidence }: ServerQuirk, files: CaptureFiles): Html {
  const { title, spec, severity, clients, checks } = QUIRKS[code];
  const [first] = evidence;
  return html`<tr><td><span class="tag ${severity}">${severity}</span></td><td>${title}<br><code>${code}</code>, ${spec}</td><td>${dialogues} of ${of}${first && html`<br>${placeText(first, files)}`}</td><td>Clients: ${clients}<br>Checks: ${checks}</td></tr>`;
}

/** Where it showed first; its bytes stand in the dialogue. */
function placeText({ frame, stream, side, offset, field }: QuirkEvidence, files: CaptureFiles): string {
  const where = frame === undefined ? `tcp.stream ${stream}` : `frame ${files.nameOf(frame)}`;
  return [where, `byte ${offset} of the ${side}`, field].filter((each) => each !== undefined).join(', ');
}
