import type { CaptureFiles } from '../../capture/frame.ts';
import type { Axis } from './axis.ts';
import { placeOn, roundStep } from './axis.ts';
import { arrowIn, type Band, type Diagram, type Row } from './diagram.ts';
import type { Event } from './events.ts';
import { type Content, type Html, html } from './html.ts';
import { bytesText, clipped, duration } from './words.ts';

/** As wide as a telephone is: it is never scaled down much. */
const WIDTH = 360;
const AXIS = 12;
const LABELS = 28;
const LIFELINES = { client: 96, server: 332 } as const;
const MIDDLE = (LIFELINES.client + LIFELINES.server) / 2;
/** Characters that fit between the lifelines. */
const TITLE_LENGTH = 39;
const INSET = 5;

/** What the diagram is of, and how its parts are called. */
export interface Drawing {
  /** Begins the ids of the page's parts that belong to it. */
  readonly id: string;
  readonly title: string;
  readonly ends: { readonly client: string; readonly server: string };
  readonly files: CaptureFiles;
  /** So many messages have a part of the page of their own. */
  readonly linked: number;
}

/** A sequence diagram as SVG. An arrow that begins a message is a link to its bytes. */
export function diagramSvg({ rows, bands, axis, origin, height }: Diagram, drawing: Drawing): Html {
  const { id, title, ends } = drawing;
  return html`<svg class="seq" viewBox="0 0 ${WIDTH} ${Math.ceil(height)}" role="group" aria-labelledby="${id}-t ${id}-d">
<title id="${id}-t">${title}</title>
<desc id="${id}-d">Time runs downwards and is to scale; each arrow is a segment, under the frame that carried it.</desc>
<text class="end" x="${LIFELINES.client}" y="14">client</text><text class="end" x="${LIFELINES.server}" y="14">server</text>
<text class="at" x="${LIFELINES.client}" y="27">${clipped(ends.client, 24)}</text><text class="at" x="${WIDTH - 6}" y="27">${clipped(ends.server, 24)}</text>
${bands.map(bandSvg)}
<path class="life" d="M${LIFELINES.client} 34V${tenths(height)}M${LIFELINES.server} 34V${tenths(height)}"/>
${axisSvg(axis, origin)}
${rows.map((row) => rowSvg(row, drawing))}
</svg>`;
}

function bandSvg({ kind, depth, top, bottom }: Band): Html {
  const left = LIFELINES.client - 10 + depth * INSET;
  const width = LIFELINES.server + 10 - depth * INSET - left;
  return html`<rect class="band ${kind}" x="${left}" y="${tenths(top)}" width="${width}" height="${tenths(bottom - top + 2)}" rx="3"/>`;
}

/** The axis with its graduation, each stretch by itself. */
function axisSvg(axis: Axis, origin: number): Html {
  const step = axis.scale > 0 ? roundStep(axis.scale, 12) : undefined;
  const marks = axis.stretches.map(({ from, to, top, bottom }) => {
    const ticks: Content[] = [];
    if (step !== undefined)
      for (let at = Math.ceil(from / step); at * step <= to && ticks.length < 200; at++)
        ticks.push(`M${AXIS - 4} ${tenths(origin + placeOn(axis, at * step))}h4`);
    return html`<path class="axis" d="M${AXIS} ${tenths(origin + top)}V${tenths(Math.max(origin + bottom, origin + top + 0.5))}${ticks}"/>`;
  });
  const breaks = axis.stretches.slice(1).map(({ top }, at) => {
    const from = origin + (axis.stretches[at] as { bottom: number }).bottom;
    const middle = (from + origin + top) / 2;
    return html`<path class="axis cut" d="M${AXIS} ${tenths(from)}V${tenths(middle - 5)}l-5 2 10 3 -10 3 5 2V${tenths(origin + top)}"/>`;
  });
  const note = step === undefined ? undefined : html`<text class="note" x="2" y="14">tick ${stepText(step)}</text>`;
  return html`<g>${marks}${breaks}${note}</g>`;
}

