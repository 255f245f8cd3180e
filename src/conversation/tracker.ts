import { DEFAULT_LIMITS, type Limits } from '../bytes/limits.ts';
import { endpointsOf, FLAG, reversePair, type Segment } from '../packet/segment.ts';
import { StreamAssembler, type StreamLimits } from './assembler.ts';
import type { Conversation, RolesBy } from './conversation.ts';

export interface TrackerOptions {
  readonly limits?: StreamLimits & Pick<Limits, 'conversations' | 'buffered'>;
  /** Receives each conversation once, when it has ended or the capture has. */
  readonly onConversation: (conversation: Conversation) => void;
}

/** Conversations that have ended wait for late frames until as many others have ended after them. */
const ENDED_KEPT = 256;

/** Conversations that were given out are remembered for their late frames until so many others were after them. */
const REMEMBERED = 4096;

/** One connection while it is being captured; end 0 is the one that sent the first frame. */
interface Entry {
  readonly kind: 'open';
  readonly stream: number;
  readonly pair: string;
  /** The pair of what goes the other way. */
  readonly reverse: string;
  /** Gone once the conversation was given out. */
  ends: [StreamAssembler, StreamAssembler] | undefined;
  readonly firstFrame: number;
  readonly started: { readonly seconds: number; readonly nanoseconds: number };
  frames: number;
  lastFrame: number;
  client: 0 | 1 | undefined;
  rolesBy: RolesBy;
  ended: boolean;
  /** Bytes that the ends keep. */
  size: number;
  /** Neighbors in the order of use. */
  older: Entry | undefined;
  newer: Entry | undefined;
}

/** What is remembered of a conversation that was given out: its late frames are told from another connection by the numbers of the SYNs. */
interface Given {
  readonly kind: 'given';
  readonly pair: string;
  readonly reverse: string;
  readonly initialSequences: readonly [number | undefined, number | undefined];
}

/** Sorts segments into conversations, numbered as Wireshark numbers `tcp.stream`. */
export class ConversationTracker {
  readonly #options: TrackerOptions;
  /** Both directions of a connection lead to its entry. */
  readonly #entries = new Map<string, Entry | Given>();
  readonly #ended: Entry[] = [];
  /** The next one takes the place of the oldest. */
  readonly #remembered: Given[] = [];
  #nextRemembered = 0;
  readonly #limits: NonNullable<TrackerOptions['limits']>;
  readonly #use = new UseOrder();
  #buffered = 0;
  #streams = 0;
  /** Frames of conversations that had been given out before. */
  lateFrames = 0;
  /** Conversations that were cut short to stay within a bound, by its name. */
  readonly givenUp = { conversations: 0, buffered: 0 };

  constructor(options: TrackerOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_LIMITS;
  }

  /** How many conversations were met so far. */
  get conversations(): number {
    return this.#streams;
  }

