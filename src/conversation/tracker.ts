import { endpointsOf, FLAG, reversePair, type Segment } from '../packet/segment.ts';
import type { Conversation, RolesBy } from './conversation.ts';
import { StreamAssembler } from './stream.ts';

export interface TrackerOptions {
  /** Bytes kept from the start of each side. */
  readonly headLimit: number;
  /** Receives each conversation once, when it has ended or the capture has. */
  readonly onConversation: (conversation: Conversation) => void;
}

export const DEFAULT_HEAD_LIMIT = 65_536;

/** Conversations that have ended wait for late frames until as many others have ended after them. */
const ENDED_KEPT = 256;

/** One connection while it is being captured; end 0 is the one that sent the first frame. */
interface Entry {
  readonly stream: number;
  readonly pair: string;
  /** Gone once the conversation was given out; the entry stays to recognize late frames. */
  ends: readonly [StreamAssembler, StreamAssembler] | undefined;
  /** The sequence numbers of the SYNs, kept when the ends are gone. */
  initialSequences: readonly [number | undefined, number | undefined];
  readonly firstFrame: number;
  readonly started: { readonly seconds: number; readonly nanoseconds: number };
  frames: number;
  client: 0 | 1 | undefined;
  rolesBy: RolesBy;
  ended: boolean;
}

/** Sorts segments into conversations, numbered as Wireshark numbers `tcp.stream`. */
export class ConversationTracker {
  readonly #options: TrackerOptions;
  /** Both directions of a connection lead to its entry. */
  readonly #entries = new Map<string, { readonly entry: Entry; readonly end: 0 | 1 }>();
  readonly #ended: Entry[] = [];
  #streams = 0;

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** How many conversations were met so far. */
  get conversations(): number {
    return this.#streams;
  }

  add(segment: Segment): void {
    const syn = (segment.flags & FLAG.syn) !== 0;
    const ack = (segment.flags & FLAG.ack) !== 0;
    let found = this.#entries.get(segment.pair);
    if (found === undefined || (syn && !ack && startsAnew(found, segment.sequence))) found = this.#open(segment);
    const { entry, end } = found;
    entry.frames++;
    const { ends } = entry;
    if (ends === undefined) return; // a late copy: the conversation was complete without it
    if (syn && entry.rolesBy !== 'SYN') {
      entry.client = ack ? otherEnd(end) : end;
      entry.rolesBy = ack ? 'SYN-ACK' : 'SYN';
    }
    const own = ends[end];
    const acknowledged = ack
      ? ends[otherEnd(end)].acknowledge(segment.acknowledgment, segment.frame)
      : Number.NEGATIVE_INFINITY;
    own.add(segment, acknowledged, {
      syn,
      fin: (segment.flags & FLAG.fin) !== 0,
      rst: (segment.flags & FLAG.rst) !== 0,
    });
    if (!entry.ended && (own.reset || (ends[0].done && ends[1].done))) this.#end(entry);
  }

  /** Gives out every conversation that is still open. */
  finish(): void {
    for (const { entry } of this.#entries.values()) this.#give(entry);
    this.#entries.clear();
  }

  #open(segment: Segment): { readonly entry: Entry; readonly end: 0 | 1 } {
    const { pair, frame, seconds, nanoseconds } = segment;
    const before = this.#entries.get(pair);
    if (before !== undefined) this.#give(before.entry);
    const { headLimit } = this.#options;
    const entry: Entry = {
      stream: this.#streams++,
      pair,
      ends: [new StreamAssembler(headLimit), new StreamAssembler(headLimit)],
      initialSequences: [undefined, undefined],
      firstFrame: frame,
      started: { seconds, nanoseconds },
      frames: 0,
      client: undefined,
      rolesBy: 'ports',
      ended: false,
    };
    const found = { entry, end: 0 } as const;
    this.#entries.set(reversePair(pair), { entry, end: 1 });
    this.#entries.set(pair, found); // last: a connection of a port to itself has one direction
    return found;
  }

  #end(entry: Entry): void {
    entry.ended = true;
    this.#ended.push(entry);
    if (this.#ended.length > ENDED_KEPT) this.#give(this.#ended.shift() as Entry);
  }

  #give(entry: Entry): void {
    if (entry.ends === undefined) return;
    const [own, other] = entry.ends;
    entry.ends = undefined;
    entry.initialSequences = [own.initialSequence, other.initialSequence];
    const [first, second] = endpointsOf(entry.pair);
    const ends = [
      { ...first, bytes: own.finish(other.origin) },
      { ...second, bytes: other.finish(own.origin) },
    ] as const;
    // The server is mostly at the lower port; the dialogue layer looks at the bytes where nothing better is known.
    const client = entry.client ?? (first.port >= second.port ? 0 : 1);
    this.#options.onConversation({
      stream: entry.stream,
      client: ends[client],
      server: ends[otherEnd(client)],
      rolesBy: entry.rolesBy,
      frames: entry.frames,
      firstFrame: entry.firstFrame,
      started: entry.started,
    });
  }
}

const otherEnd = (end: 0 | 1): 0 | 1 => (end === 0 ? 1 : 0);

/** Is this SYN a new connection on known ports? Its number differs, and it is not the late start of what was seen. */
function startsAnew({ entry, end }: { readonly entry: Entry; readonly end: 0 | 1 }, sequence: number): boolean {
  const own = entry.ends?.[end];
  const initialSequence = own?.initialSequence ?? entry.initialSequences[end];
  if (initialSequence !== undefined) return initialSequence !== sequence;
  return own === undefined || !own.couldStartAt(sequence);
}
