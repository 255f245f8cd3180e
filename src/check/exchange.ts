import type { Warning } from '../capture/warning.ts';
import { framesOf } from '../conversation/conversation.ts';
import { type Dialogue, streamOf, timeOf } from '../dialogue/dialogue.ts';
import type { Message } from '../dialogue/layer.ts';
import { titleOf } from '../dialogue/title.ts';
import { isInterim } from '../protocol/http/codes.ts';
import { type Aim, AimError, type AimedMessage, aimed } from './aim.ts';
import { assertedEnd, withoutGaps } from './evidence.ts';
import { type Observation, observe } from './observe.ts';
import type { Refusal } from './sample.ts';
import { type Secret, secretsOf } from './secret.ts';
import { accepts, type StatusRange } from './status.ts';
import type { UsedSpan } from './step.ts';

/** What a check sends in one go. */
export interface SentRequest {
  readonly bytes: Uint8Array;
  readonly comment: string;
  readonly secrets: readonly Secret[];
  /** Requests with one likeness ask for the same: it leaves out what a client makes up anew each time. */
  readonly likeness: string;
  /** Why it may not be worth much when sent again. */
  readonly doubt: Warning | undefined;
}

/** A request and the messages of the reply to it; the first exchange has no request where the server greets. */
export interface Exchange {
  readonly request: SentRequest | undefined;
  readonly reply: readonly ReplyMessage[];
  /** The frames that carried it, as far as it is sent and asserted. */
  readonly frames: readonly number[];
  /** Milliseconds from the first frame of the dialogue to its last byte. */
  readonly end: number;
}

/** A message of a reply: what a check knows of it, and its bytes as captured (the first ones of a long message). */
export interface ReplyMessage {
  readonly observation: Observation;
  readonly bytes: Uint8Array;
}

/** An exchange that is being put together. */
interface Draft extends Exchange {
  readonly reply: ReplyMessage[];
  readonly frames: number[];
  end: number;
}

/** What is kept of a reply: enough to simulate the server. */
const MAX_REPLY_LENGTH = 16_384;

/** The exchanges that the spans of a dialogue make up, aimed where the user wants; a refusal where that cannot be. */
export function exchangesOf(
  { conversation }: Dialogue,
  messages: readonly Message[],
  spans: readonly UsedSpan[],
  aim: Aim,
): Exchange[] | Refusal {
  const bytesOf = ({ side, start, end }: Message) => streamOf(conversation, side).bytes.subarray(start, end);
  let aims: Map<Message, AimedMessage>;
  try {
    aims = aimed(messages, aim, bytesOf);
  } catch (error) {
    if (error instanceof AimError) return { reason: error.message, frame: conversation.firstFrame };
    throw error;
  }
  const { gaps } = conversation.client.bytes;
  const sent = messages.map((message) => aims.get(message)?.message ?? message);
  const exchanges: Draft[] = [];
  const begin = (request: SentRequest | undefined) => exchanges.push({ request, reply: [], frames: [], end: 0 });
  const note = ({ side, start, end }: UsedSpan) => {
    const exchange = exchanges.at(-1) as Draft;
    exchange.frames.push(...framesOf(streamOf(conversation, side), start, end));
    exchange.end = timeOf(conversation, side, end - 1) ?? 0;
  };
  for (const span of spans) {
    if (span.side === 'client') {
      const own = messages.filter(({ side, start, end }) => side === 'client' && start < span.end && end > span.start);
      const changed = own.filter((each) => aims.has(each));
      const cut = changed.find((each) => each.start < span.start || each.end > span.end);
      const holed = changed.find(({ start, end }) => gaps.some((gap) => gap.start < end && gap.end > start));
      if (cut !== undefined || holed !== undefined) {
        const { start } = (cut ?? holed) as Message;
        const why = cut ? 'the server spoke before the request was whole' : 'the request is not all there';
        const frame = framesOf(conversation.client.bytes, start, start + 1)[0];
        return { reason: `${why}, which therefore cannot be changed`, frame };
      }
      begin(requestOf(conversation.client.bytes, span, own, messages[0], aims));
      note(span);
      continue;
    }
    if (exchanges.length === 0) begin(undefined);
    note(span);
    for (const message of messages) {
      if (message.side !== 'server' || !endsWithin(message, span)) continue;
      const observation = observe(
        message,
        conversation.server.bytes.bytes,
        sent.slice(0, messages.indexOf(message)),
        conversation.started.seconds,
      );
      if (observation === undefined) continue;
      const bytes = withWholeHead(message, bytesOf(message)).slice(0, MAX_REPLY_LENGTH);
      exchanges.at(-1)?.reply.push(wanted({ observation, bytes }, aim.statuses));
    }
  }
  return exchanges;
}

/** What a server is simulated on: where the capture ends within an HTTP head, its whole lines and a blank one. */
function withWholeHead(message: Message, bytes: Uint8Array): Uint8Array {
  if (message.kind !== 'response' || message.headEnd !== undefined) return bytes;
  const lines = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
  const head = lines.length > 0 ? [lines] : [bytes.subarray(0, 'HTTP/1.1 204'.length), Buffer.from('\r\n')];
  return Buffer.concat([...head, Buffer.from('\r\n')]);
}

function endsWithin(message: Message, span: UsedSpan): boolean {
  const end = Math.min(message.end, assertedEnd(message));
  return end > span.start && end <= span.end;
}