  add(segment: Segment): void {
    const syn = (segment.flags & FLAG.syn) !== 0;
    const ack = (segment.flags & FLAG.ack) !== 0;
    let entry = this.#entries.get(segment.pair);
    if (entry === undefined || (syn && !ack && startsAnew(entry, segment))) entry = this.#open(segment);
    if (entry.kind === 'given' || entry.ends === undefined) {
      this.lateFrames++; // the conversation was complete without it, or was given up
      return;
    }
    entry.frames++;
    entry.lastFrame = segment.frame;
    const { ends } = entry;
    const end = endOf(entry, segment);
    if (syn && entry.rolesBy !== 'SYN') {
      entry.client = ack ? otherEnd(end) : end;
      entry.rolesBy = ack ? 'SYN-ACK' : 'SYN';
    }
    if (syn && ends[end].initialSequence === undefined && !ends[end].couldStartAt(segment.sequence)) {
      ends[end] = new StreamAssembler(this.#limits); // what this SYN-ACK cannot start was of an old connection
    }
    const own = ends[end];
    const acknowledged = ack
      ? ends[otherEnd(end)].acknowledge(segment.acknowledgment, segment.frame)
      : Number.NEGATIVE_INFINITY;
    own.add(segment, acknowledged);
    this.#use.touch(entry);
    this.#measure(entry, ends[0].size + ends[1].size);
    if (!entry.ended && (own.reset || (ends[0].done && ends[1].done))) this.#end(entry);
  }

  /** Gives out every conversation that is still open. */
  finish(): void {
    for (const entry of this.#entries.values()) if (entry.kind === 'open') this.#give(entry);
    this.#entries.clear();
  }

  #open(segment: Segment): Entry {
    const { pair, frame, seconds, nanoseconds } = segment;
    const before = this.#entries.get(pair);
    if (before?.kind === 'open') this.#give(before);
    const entry: Entry = {
      kind: 'open',
      stream: this.#streams++,
      pair,
      reverse: reversePair(pair),
      ends: [new StreamAssembler(this.#limits), new StreamAssembler(this.#limits)],
      firstFrame: frame,
      started: { seconds, nanoseconds },
      frames: 0,
      lastFrame: frame,
      client: undefined,
      rolesBy: 'ports',
      ended: false,
      size: 0,
      older: undefined,
      newer: undefined,
    };
    this.#entries.set(entry.reverse, entry);
    this.#entries.set(pair, entry);
    this.#use.touch(entry);
    if (this.#use.count > this.#limits.conversations) this.#giveUp('conversations');
    return entry;
  }

  /** Notes how much an entry keeps, and makes room when all of them keep too much. */
  #measure(entry: Entry, size: number): void {
    this.#buffered += size - entry.size;
    entry.size = size;
    while (this.#buffered > this.#limits.buffered && this.#use.count > 1) this.#giveUp('buffered');
  }

  /** The conversation that was silent for longest is given out as far as it got. */
  #giveUp(bound: 'conversations' | 'buffered'): void {
    const entry = this.#use.oldest as Entry;
    if (!entry.ended) this.givenUp[bound]++;
    this.#give(entry, !entry.ended);
  }

  /** Late frames find what is left of the conversation that was given out. */
  #remember(given: Given): void {
    this.#entries.set(given.pair, given);
    this.#entries.set(given.reverse, given);
    const oldest = this.#remembered[this.#nextRemembered];
    this.#remembered[this.#nextRemembered] = given;
    this.#nextRemembered = (this.#nextRemembered + 1) % REMEMBERED;
    if (oldest === undefined) return;
    this.#forget(oldest.pair, oldest);
    this.#forget(oldest.reverse, oldest);
  }

  #forget(pair: string, given: Given): void {
    if (this.#entries.get(pair) === given) this.#entries.delete(pair);
  }

  #end(entry: Entry): void {
    entry.ended = true;
    this.#ended.push(entry);
    if (this.#ended.length > ENDED_KEPT) this.#give(this.#ended.shift() as Entry);
  }

  #give(entry: Entry, cutShort = false): void {
    if (entry.ends === undefined) return;
    const [own, other] = entry.ends;
    entry.ends = undefined;
    this.#use.remove(entry);
    this.#measure(entry, 0);
    const { pair, reverse } = entry;
    this.#remember({ kind: 'given', pair, reverse, initialSequences: [own.initialSequence, other.initialSequence] });
    const [first, second] = endpointsOf(pair);
    const ends = [
      { address: first.address, port: first.port, bytes: own.finish(other.origin) },
      { address: second.address, port: second.port, bytes: other.finish(own.origin) },
    ] as const;
    // The server is mostly at the lower port; the dialogue layer looks at the bytes where nothing better is known.
    const client = entry.client ?? (first.port >= second.port ? 0 : 1);
    this.#options.onConversation({
      stream: entry.stream,
      client: ends[client],
      server: ends[otherEnd(client)],
      rolesBy: entry.rolesBy,
      cutShort,
      frames: entry.frames,
      firstFrame: entry.firstFrame,
      lastFrame: entry.lastFrame,
      started: entry.started,
    });
  }
}

/** Entries in the order of their last frame. */
class UseOrder {
  oldest: Entry | undefined;
  count = 0;
  #newest: Entry | undefined;

  touch(entry: Entry): void {
    if (entry === this.#newest) return;
    if (entry === this.oldest || entry.older !== undefined) this.remove(entry);
    entry.older = this.#newest;
    if (this.#newest === undefined) this.oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.count++;
  }

  remove(entry: Entry): void {
    const { older, newer } = entry;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    entry.older = undefined;
    entry.newer = undefined;
    this.count--;
  }
}

const otherEnd = (end: 0 | 1): 0 | 1 => (end === 0 ? 1 : 0);

/** Is this SYN a new connection on known ports? Its number differs, and it is not the late start of what was seen. */
function startsAnew(entry: Entry | Given, segment: Segment): boolean {
  const { sequence } = segment;
  const end = endOf(entry, segment);
  const own = entry.kind === 'open' ? entry.ends?.[end] : undefined;
  const initialSequence = entry.kind === 'open' ? own?.initialSequence : entry.initialSequences[end];
  if (initialSequence !== undefined) return initialSequence !== sequence;
  return own === undefined || !own.couldStartAt(sequence);
}

/** Which end sent a segment; a connection of a port to itself has one direction. */
const endOf = ({ pair }: Entry | Given, segment: Segment): 0 | 1 => (segment.pair === pair ? 0 : 1);
