import { toHex } from '../../bytes/hex.ts';
import { isText } from '../../bytes/printable.ts';
import type { CaptureFiles } from '../../capture/frame.ts';
import { framesOf } from '../../conversation/conversation.ts';
import { streamOf, timeOf } from '../../dialogue/dialogue.ts';
import { type Message, protocolLabel } from '../../dialogue/layer.ts';
import { QUIRKS, type QuirkFinding } from '../../dialogue/quirks.ts';
import { titleOf } from '../../dialogue/title.ts';
import { frameList } from '../haproxy/header.ts';
import type { DrawnExpect, DrawnScript } from './expects.ts';
import { type Dump, hexAt, hexdump, MAX_LANES } from './hexdump.ts';
import { type Content, type Html, html, joined } from './html.ts';
import type { ShownDialogue } from './masked.ts';
import { NEED } from './needs.ts';
import { overlayOf, type Variation } from './overlay.ts';
import { bytesText, clipped, counted, duration } from './words.ts';

/** A message of the first sample, and what is told beside it. */
export interface MessageView {
  readonly id: string;
  readonly samples: readonly [ShownDialogue, ...ShownDialogue[]];
  /** Its index, counted over all layers. */
  readonly at: number;
  readonly message: Message;
  readonly drawn: DrawnScript;
  /** The quirks that it shows. */
  readonly findings: readonly QuirkFinding[];
  readonly files: CaptureFiles;
}

/** A message: what it is, its bytes, what is asked of them, what varies, and quirks in the margin. */
export function messageHtml({ id, samples, at, message, drawn, findings, files }: MessageView): Html {
  const { dialogue, kinds } = samples[0];
  const { side, start, end } = message;
  const stream = streamOf(dialogue.conversation, side);
  const over = <Each extends { readonly start: number }>(each: Each, length: number) =>
    each.start < end && each.start + Math.max(length, 1) > start;
  const ofServer = side === 'server';
  const expects = ofServer ? drawn.expects.filter((each) => over(each, each.needs.length)) : [];
  const sends = ofServer ? [] : drawn.sends.filter((each) => over(each, each.end - each.start));
  const lanes = expects.filter(({ unwanted }) => !unwanted);
  const { varies, variations } = overlayOf(samples, at);
  const name = (frame: number) => files.nameOf(frame);
  const cuts = new Map(
    stream.runs.filter((run) => run.start > start && run.start < end).map((run) => [run.start, run.frame]),
  );
  const time = timeOf(dialogue.conversation, side, start);
  const facts = [
    frameList(framesOf(stream, start, end), name),
    bytesText(end - start),
    `offset ${start}`,
    time === undefined ? undefined : `after ${duration(time)}`,
    sends.length === 0
      ? undefined
      : `sent by ${sends.length === 1 ? 'step' : 'steps'} ${sends.map(({ step }) => step).join(' and ')}`,
  ].filter((fact) => fact !== undefined);
  const bytes = stream.bytes;
  return html`<article class="msg ${side}" id="${id}">
<h4><span class="who">${side}</span> ${clipped(titleOf(message))}</h4>
<p class="facts">${protocolLabel(message.protocol)}, ${facts.join(', ')}</p>
<div class="body">${hexdump({ message, bytes, kinds: kinds[side], varies, expects: lanes, cuts, files })}
${expects.length > 0 && expectList(expects, lanes, { bytes, kinds: kinds[side] })}${variations.length > 0 && variationTable(variations)}</div>
${findings.length > 0 && html`<aside aria-label="quirks of this message">${findings.map(quirkNote)}</aside>`}
</article>
`;
}

function expectList(
  expects: readonly DrawnExpect[],
  lanes: readonly DrawnExpect[],
  dump: Pick<Dump, 'bytes' | 'kinds'>,
): Html {
  const items = expects.map((expect) => {
    const lane = lanes.indexOf(expect) + 1;
    const drawn = lane > 0 && lane <= MAX_LANES && lanes.length > 1;
    const asked = expect.unwanted ? 'must not match' : html`needs <code>${needsText(expect, dump)}</code>`;
    return html`<li><b>step ${expect.step}</b>${drawn && ` (line ${lane})`} ${asked}<code class="rule">${expect.rule}</code></li>`;
  });
  return html`<ul class="expects" aria-label="what the check expects of these bytes">${items}</ul>`;
}

/** Stretches of an expect that are told. */
const TOLD = 12;

/** `05 00 [01] any 6`: in brackets what may have other values too. */
function needsText({ start, needs }: DrawnExpect, { bytes, kinds }: Pick<Dump, 'bytes' | 'kinds'>): string {
  const words: string[] = [];
  for (let at = 0; at < needs.length; ) {
    const need = needs[at];
    const from = at;
    while (at < needs.length && needs[at] === need) at++;
    const shown = Array.from({ length: at - from }, (_, index) => hexAt({ bytes, kinds }, start + from + index)).join(
      ' ',
    );
    words.push(need === NEED.any ? `any ${at - from}` : need === NEED.some ? `[${shown}]` : shown);
  }
  return words.length > TOLD ? `${words.slice(0, TOLD).join(' ')} …` : words.join(' ');
}

function variationTable(variations: readonly Variation[]): Html {
  const rows = variations.slice(0, MAX_VARIATIONS).map(({ name, values, agree }) => {
    const from = Math.max(0, agree - SAME_BEFORE);
    const cells = values.map(
      ({ stream, bytes }) =>
        html`<span class="value"><b>${stream}</b> <code>${bytes === undefined ? 'not there' : valueText(bytes, from)}</code></span> `,
    );
    return html`<tr><th scope="row">${clipped(name, 40)}</th><td>${cells}</td></tr>`;
  });
  const left = variations.length - MAX_VARIATIONS;
  return html`<table class="varies"><caption>Varies, by tcp.stream</caption><tbody>${rows}</tbody></table>${left > 0 && html`<p class="left-out">${counted(left, 'more field')} left out here</p>`}`;
}

/** Fields that vary and are told. */
const MAX_VARIATIONS = 30;
/** Bytes of a value that are told, and how many of them stand before the first that varies. */
const VALUE_LENGTH = 12;
const SAME_BEFORE = 4;

/** A value from where it begins to vary. */
function valueText(bytes: Uint8Array, from: number): string {
  const text = bytes.length > 2 && isText(bytes);
  const to = from + (text ? 3 : 1) * VALUE_LENGTH;
  const shown = bytes.subarray(from, to);
  const words = text ? Buffer.from(shown).toString('latin1').trimEnd() : toHex(shown).replace(/..(?=.)/g, '$& ');
  return `${from > 0 ? '… ' : ''}${words}${to < bytes.length ? ` … (${bytesText(bytes.length)})` : ''}`;
}

/** A quirk as a note in the margin. */
export function quirkNote({ code, field, detail }: QuirkFinding): Html {
  const { title, severity, spec, clients, checks } = QUIRKS[code];
  const shown: Content[] = [field, detail].filter((each) => each !== undefined);
  return html`<div class="note ${severity}"><p><b>${severity}</b> ${title}${shown.length > 0 && html` (${joined(shown, ', ')})`}</p><p class="more">${spec}. Clients: ${clients} Checks: ${checks}</p></div>`;
}
