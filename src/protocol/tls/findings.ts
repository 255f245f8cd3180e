import { endOfTurn, type LayerContext, type LayerReading, otherProtocol } from '../layer.ts';
import type { TlsMessage } from './message.ts';
import type { TlsFinding } from './quirks.ts';

/** Bytes of evidence. */
const SHOWN = 8;

/** The quirks that the answer to a ClientHello shows. */
export function tlsFindings({ messages, outcome }: LayerReading<TlsMessage>, context: LayerContext): TlsFinding[] {
  if (messages.at(-1)?.kind !== 'client hello' || outcome.kind !== 'unreadable') return [];
  const { server } = context.place;
  const answer = context.streams.server.subarray(server, endOfTurn(context, server));
  if (answer.length === 0) return [];
  const code = otherProtocol(answer) === 'http' ? 'tls-http-answer' : 'tls-unreadable-answer';
  return [{ code, side: 'server', offset: server, length: Math.min(answer.length, SHOWN) }];
}
