import { toHex } from '../bytes/hex.ts';
import { firstToClose } from '../conversation/conversation.ts';
import { missingReply } from '../conversation/quirks.ts';
import { METHOD } from '../protocol/socks5/codes.ts';
import type { Dialogue } from './dialogue.ts';
import type { Layer, Message } from './layer.ts';
import { titleOf } from './title.ts';

/** What a server answered to a request. */
export interface Answer {
  /** What the user says the cause was, else what the bytes show; undefined where they do not. */
  readonly cause: string | undefined;
  /** Does the user say so? */
  readonly labeled: boolean;
  readonly asked: string;
  readonly answer: string;
}

/** What the server answered in a dialogue; `layer` is what it said itself. */
export function answerOf(dialogue: Dialogue, layer: Layer, label: string | undefined): Answer {
  const cause = label ?? causeOf(dialogue, layer);
  const asked = layer.messages.findLast(({ side }) => side === 'client');
  return {
    cause,
    labeled: label !== undefined,
    asked: asked === undefined ? 'nothing that is known' : askedText(asked),
    answer: answerText(dialogue, layer),
  };
}

/** The cause as far as the bytes show it. */
function causeOf({ outcome, layers }: Dialogue, { messages }: Layer): string | undefined {
  if (messages.at(-1)?.side === 'client') return undefined; // one request more than was answered
  if (outcome.kind === 'opened' && (outcome.status ?? 600) < 400) return 'fine';
  if (layers.at(-1)?.outcome.kind === 'established') return 'fine';
  const greeting = messages.find((message) => message.kind === 'greeting');
  const last = messages.at(-1);
  switch (last?.kind) {
    case 'method selection':
      if (last.method !== METHOD.noneAcceptable || greeting === undefined) return undefined;
      return greeting.methods.includes(METHOD.password) ? undefined : 'no password offered';
    case 'password status':
      return outcome.kind === 'refused' ? 'credentials refused' : undefined;
    case 'response':
      if (last.status !== 407) return undefined;
      return hasCredentials(messages) ? 'credentials refused' : 'no credentials sent';
    default: // the code of a refusal is what the server says, not what happened
      return undefined;
  }
}

const hasCredentials = (messages: readonly Message[]): boolean =>
  messages.findLast(({ side }) => side === 'client')?.fields.some(({ name }) => /^proxy-authorization$/i.test(name)) ??
  false;

function askedText(message: Message): string {
  if (message.kind !== 'greeting') return titleOf(message);
  return `SOCKS5 greeting, methods ${toHex(Uint8Array.from(message.methods)).replace(/..(?=.)/g, '$& ')}`;
}

/** The deciding reply in bytes and words, what came through the tunnel, and how the connection ended. */
function answerText(dialogue: Dialogue, layer: Layer): string {
  const { conversation, layers } = dialogue;
  const { bytes } = conversation.server.bytes;
  const reply = layer.messages.at(-1);
  const parts: string[] = [];
  if (reply?.side === 'server') parts.push(replyText(reply, bytes));
  else if (layer.outcome.kind === 'unreadable') {
    const from = layer.messages.findLast(({ side }) => side === 'server')?.end ?? 0;
    parts.push(`${toHex(bytes.subarray(from, from + 4))}... (not ${layer.protocol})`);
  }
  const inner = layers.at(-1)?.messages.findLast(({ side }) => side === 'server');
  if (layer.outcome.kind === 'granted' && inner !== undefined && inner !== reply) parts.push(`then ${titleOf(inner)}`);
  const ending = endingText(dialogue);
  if (ending !== undefined) parts.push(ending);
  return parts.join(', ') || 'nothing captured';
}

function replyText(message: Message, bytes: Uint8Array): string {
  switch (message.protocol) {
    case 'socks5':
    case 'socks4':
      return `${toHex(bytes.subarray(message.start, message.start + 2))} ${wordsOf(message)}`;
    case 'http':
      return message.kind === 'response' ? `${message.version} ${message.status} ${message.phrase}`.trim() : '';
    default: // titles say all there is to know
      return titleOf(message);
  }
}

/** A title without the protocol and the code, which stand beside it. */
const wordsOf = (message: Message): string =>
  titleOf(message)
    .replace(/^SOCKS[45] (request )?/, '')
    .replace(/ \([0-9a-f]{2}\)$/, '');

function endingText({ conversation }: Dialogue): string | undefined {
  const { client, server } = conversation;
  const how = missingReply(conversation, client.bytes.length, server.bytes.length);
  const ending = firstToClose(conversation);
  const last = Math.max(server.bytes.runs.at(-1)?.frame ?? 0, 0);
  const unanswered = (client.bytes.runs.at(-1)?.frame ?? 0) > last;
  if (unanswered && how?.kind === 'silence') return 'silence';
  // Who closes first behind a reply is mostly a matter of microseconds.
  return ending?.side === 'server' && (unanswered || ending.by === 'RST') ? ending.by : undefined;
}