function rowSvg(row: Row, drawing: Drawing): Html {
  switch (row.kind) {
    case 'heading':
      return html`<text class="layer" x="${LIFELINES.client + row.depth * INSET + 2}" y="${tenths(row.top + 15)}">${clipped(row.label, 42)}<title>${clipped(row.label)}</title></text>`;
    case 'break':
      return html`<g class="gone"><path d="M${LIFELINES.client} ${tenths(row.top + 3)}v22M${LIFELINES.server} ${tenths(row.top + 3)}v22"/><text x="${MIDDLE}" y="${tenths(row.top + 18)}">${duration(row.silence)} left out of the axis</text></g>`;
    case 'omission':
      return html`<g class="gone"><path d="M${LIFELINES.client} ${tenths(row.top + 3)}v22M${LIFELINES.server} ${tenths(row.top + 3)}v22"/><text x="${MIDDLE}" y="${tenths(row.top + 18)}">${row.count} more events left out here</text></g>`;
    case 'event': {
      const { event, moment, top } = row;
      const y = top + arrowIn(event);
      const lead = moment === undefined || event.kind === 'gap' ? undefined : leadSvg(moment, y, event);
      const begins = event.message !== undefined && !event.continues ? event.message : drawing.linked;
      const drawn = event.kind === 'gap' ? gapSvg(event, top) : arrowSvg(event, top, drawing);
      return html`<g class="${event.side} ${event.kind}">${lead}${begins < drawing.linked ? html`<a href="#${drawing.id}-m${begins}">${drawn}</a>` : drawn}</g>
`;
    }
  }
}

/** From the moment on the axis to the arrow, with the time. */
function leadSvg(moment: number, y: number, { time = 0 }: Event): Html {
  return html`<path class="lead" d="M${AXIS} ${tenths(moment)}h3L${LABELS - 4} ${tenths(y)}h2"/><text class="time" x="${LABELS}" y="${tenths(y + 3.5)}">${duration(time)}</text>`;
}

function arrowSvg(event: Event, top: number, { files }: Drawing): Html {
  const { side, kind, title, frame, length } = event;
  const y = top + arrowIn(event);
  const [from, to] = side === 'client' ? [LIFELINES.client, LIFELINES.server] : [LIFELINES.server, LIFELINES.client];
  const back = side === 'client' ? -6 : 6;
  const named = frame === undefined ? '' : `frame ${files.nameOf(frame)}`;
  const meta = kind === 'segment' ? `${named}, ${bytesText(length)}${event.continues ? ', goes on' : ''}` : '';
  const label = kind === 'segment' ? title : [title, named].filter(Boolean).join(', ');
  const reset =
    title === 'RST' ? html`<path class="reset" d="M${to - 4 + back} ${tenths(y - 4)}l8 8m0-8l-8 8"/>` : undefined;
  return html`<path class="arrow" d="M${from} ${tenths(y)}H${to}"/><path class="head" d="M${to} ${tenths(y)}l${back}-3.5v7z"/>${reset}${
    label === ''
      ? undefined
      : html`<text class="title" x="${MIDDLE}" y="${tenths(y - 6)}">${clipped(label, TITLE_LENGTH)}<title>${clipped(label)}</title></text>`
  }${meta === '' ? undefined : html`<text class="meta" x="${MIDDLE}" y="${tenths(y + 13)}">${clipped(meta, TITLE_LENGTH + 6)}</text>`}`;
}

function gapSvg({ side, title }: Event, top: number): Html {
  const x = LIFELINES[side];
  return html`<path class="hole" d="M${x} ${tenths(top + 3)}v22"/><text class="title" x="${MIDDLE}" y="${tenths(top + 17)}">${clipped(title, TITLE_LENGTH + 4)}<title>${title}</title></text>`;
}

/** A round step as it is said: `0.2 ms`, `5 s`. */
const stepText = (step: number): string => (step >= 1000 ? `${step / 1000} s` : `${Number(step.toPrecision(1))} ms`);

const tenths = (value: number): string => String(Math.round(value * 10) / 10);
