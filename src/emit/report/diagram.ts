import type { Dialogue } from '../../dialogue/dialogue.ts';
import { type Layer, protocolLabel } from '../../dialogue/layer.ts';
import { type Axis, axisFor, placeOn } from './axis.ts';
import { type Event, eventsOf } from './events.ts';

/** Events that are drawn: the first and the last of many. */
const HEAD = 36;
const TAIL = 12;

/** A line of the diagram, and where it stands. */
export type Row = { readonly top: number; readonly height: number } & (
  | {
      readonly kind: 'event';
      readonly event: Event;
      /** Where its moment stands on the axis; undefined where that is not known. */
      readonly moment: number | undefined;
    }
  /** Where the axis leaves out so many milliseconds. */
  | { readonly kind: 'break'; readonly silence: number }
  /** Where so many events are left out. */
  | { readonly kind: 'omission'; readonly count: number }
  | { readonly kind: 'heading'; readonly depth: number; readonly label: string }
);

/** What a layer, or a tunnel, takes of the diagram; bands of a greater depth lie inside those of a smaller one. */
export interface Band {
  readonly kind: 'layer' | 'tunnel';
  readonly depth: number;
  readonly top: number;
  readonly bottom: number;
}

/** A sequence diagram, laid out: lengths are in the units of its viewBox, downwards. */
export interface Diagram {
  readonly rows: readonly Row[];
  readonly bands: readonly Band[];
  readonly axis: Axis;
  /** Where the axis begins. */
  readonly origin: number;
  readonly height: number;
}

/** Where the arrow of an event stands in its row. */
export const arrowIn = ({ kind, continues, title }: Event): number =>
  kind === 'segment' ? (continues || title === '' ? 8 : 21) : 16;

const HEIGHTS = { heading: 22, break: 28, omission: 28 } as const;
const heightOf = ({ kind, continues, title }: Event): number =>
  kind === 'segment' ? (continues || title === '' ? 27 : 42) : kind === 'gap' ? 28 : 24;

const TOP = 46;
const CLEARANCE = 8;
/** Behind the last arrow. */
const LAST_ROW = 24;

/** Lays out a dialogue: moments to scale on the axis, rows beside it that do not overlap. */
export function diagramOf(dialogue: Dialogue): Diagram {
  const { layers } = dialogue;
  const all = eventsOf(dialogue);
  const events = all.length > HEAD + TAIL ? [...all.slice(0, HEAD), ...all.slice(-TAIL)] : all;
  const omitted = all.length - events.length;
  const moments = events.flatMap(({ time }) => (time === undefined ? [] : [time]));
  // The axis is as long as the rows are without one: where events crowd, lines lead from their moments to them.
  const crowded = placed(events, omitted, layers, axisFor(moments, 0));
  const axis = axisFor(moments, crowded.end - TOP - LAST_ROW);
  const places = placed(events, omitted, layers, axis);
  const height = Math.max(places.end, TOP + axis.length) + 14;
  return { rows: places.rows, bands: places.bands, axis, origin: TOP, height };
}

function placed(events: readonly Event[], omitted: number, layers: readonly Layer[], axis: Axis): Placing {
  const places = new Placing(layers);
  let before: number | undefined;
  events.forEach((event, at) => {
    places.enter(event);
    if (omitted > 0 && at === HEAD) places.put({ kind: 'omission', count: omitted }, HEIGHTS.omission);
    const { time } = event;
    const silence = time === undefined || before === undefined ? 0 : silenceIn(axis, before, time);
    if (silence > 0) places.put({ kind: 'break', silence }, HEIGHTS.break);
    const moment = time === undefined ? undefined : TOP + placeOn(axis, time);
    places.put({ kind: 'event', event, moment }, heightOf(event), moment && moment - arrowIn(event));
    before = time ?? before;
  });
  return places;
}

/** Milliseconds that the axis leaves out between two moments. */
function silenceIn({ stretches }: Axis, before: number, moment: number): number {
  const at = stretches.findIndex(({ from }, index) => index > 0 && from > before && from <= moment);
  return at === -1 ? 0 : (stretches[at] as { from: number }).from - (stretches[at - 1] as { to: number }).to;
}

/** `Omit` would lose what tells the kinds apart. */
type Unplaced<Each = Row> = Each extends Row ? Omit<Each, 'top' | 'height'> : never;

/** Puts rows under each other, and remembers where each layer begins and ends. */
class Placing {
  readonly rows: Row[] = [];
  readonly #layers: readonly Layer[];
  /** Which layer each message belongs to. */
  readonly #layerOf: readonly number[];
  readonly #open: { kind: Band['kind']; layer: number; depth: number; top: number; bottom: number }[] = [];
  /** The innermost layer that was met, and the one that the last event belongs to. */
  #layer = -1;
  #current = -1;
  end = TOP;

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
    this.#layerOf = layers.flatMap(({ messages }, at) => messages.map(() => at));
  }

  get bands(): readonly Band[] {
    return this.#open;
  }

  /** Opens the bands of layers that an event is the first of. */
  enter({ message }: Event): void {
    const layer = message === undefined ? this.#layer : (this.#layerOf[message] as number);
    while (this.#layer < layer) this.#begin(++this.#layer);
    this.#current = layer;
  }

  /** Adds a row below the others, not above `least`. */
  put(row: Unplaced, height: number, least = 0): void {
    // What ends the conversation stands clear of its bands.
    if (row.kind === 'event' && row.event.kind === 'closing' && this.#open.some(({ bottom }) => bottom === this.end))
      this.end += CLEARANCE;
    const top = Math.max(this.end, least);
    this.rows.push({ ...row, top, height } as Row);
    this.end = top + height;
    const carries = row.kind === 'heading' || (row.kind === 'event' && ['segment', 'gap'].includes(row.event.kind));
    if (!carries) return;
    for (const band of this.#open) {
      const own = band.kind === 'tunnel' ? this.#current > band.layer : this.#current === band.layer;
      if (own) band.bottom = this.end;
    }
  }

  #begin(layer: number): void {
    const { protocol, outcome } = this.#layers[layer] as Layer;
    const outer = this.#layers[layer - 1];
    this.#current = layer;
    if (outer !== undefined && outer.protocol !== 'proxy-protocol') {
      const to = outer.destination === undefined ? '' : ` to ${outer.destination}`;
      this.#head('tunnel', layer - 1, `tunnel${to}`);
    }
    const handshake = outcome.kind === 'granted' && protocol !== 'proxy-protocol' ? ' handshake' : '';
    this.#head(
      'layer',
      layer,
      protocol === 'unknown' ? 'protocol not known' : `${protocolLabel(protocol)}${handshake}`,
    );
  }

  #head(kind: Band['kind'], layer: number, label: string): void {
    const depth = this.#open.filter((band) => band.kind === 'tunnel').length;
    this.end += 4;
    this.#open.push({ kind, layer, depth, top: this.end, bottom: this.end });
    this.put({ kind: 'heading', depth, label }, HEIGHTS.heading);
  }
}
