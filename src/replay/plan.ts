import { elapsed } from '../conversation/conversation.ts';
import type { Turn } from '../conversation/turns.ts';
import type { Dialogue } from '../dialogue/dialogue.ts';
import type { Message } from '../dialogue/layer.ts';
import type { Ending, Piece, Reaction } from '../proof/behavior.ts';
import { type Progress, progressAt } from './progress.ts';

/** A turn of the client as it was recorded. */
interface Request {
  /** How many messages of known protocols, and how many bytes of others, the client has said by its end. */
  readonly messages: number;
  readonly data: number;
  /** The known messages that end in it, in words that can be compared. */
  readonly said: readonly string[];
}

/** A recorded dialogue as a server that can have it again. */
export interface Plan {
  readonly requests: readonly Request[];
  /** The first one is due when the connection is made, the next when the first request is in, and so on. */
  readonly reactions: readonly Reaction[];
  readonly opened: boolean;
}

/** Has the client said as much as it had when the request was recorded? */
export const isDue = ({ messages, data }: Request, progress: Progress): boolean =>
  progress.messages.length > messages || (progress.messages.length === messages && progress.data >= data);

/** Does the client say what was said in the recorded request, secrets aside? */
export const isSame = ({ said }: Request, bytes: Uint8Array, { messages }: Progress): boolean =>
  said.every((each, at) => each === wordsOf(messages[messages.length - said.length + at], bytes));

/** A message's fields without those that are secret or change by themselves. */
function wordsOf(message: Message | undefined, bytes: Uint8Array): string {
  if (message === undefined) return '';
  const kept = message.fields.filter(({ role }) => role === 'fixed' || role === 'outcome');
  const text = kept.map(({ start, length }) => Buffer.from(bytes.subarray(start, start + length)).toString('latin1'));
  return JSON.stringify([message.protocol, message.kind, text]);
}

/** A dialogue as a plan. `recorded` timing waits as long as the server did; else its segments follow each other at once. */
export function planOf(dialogue: Dialogue, timing: 'recorded' | 'none'): Plan {
  const { conversation, turns, layers, outcome } = dialogue;
  const known = layers.filter(({ protocol }) => protocol !== 'unknown').flatMap(({ messages }) => messages);
  const bytes = conversation.client.bytes.bytes;
  const requests: Request[] = [];
  const reactions: Reaction[] = turns[0]?.side === 'server' ? [] : [{ pieces: [], ending: undefined }];
  turns.forEach((turn, at) => {
    if (turn.side === 'server') {
      const last = !turns.slice(at).some(({ side }) => side === 'client');
      reactions.push({
        pieces: piecesOf(dialogue, turns[at - 1], turn, timing),
        ending: last ? endingOf(dialogue) : undefined,
      });
      return;
    }
    const { messages, data } = progressAt('client', turn.end, known);
    const own = messages.filter(({ end }) => end > turn.start);
    requests.push({ messages: messages.length, data, said: own.map((message) => wordsOf(message, bytes)) });
    if (turns[at + 1] === undefined) reactions.push({ pieces: [], ending: endingOf(dialogue) });
  });
  return { requests, reactions, opened: outcome.kind === 'opened' && (outcome.status ?? 200) < 400 };
}

/** The segments of a turn, each as long after what came before it as it was recorded. */
function piecesOf(
  { conversation }: Dialogue,
  before: Turn | undefined,
  { start, end }: Turn,
  timing: 'recorded' | 'none',
): Piece[] {
  const { bytes, runs } = conversation.server.bytes;
  const asked = before && conversation.client.bytes.runs.findLast((run) => run.start < before.end);
  let previous: { readonly seconds: number; readonly nanoseconds: number } = asked ?? conversation.started;
  return runs
    .filter((run) => run.start < end && run.end > start)
    .map((run) => {
      const delay = timing === 'recorded' ? Math.max(0, elapsed(previous, run)) : 0;
      previous = run;
      return { delay, bytes: bytes.slice(Math.max(run.start, start), Math.min(run.end, end)) };
    });
}

/** The server's end, where it came before the client's. */
function endingOf({ conversation: { client, server } }: Dialogue): Ending {
  const [own, other] = [server.bytes.closed, client.bytes.closed];
  return own !== undefined && (other === undefined || own.frame < other.frame) ? own.by : undefined;
}
