import { elapsed, type Side } from '../../conversation/conversation.ts';
import type { ByteStream, Gap, Moment } from '../../conversation/stream.ts';
import type { Dialogue } from '../../dialogue/dialogue.ts';
import { streamOf } from '../../dialogue/dialogue.ts';
import { titleOf } from '../../dialogue/title.ts';

/** What happened in a conversation, as far as it was captured. */
export interface Event {
  readonly kind: 'segment' | 'opening' | 'closing' | 'gap';
  readonly side: Side;
  /** Milliseconds from the first frame; undefined where it is not known. */
  readonly time: number | undefined;
  readonly frame: number | undefined;
  /** What it is, in words. */
  readonly title: string;
  /** Bytes that a segment carries, or that are missing. */
  readonly length: number;
  /** The message that begins in it, or goes on in it; counted over all layers. */
  readonly message: number | undefined;
  /** Does the first of its bytes continue a message? */
  readonly continues: boolean;
}

const SIDES: readonly Side[] = ['client', 'server'];

/** The events of a dialogue in order of time. `ACK`s that carry nothing are not kept by the conversation. */
export function eventsOf(dialogue: Dialogue): Event[] {
  const { conversation } = dialogue;
  const events = SIDES.flatMap((side) => [
    ...openingOf(dialogue, side),
    ...segmentsOf(dialogue, side),
    ...closingOf(streamOf(conversation, side), side, (moment) => since(dialogue, moment)),
  ]);
  return events.sort((a, b) => timeOf(a) - timeOf(b) || (a.frame ?? 0) - (b.frame ?? 0));
}

/** What has no time of its own comes last. */
const timeOf = ({ time }: Event): number => time ?? Number.MAX_VALUE;

const since = ({ conversation }: Dialogue, moment: Moment): number =>
  Math.max(0, elapsed(conversation.started, moment)); // files are shuffled, and clocks are set back

function openingOf(dialogue: Dialogue, side: Side): Event[] {
  const opened = streamOf(dialogue.conversation, side).traces?.opened;
  if (opened === undefined) return [];
  const title = side === 'client' ? 'SYN' : 'SYN, ACK';
  const frame = side === 'client' ? dialogue.conversation.firstFrame : undefined;
  return [{ ...NOTHING_SAID, kind: 'opening', side, time: since(dialogue, opened), frame, title }];
}

const NOTHING_SAID = { length: 0, message: undefined, continues: false } as const;

function closingOf({ closed, traces }: ByteStream, side: Side, timeOf: (moment: Moment) => number): Event[] {
  if (closed === undefined) return [];
  const time = traces?.closed && timeOf(traces.closed);
  return [{ ...NOTHING_SAID, kind: 'closing', side, time, frame: closed.frame, title: closed.by }];
}

/** A side's segments, and what is missing between them. */
function segmentsOf(dialogue: Dialogue, side: Side): Event[] {
  const { runs, gaps } = streamOf(dialogue.conversation, side);
  const messages = dialogue.layers.flatMap((layer) => layer.messages);
  const shown = messages.map((message, at) => ({ message, at })).filter(({ message }) => message.side === side);
  const lacks = (gap: Gap, time: number | undefined): Event => ({
    ...NOTHING_SAID,
    kind: 'gap',
    side,
    time,
    frame: gap.frame,
    title: gapText(gap),
    length: gap.end - gap.start,
  });
  const events: Event[] = [];
  let next = 0;
  let time: number | undefined;
  for (const run of runs) {
    const before = next;
    while (next < gaps.length && (gaps[next] as Gap).start < run.start) next++;
    time = since(dialogue, run);
    const moment = time;
    events.push(...gaps.slice(before, next).map((gap) => lacks(gap, moment)));
    const carried = shown.filter(({ message }) => message.start < run.end && message.end > run.start);
    const begun = carried.filter(({ message }) => message.start >= run.start);
    events.push({
      kind: 'segment',
      side,
      time,
      frame: run.frame,
      title: begun.map(({ message }) => titleOf(message)).join(', then '),
      length: run.end - run.start,
      message: (begun[0] ?? carried[0])?.at,
      continues: begun.length === 0 && carried.length > 0,
    });
  }
  return [...events, ...gaps.slice(next).map((gap) => lacks(gap, time))];
}

/** `bytes 60-124 cut off`. */
const gapText = ({ start, end, kind }: Gap): string =>
  `${end - start === 1 ? `byte ${start}` : `bytes ${start}-${end - 1}`} ${kind === 'cut' ? 'cut off' : 'missing'}`;
