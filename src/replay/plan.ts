import { type Secret, secretsOf } from '../check/secret.ts';
import { elapsed } from '../conversation/conversation.ts';
import type { Turn } from '../conversation/turns.ts';
import type { Dialogue } from '../dialogue/dialogue.ts';
import type { Message } from '../dialogue/layer.ts';
import type { Ending, Piece, Reaction } from '../proof/behavior.ts';
import { type Credential, credentialsOf, type Match, matchOf } from './credentials.ts';
import { type Progress, progressAt } from './progress.ts';

/** A turn of the client as it was recorded. */
interface Request {
  /** How many messages of known protocols, and how many bytes of others, the client has said by its end. */
  readonly messages: number;
  readonly data: number;
  /** The known messages that end in it, each as texts that can be compared. */
  readonly said: readonly (readonly string[])[];
  readonly credentials: readonly Credential[];
  /** All that the client had said by its end, and where in it secrets stand. */
  readonly bytes: Uint8Array;
  readonly secrets: readonly Pick<Secret, 'start' | 'length'>[];
  /** Is it one HTTP request, outside a tunnel? It is answered by what it asks, not by what was asked before. */
  readonly alone: boolean;
}

/** A recorded dialogue as a server that can have it again. */
export interface Plan {
  readonly requests: readonly Request[];
  /** The first one is due when the connection is made, the next when the first request is in, and so on. */
  readonly reactions: readonly Reaction[];
  readonly opened: boolean;
}

/** Has the client said as much as it had when the request was recorded? What the grammars tell only by the answer shows by its bytes. */
export const isDue = (request: Request, progress: Progress, said: Uint8Array): boolean =>
  progress.messages.length > request.messages ||
  (progress.messages.length === request.messages && progress.data >= request.data) ||
  startsAsRecorded(request, said);

function startsAsRecorded({ bytes, secrets }: Request, said: Uint8Array): boolean {
  if (said.length < bytes.length) return false;
  const start = said.slice(0, bytes.length);
  for (const secret of secrets) start.set(bytes.subarray(secret.start, secret.start + secret.length), secret.start);
  return Buffer.compare(start, bytes) === 0;
}

/** How much of a recorded request the client says, secrets aside: from 0 to 1. */
export function shareOf({ said }: Request, bytes: Uint8Array, { messages }: Progress): number {
  const texts = said.flat();
  if (texts.length === 0) return 1;
  const shared = said.flatMap((each, at) => {
    const own = wordsOf(messages[messages.length - said.length + at], bytes);
    return each.filter((text) => own.includes(text));
  });
  return shared.length / texts.length;
}

/** Does the client log in as in the recorded request? */
export const loginOf = ({ said, credentials }: Request, bytes: Uint8Array, { messages }: Progress): Match =>
  matchOf(
    credentials,
    messages.slice(messages.length - said.length).flatMap((message) => credentialsOf(message, bytes)),
  );

/** A message's fields without those that are secret, or say how long a secret is, or change by themselves. */
function wordsOf(message: Message | undefined, bytes: Uint8Array): string[] {
  if (message === undefined) return [];
  const { fields, protocol } = message;
  const isLength = (at: number) => protocol !== 'http' && fields[at + 1]?.role === 'secret';
  const kept = fields.filter(({ role }, at) => (role === 'fixed' || role === 'outcome') && !isLength(at));
  return kept.map(({ name, start, length }) => {
    const text = Buffer.from(bytes.subarray(start, start + length)).toString('latin1');
    return JSON.stringify([protocol, message.kind, name, text]);
  });
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
      const pieces = piecesOf(dialogue, turns[at - 1], turn, timing);
      const ending = last ? endingOf(dialogue) : undefined;
      if (answers(dialogue, turn, turns[at - 1])) reactions.push({ pieces, ending });
      else {
        const before = reactions.pop() as Reaction;
        reactions.push({ ...before, pieces: [...before.pieces, ...pieces] }, { pieces: [], ending });
      }
      return;
    }
    const { messages, data } = progressAt('client', turn.end, known);
    const own = messages.filter(({ end }) => end > turn.start);
    const [first, ...more] = own;
    requests.push({
      messages: messages.length,
      data,
      said: own.map((message) => wordsOf(message, bytes)),
      credentials: own.flatMap((message) => credentialsOf(message, bytes)),
      bytes: bytes.subarray(0, turn.end),
      secrets: messages.flatMap((message) => secretsOf(message, bytes, 0)),
      alone: first !== undefined && more.length === 0 && data === 0 && messages.every(isPlainRequest),
    });
    if (turns[at + 1] === undefined) reactions.push({ pieces: [], ending: endingOf(dialogue) });
  });
  return { requests, reactions, opened: outcome.kind === 'opened' && (outcome.status ?? 200) < 400 };
}

/** Is it an HTTP request that opens no tunnel? */
export const isPlainRequest = (message: Message): boolean =>
  message.protocol === 'http' && message.kind === 'request' && message.method !== 'CONNECT';

/** Does what the server says answer the turn of the client before it? A greeting does not, nor what acknowledges none of that. */
function answers({ conversation, layers }: Dialogue, { start }: Turn, asked: Turn | undefined): boolean {
  if (asked === undefined) return true;
  const said = layers.flatMap(({ messages }) => messages);
  if (said.some((message) => message.side === 'server' && message.kind === 'banner' && message.start === start))
    return false;
  const run = conversation.server.bytes.runs.find(({ end }) => end > start);
  return run === undefined || run.acknowledged > asked.start;
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