/** What is sent of a turn: the captured bytes, and in place of some messages what they are to be. The server may speak inside a request (100 Continue), which is then sent in parts. */
function requestOf(
  { bytes, gaps }: Dialogue['conversation']['client']['bytes'],
  span: UsedSpan,
  own: readonly Message[],
  first: Message | undefined,
  aims: ReadonlyMap<Message, AimedMessage>,
): SentRequest {
  const pieces: Uint8Array[] = [];
  const secrets: Secret[] = [];
  const titles: string[] = [];
  const named: { readonly at: number; readonly end: number; readonly random: string }[] = [];
  let length = 0;
  let position = span.start;
  const put = (piece: Uint8Array) => {
    pieces.push(piece);
    length += piece.length;
  };
  for (const message of own) {
    const { message: said, bytes: changed } = aims.get(message) ?? { message, bytes: undefined };
    titles.push(message.start < span.start ? `rest of ${titleOf(said)}` : titleOf(said));
    if (changed === undefined) {
      const random = nameOfRandom(message);
      if (random !== undefined)
        named.push({ at: message.start - position + length, end: message.end - position + length, random });
      secrets.push(...secretsOf(message, bytes, position - length));
      continue;
    }
    put(withoutGaps(bytes, { ...span, start: position, end: message.start }, gaps));
    secrets.push(...secretsOf(said, changed, -length));
    put(changed);
    position = message.end;
  }
  put(withoutGaps(bytes, { ...span, start: position }, gaps));
  const sent = Uint8Array.from(Buffer.concat(pieces));
  return {
    bytes: sent,
    likeness: likenessOf(sent, named),
    doubt:
      doubtOf(
        own.filter(({ start }) => start >= span.start),
        first,
      ) ?? withheldFrom(own, aims),
    comment: titles.join(', ') || 'data as captured',
    secrets: secrets.filter(({ start, length: size }) => start + size > 0 && start < sent.length),
  };
}

/** What makes two requests the same where their bytes never are: a ClientHello is random, a PROXY header names its client. */
function nameOfRandom(message: Message): string | undefined {
  if (message.kind === 'client hello') return titleOf(message);
  return message.kind === 'header' ? `PROXY v${message.version}` : undefined;
}

/** What is sent, with names for what no two clients say alike. */
function likenessOf(
  sent: Uint8Array,
  named: readonly { readonly at: number; readonly end: number; readonly random: string }[],
): string {
  const text = Buffer.from(sent).toString('latin1');
  let likeness = '';
  let position = 0;
  for (const { at, end, random } of named) {
    likeness += text.slice(position, Math.max(position, at)) + random;
    position = end;
  }
  return likeness + text.slice(position);
}

/** Methods that change something each time (RFC 9110 §9.2.1), and headers that make the answer depend on what is there now (§13, §14). */
const UNSAFE = /^(?:POST|PUT|PATCH|DELETE)$/;
const CONDITION = /^(?:if-match|if-none-match|if-modified-since|if-unmodified-since|if-range|range)$/i;

function doubtOf(own: readonly Message[], first: Message | undefined): Warning | undefined {
  for (const message of own) {
    if (message.kind === 'client hello' && message.resumes)
      return {
        code: 'tls-resumed',
        message: 'the ClientHello resumes a session, which the server may refuse: record a fresh one',
      };
    if (message.kind === 'request' && message.protocol === 'http') {
      const { method, headers } = message;
      if (UNSAFE.test(method))
        return { code: 'unsafe-method', message: `${method} is sent with every check: what it does is done each time` };
      const condition = headers.find(({ name }) => CONDITION.test(name));
      if (condition !== undefined) {
        const problem = `${condition.name} is sent with every check: when the page changes, so does the answer`;
        return { code: 'conditional', message: `${problem}; record it without` };
      }
    }
    if (message.kind === 'header' && message.source !== undefined) {
      const { address } = message.source;
      const replayed = `the PROXY header is replayed: the server takes the check for the client ${address}`;
      // HAProxy sends a header of its own only as the first bytes of a connection.
      const wayOut = message === first ? " (HAProxy's own address: tcp-check connect send-proxy)" : '';
      return { code: 'proxy-header', message: `${replayed}${wayOut}` };
    }
  }
  return undefined;
}

function withheldFrom(own: readonly Message[], aims: ReadonlyMap<Message, AimedMessage>): Warning | undefined {
  const names = own.flatMap((message) => aims.get(message)?.withheld ?? []);
  if (names.length === 0) return undefined;
  return { code: 'origin-headers', message: `${names.join(' and ')} were for the captured origin, and are left out` };
}

/** The last response with a status that is to be taken, where the user says which those are. */
function wanted({ observation, bytes }: ReplyMessage, statuses: readonly StatusRange[] | undefined): ReplyMessage {
  if (
    statuses === undefined ||
    observation.kind !== 'HTTP response' ||
    observation.tunnel ||
    isInterim(observation.status)
  )
    return { observation, bytes };
  const status = accepts(statuses, observation.status) ? observation.status : (statuses[0]?.[0] as number);
  const answered = Uint8Array.from(bytes);
  answered.set(Buffer.from(String(status)), 'HTTP/1.1 '.length);
  return { observation: { ...observation, status, accepted: statuses }, bytes: answered };
}
