import { type Dialogue, streamOf } from '../../dialogue/dialogue.ts';
import { findingsIn, type QuirkFinding } from '../../dialogue/quirks.ts';
import { warningsOf } from '../../dialogue/warnings.ts';
import { formatEndpoint } from '../../packet/segment.ts';
import { diagramOf } from './diagram.ts';
import { diagramSvg } from './diagram-svg.ts';
import { type Html, html } from './html.ts';
import { messageHtml, quirkNote } from './message.ts';
import { MAX_MESSAGES, type ReportInput, type Scene } from './report.ts';
import { bytesText, clipped, counted, spokenTo } from './words.ts';

/** The dialogues: each kind as a sequence diagram beside its bytes. */
export function dialoguesSection(input: ReportInput, scenes: readonly Scene[]): Html | undefined {
  if (scenes.length === 0) return undefined;
  const { leftOut } = input;
  return html`<section aria-labelledby="dialogues"><h2 id="dialogues">${scenes.length === 1 ? 'Dialogue' : 'Dialogues'}</h2>
${LEGEND}
${scenes.map((scene) => sceneHtml(scene, input))}${leftOut > 0 && html`<p class="left-out">${counted(leftOut, 'dialogue')} of other kinds left out here: list names them all, --stream takes one.</p>`}
</section>`;
}

const LEGEND = html`<details class="legend"><summary>How to read the bytes</summary>
<p>Hover over a field, or go to it with the Tab key: its name, its role and its value stand at the bottom of the window.</p>
<ul><li><span class="f fixed">05</span> fixed: as the protocol or the client has it</li>
<li><span class="f outcome">00</span> outcome: says whether it worked</li>
<li><span class="f volatile">e0 d2</span> volatile: may change each time</li>
<li><span class="f secret">••</span> secret; <code>••</code> is masked, as is what may be a part of a secret, and <code>--</code> was not captured</li>
<li><i class="v">d2</i> is another in another sample</li>
<li class="dump d1"><span class="hex"><i class="x1">05</i></span> an expect of the script needs this value; <span class="hex"><i class="s1">01</i></span> takes one of several; <span class="hex"><i class="n1">d2</i></span> takes any. Each expect has a line of its own.</li>
<li><b class="cut">9</b> here another segment begins, and its frame</li></ul></details>`;

function sceneHtml(scene: Scene, input: ReportInput): Html {
  const { id, samples, count, check, drawn } = scene;
  const { analysis, allowed } = input;
  const { files } = analysis;
  const [{ dialogue }] = samples;
  const { conversation, layers, outcome } = dialogue;
  const name = (frame: number) => files.nameOf(frame);
  const findings = findingsIn(dialogue, allowed);
  const messages = layers.flatMap((layer) => layer.messages);
  const owned = messages.map((message) => findings.filter((finding) => shows(message, finding)));
  const others = findings.filter((finding) => !owned.some((own) => own.includes(finding)));
  const streams = samples.map((sample) => sample.dialogue.conversation.stream);
  const ends = { client: formatEndpoint(conversation.client), server: formatEndpoint(conversation.server) };
  const title = spokenTo(dialogue);
  const frame = outcome.frame === undefined ? '' : `, frame ${name(outcome.frame)}`;
  return html`<section class="scene" id="${id}" aria-labelledby="${id}-h"><h3 id="${id}-h">${title}</h3>
<p>${clipped(outcome.reason)}${frame}. ${samplesText(streams, count)}${check && html` Stands behind ${input.analysis.checks.length > 1 ? `check ${check.number}` : 'the check'}.`}</p>
${warningsOf(dialogue, name).map(({ code, message }) => html`<p class="warning"><b>${code}</b>: ${message}</p>`)}
<div class="stage"><figure>${diagramSvg(diagramOf(dialogue), { id, title: `${title}, tcp.stream ${conversation.stream}`, ends, files, linked: MAX_MESSAGES })}<figcaption>${rolesText(dialogue)}</figcaption>${others.length > 0 && html`<div class="notes">${others.map(quirkNote)}</div>`}</figure>
<div class="messages">${messages
    .slice(0, MAX_MESSAGES)
    .map((message, at) =>
      messageHtml({ id: `${id}-m${at}`, samples, at, message, drawn, findings: owned[at] as QuirkFinding[], files }),
    )}${messages.length > MAX_MESSAGES && html`<p class="left-out">${counted(messages.length - MAX_MESSAGES, 'more message')} left out here: show has them all.</p>`}
${messages.length === 0 && html`<p>No message was read.</p>`}${unreadText(dialogue)}</div></div></section>
`;
}

/** Does a quirk show in the bytes of a message? An end or a silence is of none. */
const shows = (
  message: { side: string; start: number; end: number },
  { side, offset, length }: QuirkFinding,
): boolean => length > 0 && side === message.side && message.start <= offset && offset < message.end;

function samplesText(streams: readonly number[], count: number): string {
  if (count === 1) return `tcp.stream ${streams[0]}.`;
  const laid = `tcp.stream ${streams.join(', ')}`;
  return count === streams.length
    ? `${count} alike, laid over each other: ${laid}; times and offsets are those of the first.`
    : `${count} alike, of which the first ${streams.length} are laid over each other: ${laid}; times and offsets are those of the first.`;
}

function rolesText({ conversation }: Dialogue): string {
  return `tcp.stream ${conversation.stream}: ${counted(conversation.frames, 'frame')}; client and server told by ${conversation.rolesBy}`;
}

/** What no message accounts for. */
function unreadText({ conversation, layers }: Dialogue): Html | undefined {
  const messages = layers.flatMap((layer) => layer.messages);
  const rest = (['client', 'server'] as const).flatMap((side) => {
    const read = messages.filter((message) => message.side === side).reduce((end, each) => Math.max(end, each.end), 0);
    const { length, gaps } = streamOf(conversation, side);
    const lost = gaps.reduce((sum, gap) => sum + Math.max(0, gap.end - Math.max(gap.start, read)), 0);
    const lacking = lost === 0 ? '' : lost === length - read ? ', not captured,' : `, ${lost} of them not captured,`;
    return length > read ? [`${bytesText(length - read)} of the ${side}${lacking}`] : [];
  });
  return rest.length === 0
    ? undefined
    : html`<p class="left-out">Behind it: ${rest.join(' and ')} that no message accounts for (show --raw has what was captured).</p>`;
}
