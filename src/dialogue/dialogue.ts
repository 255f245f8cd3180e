import { DEFAULT_LIMITS } from '../bytes/limits.ts';
import { type Conversation, elapsed, exchanged, type Side, withRolesBy } from '../conversation/conversation.ts';
import type { ByteStream, Gap } from '../conversation/stream.ts';
import { type Turn, turnsOf } from '../conversation/turns.ts';
import type { Place, Streams } from '../protocol/layer.ts';
import { type DataMessage, type Layer, RECOGNIZERS, readProtocols } from './layer.ts';
import { type DialogueOutcome, outcomeOf } from './outcome.ts';

/** A conversation read as layers. */
export interface Dialogue {
  readonly conversation: Conversation;
  /** Was reading stopped because protocols lie too deep inside each other? */
  readonly tooDeep: boolean;
  readonly turns: readonly Turn[];
  /** From the outermost protocol inwards; never empty, `unknown` at worst. */
  readonly layers: readonly Layer[];
  readonly outcome: DialogueOutcome;
  /** What the innermost proxy was asked to connect to; without a proxy, whom the request names. */
  readonly destination: string | undefined;
}

/** Kinds of poor evidence that a user may allow. */
export const ALLOWANCES = ['gap', 'cut', 'conflict', 'role'] as const;
export type Allowance = (typeof ALLOWANCES)[number];

/** Reads a conversation. Total: what is not recognized is a dialogue of one `unknown` layer. */
export function readDialogue(
  captured: Conversation,
  allowed: ReadonlySet<Allowance>,
  nesting: number = DEFAULT_LIMITS.nesting,
): Dialogue {
  const conversation = withRoles(captured, allowed);
  const turns = turnsOf(conversation);
  const layers = readLayers(conversation, turns, allowed, nesting);
  const outcome = outcomeOf(conversation, turns, layers);
  const tooDeep = layers.length > nesting;
  return { conversation, turns, layers, outcome, destination: destinationOf(layers), tooDeep };
}

/** Where no SYN tells the roles, the bytes do: whichever way round a protocol is recognized. */
function withRoles(conversation: Conversation, allowed: ReadonlySet<Allowance>): Conversation {
  if (conversation.rolesBy !== 'ports') return conversation;
  const recognized = (candidate: Conversation) => {
    const streams = availableStreams(candidate, allowed);
    return RECOGNIZERS.some(({ recognize }) => recognize(streams, { client: 0, server: 0 }, undefined));
  };
  if (recognized(conversation)) return withRolesBy(conversation, 'bytes');
  const other = exchanged(conversation, 'bytes');
  return recognized(other) ? other : conversation;
}

function readLayers(
  conversation: Conversation,
  turns: readonly Turn[],
  allowed: ReadonlySet<Allowance>,
  nesting: number,
): Layer[] {
  const streams = availableStreams(conversation, allowed);
  const { layers, rest } = readProtocols(streams, turns, nesting);
  if (rest === undefined) return layers;
  const messages = dataMessages(turns, streams, rest);
  if (messages.length === 0 && layers.length > 0) return layers;
  const outcome = { kind: 'unfinished', side: 'server', awaited: 'a known protocol' } as const;
  return [...layers, { protocol: 'unknown', messages, outcome, destination: undefined }];
}

/** The bytes that decoders may see: up to the first gap, or with the filler of gaps that the user allows. */
export function availableStreams({ client, server }: Conversation, allowed: ReadonlySet<Allowance>): Streams {
  const available = (stream: ByteStream) => {
    const barrier = stream.gaps.find((gap) => !allowed.has(allowanceFor(gap)));
    return stream.bytes.subarray(0, barrier?.start ?? stream.bytes.length);
  };
  return { client: available(client.bytes), server: available(server.bytes) };
}

/** What the user has to allow for a gap. */
export const allowanceFor = (gap: Gap): Allowance => (gap.kind === 'cut' ? 'cut' : 'gap');

function dataMessages(turns: readonly Turn[], streams: Streams, place: Place): DataMessage[] {
  const messages: DataMessage[] = [];
  for (const { side, start, end } of turns) {
    const from = Math.max(start, place[side]);
    const to = Math.min(end, streams[side].length);
    if (from >= to) continue;
    const fields = [{ name: 'data', start: from, length: to - from, role: 'fixed' } as const];
    messages.push({ protocol: 'unknown', kind: 'data', side, start: from, end: to, fields });
  }
  return messages;
}

/** The byte stream of one side. */
export const streamOf = (conversation: Conversation, side: Side): ByteStream => conversation[side].bytes;

/** Milliseconds from the first frame of the conversation to the capture of a byte. */
export function timeOf(conversation: Conversation, side: Side, offset: number): number | undefined {
  const run = streamOf(conversation, side).runs.find(({ start, end }) => start <= offset && offset < end);
  return run && Math.max(0, elapsed(conversation.started, run)); // files are shuffled, and clocks are set back
}

function destinationOf(layers: readonly Layer[]): string | undefined {
  const proxy = layers.findLast(
    ({ protocol, outcome }) => isSocks(protocol) || (protocol !== 'proxy-protocol' && outcome.kind === 'granted'),
  );
  const named = proxy?.destination ?? layers.findLast(({ destination }) => destination !== undefined)?.destination;
  // A name with NUL in it is the filler of a gap that the user allowed.
  return named?.includes('\0') ? undefined : named;
}

/** Does the client talk through a proxy? An HTTP request shows it by CONNECT or by the absolute form of its target (RFC 9112 §3.2). */
export function isProxied(layers: readonly Layer[]): boolean {
  const first = layers.find(({ protocol }) => protocol !== 'proxy-protocol');
  if (first !== undefined && isSocks(first.protocol)) return true;
  const message = first?.messages[0];
  return (
    message?.protocol === 'http' &&
    message.kind === 'request' &&
    (message.method === 'CONNECT' || message.target.includes('://'))
  );
}

/** Can it be told from the first bytes that they are the start of the conversation, though no SYN was captured? */
export const startsByItself = ([first]: readonly Layer[]): boolean =>
  isSocks(first?.protocol) || first?.protocol === 'proxy-protocol';

const isSocks = (protocol: Layer['protocol'] | undefined): boolean => protocol === 'socks5' || protocol === 'socks4';
