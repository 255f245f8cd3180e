import type { Finding, Quirk } from '../conversation/quirk.ts';
import {
  connectionFindings,
  earlyFinding,
  joinedFinding,
  noReplyFinding,
  pieceFinding,
  TCP_QUIRKS,
  type TcpFinding,
} from '../conversation/quirks.ts';
import { httpFindings } from '../protocol/http/findings.ts';
import type { HttpMessage } from '../protocol/http/message.ts';
import { HTTP_QUIRKS } from '../protocol/http/quirks.ts';
import type { LayerContext, LayerReading, Place } from '../protocol/layer.ts';
import { socks4Findings } from '../protocol/socks4/findings.ts';
import type { Socks4Message } from '../protocol/socks4/message.ts';
import { SOCKS4_QUIRKS } from '../protocol/socks4/quirks.ts';
import { socks5Findings } from '../protocol/socks5/findings.ts';
import type { Socks5Message } from '../protocol/socks5/message.ts';
import { SOCKS5_QUIRKS } from '../protocol/socks5/quirks.ts';
import { tlsFindings } from '../protocol/tls/findings.ts';
import type { TlsMessage } from '../protocol/tls/message.ts';
import { TLS_QUIRKS } from '../protocol/tls/quirks.ts';
import { type Allowance, availableStreams, type Dialogue } from './dialogue.ts';
import { isInTunnel, type Layer, type Message } from './layer.ts';
import { SERVER_QUIRKS } from './server-quirks.ts';
import { TUNNEL_QUIRKS, tunnelFindings } from './tunnel-quirks.ts';

/** Every quirk by its code; the part in front of the first hyphen says what it is about. */
export const QUIRKS = {
  ...TCP_QUIRKS,
  ...SOCKS5_QUIRKS,
  ...SOCKS4_QUIRKS,
  ...HTTP_QUIRKS,
  ...TLS_QUIRKS,
  ...TUNNEL_QUIRKS,
  ...SERVER_QUIRKS,
} as const satisfies Record<string, Quirk>;

export type QuirkCode = keyof typeof QUIRKS;
export type QuirkFinding = Finding<QuirkCode>;

/** Protocols in which the client speaks first. */
type Asked = 'socks5' | 'socks4' | 'http' | 'tls';

/**
 * The quirks that one dialogue shows of the server that was captured, in the order of its bytes. What an origin or a second proxy says through
 * the tunnel is theirs, but for whether anything comes at all.
 */
export function findingsIn(dialogue: Dialogue, allowed: ReadonlySet<Allowance> = new Set()): QuirkFinding[] {
  const { conversation, turns, layers } = dialogue;
  const streams = availableStreams(conversation, allowed);
  const findings: QuirkFinding[] = [...connectionFindings(conversation), ...tunnelFindings(dialogue)];
  let place: Place = { client: 0, server: 0 };
  layers.forEach((layer, depth) => {
    const own = !isInTunnel(layers.slice(0, depth + 1));
    const context = { conversation, turns, streams, place };
    if (own) findings.push(...layerFindings(layer, context), ...replyFindings(layer, context));
    else if (layer.protocol === 'tls') findings.push(...tlsFindings(layer as LayerReading<TlsMessage>, context));
    if (layer.outcome.kind === 'granted') place = layer.outcome.tunnel;
  });
  const explained = findings.some(({ code }) => code === 'tcp-reset-without-reply' || code.startsWith('tunnel-'));
  return findings
    .filter(({ code }) => !(explained && code === 'tcp-reset-after-reply'))
    .sort((a, b) => a.offset - b.offset || (a.code < b.code ? -1 : Number(a.code > b.code)));
}

function layerFindings(layer: Layer, context: LayerContext): QuirkFinding[] {
  switch (layer.protocol) {
    case 'socks5':
      return socks5Findings(layer as LayerReading<Socks5Message>, context);
    case 'socks4':
      return socks4Findings(layer as LayerReading<Socks4Message>, context);
    case 'http':
      return httpFindings(layer as LayerReading<HttpMessage>, context);
    case 'tls':
      return tlsFindings(layer as LayerReading<TlsMessage>, context);
    default: // of these the server says nothing, or what its greeting says is for its own clients
      return [];
  }
}

/** How the server's replies came, or did not. */
function replyFindings(
  { protocol, messages, outcome }: Layer,
  { conversation, turns, place }: LayerContext,
): TcpFinding[] {
  if (!isAsked(protocol)) return unknownFindings(messages, outcome.kind, conversation);
  const findings: (TcpFinding | undefined)[] = [];
  const [first] = turns;
  const speaksFirst = first?.side === 'server' && place.server === 0;
  if (speaksFirst)
    findings.push({ code: 'tcp-speaks-first', side: 'server', offset: 0, length: Math.min(first.end, 8) });
  let asked: number | undefined;
  let heard = place.server;
  for (const message of messages) {
    const { side, start, end } = message;
    if (side === 'client') {
      asked = start;
      continue;
    }
    heard = end;
    if (message.kind === 'empty lines') continue;
    findings.push(pieceFinding(conversation, start, headOf(message)));
    if (asked !== undefined && !speaksFirst) findings.push(earlyFinding(conversation, asked, start));
    asked = undefined;
  }
  if (asked !== undefined) findings.push(noReplyFinding(conversation, conversation.client.bytes.length, heard));
  if (outcome.kind === 'granted') findings.push(joinedFinding(conversation, outcome.tunnel.server));
  return findings.filter((finding) => finding !== undefined);
}

/** Of a protocol that is not known it can be told only that the server never said anything. */
function unknownFindings(
  messages: readonly Message[],
  outcome: Layer['outcome']['kind'],
  conversation: Dialogue['conversation'],
): TcpFinding[] {
  const said = conversation.client.bytes.length;
  if (outcome === 'granted' || said === 0 || messages.some(({ side }) => side === 'server')) return [];
  const finding = noReplyFinding(conversation, said, 0);
  return finding === undefined ? [] : [finding];
}

const isAsked = (protocol: Layer['protocol']): protocol is Asked =>
  protocol === 'socks5' || protocol === 'socks4' || protocol === 'http' || protocol === 'tls';

/** Where the part of a message ends that a server writes in one go: bodies come as they come. */
const headOf = (message: Message): number =>
  (message.protocol === 'http' && message.kind === 'response' ? message.headEnd : undefined) ?? message.end;
