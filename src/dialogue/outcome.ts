import { type Conversation, framesOf, otherSide, type Side } from '../conversation/conversation.ts';
import type { Gap } from '../conversation/stream.ts';
import type { Turn } from '../conversation/turns.ts';
import { isInTunnel, type Layer, protocolLabel } from './layer.ts';

/** What shows the outcome: `reason` is a sentence without its frame; `frame` is the one that shows it, `gap` the one that is to blame. */
interface Evidence {
  readonly reason: string;
  readonly frame: number | undefined;
  readonly gap?: Gap | undefined;
}

/** How a dialogue ended. */
export type DialogueOutcome = Evidence &
  (
    | {
        /** Every proxy layer granted. */
        readonly kind: 'opened';
        /** What the origin answered, undefined where that is not HTTP or did not come. */
        readonly status: number | undefined;
      }
    | { readonly kind: 'refused' | 'unfinished' | 'unknown' }
  );

/** The outcome that the layers of a conversation add up to. */
export function outcomeOf(
  conversation: Conversation,
  turns: readonly Turn[],
  layers: readonly Layer[],
): DialogueOutcome {
  const layer = layers.at(-1) as Layer;
  const { outcome } = layer;
  const label = protocolLabel(layer.protocol);
  const inTunnel = isInTunnel(layers);
  const frameOf = (place: { side: Side; offset: number }) =>
    framesOf(conversation[place.side].bytes, place.offset, place.offset + 1)[0];
  if (layer.protocol === 'unknown') return outcomeOfUnknown(conversation, turns, layers);
  switch (outcome.kind) {
    case 'granted': {
      if (layer.protocol === 'proxy-protocol') {
        const { reason, ...evidence } =
          endOf(conversation, 'client', outcome.tunnel.client) ?? captureEnds(conversation);
        return { kind: 'unfinished', reason: `nothing follows the PROXY header: ${reason}`, ...evidence };
      }
      const end = endOf(conversation, 'server', outcome.tunnel.server);
      const { reason, ...evidence } = end ?? { reason: 'nothing was asked through it', frame: undefined };
      return { kind: 'opened', status: undefined, reason: `opened, but ${reason}`, ...evidence };
    }
    case 'answered': {
      const { status, phrase } = outcome;
      const frame = frameOf(outcome.place);
      if (!inTunnel && status === 407)
        return { kind: 'refused', reason: `${label} refused: ${status} ${phrase}`.trim(), frame };
      const but = status >= 400 ? ' but' : '';
      if (inTunnel) return { kind: 'opened', status, reason: `opened,${but} HTTP ${status}`, frame };
      // A proxy that is asked in plain HTTP answers in the origin's name when it fails: its own words tell more than the number.
      const words = status >= 400 ? ` ${phrase}` : '';
      return { kind: 'opened', status, reason: `answered,${but} HTTP ${status}${words}`.trim(), frame };
    }
    case 'established': {
      const frame = frameOf(outcome.place);
      if (inTunnel) return { kind: 'opened', status: undefined, reason: 'opened, TLS ServerHello', frame };
      return { kind: 'unknown', reason: 'TLS from the first byte, so that what is inside cannot be read', frame };
    }
    case 'ready': {
      const reason = `${inTunnel ? 'opened' : 'answered'}, ${outcome.title}`;
      return { kind: 'opened', status: undefined, reason, frame: frameOf(outcome.place) };
    }
    case 'refused':
      return { kind: 'refused', reason: `${label} refused: ${outcome.reason}`, frame: frameOf(outcome.place) };
    case 'unreadable': {
      const { side, offset } = outcome.place;
      // Not the peer but the filler of a gap that the user allowed.
      const gap = conversation[side].bytes.gaps.find(({ start, end }) => start < offset + DECIDING && end > offset);
      const reason = gap === undefined ? outcome.reason : gapReason(side, gap);
      const frame = gap === undefined ? frameOf(outcome.place) : gap.frame;
      return { kind: 'unknown', reason: `${label} not readable: ${reason}`, frame, gap };
    }
    case 'unfinished': {
      const last =
        layer.messages.filter(({ side }) => side === outcome.side).at(-1)?.end ?? placeOf(layers, outcome.side);
      const { reason: why, ...evidence } = endOf(conversation, outcome.side, last) ?? captureEnds(conversation);
      const reason = `no ${outcome.awaited}: ${why}`;
      if (inTunnel) return { kind: 'opened', status: undefined, reason: `opened, but ${reason}`, ...evidence };
      return { kind: 'unfinished', reason, ...evidence };
    }
  }
}

/** No decoder looks at more bytes to decide: `HTTP/1.1 204`. */
const DECIDING = 12;

/** Nothing says why no more came. */
const captureEnds = ({ lastFrame }: Conversation): Evidence => ({ reason: 'the capture ends', frame: lastFrame });

/** The outcome where the innermost protocol is not known: in a tunnel the server has to have said something, and the request has to be there. */
function outcomeOfUnknown(
  conversation: Conversation,
  turns: readonly Turn[],
  layers: readonly Layer[],
): DialogueOutcome {
  const inTunnel = isInTunnel(layers);
  const { messages } = layers.at(-1) as Layer;
  const from = placeOf(layers, 'client');
  const request = turns.find(({ side, end }) => side === 'client' && end > from);
  const captured = messages.find(({ side }) => side === 'client')?.end ?? from;
  const gap = conversation.client.bytes.gaps.find(({ start }) => start === captured && start < (request?.end ?? 0));
  const lost: Evidence | undefined = gap && { reason: gapReason('client', gap), frame: gap.frame, gap };
  if (inTunnel) {
    const opened = { kind: 'opened', status: undefined } as const;
    if (lost !== undefined) return { ...opened, ...lost, reason: `opened, but ${lost.reason}` };
    if (messages.some(({ side }) => side === 'server'))
      return { ...opened, reason: 'opened, to a protocol that is not read', frame: undefined };
    const { reason, ...evidence } =
      endOf(conversation, 'server', placeOf(layers, 'server')) ?? captureEnds(conversation);
    return { ...opened, reason: `opened, but no reply: ${reason}`, ...evidence };
  }
  if (lost !== undefined) return { kind: 'unknown', ...lost, reason: `no protocol is recognized: ${lost.reason}` };
  if (messages.length > 0)
    return { kind: 'unknown', reason: notRecognized(conversation), frame: conversation.firstFrame };
  return {
    kind: 'unknown',
    ...(endOf(conversation, 'server', 0) ?? { reason: 'no data', frame: conversation.lastFrame }),
  };
}

/** Without its start no protocol can be told. */
function notRecognized({ client, server }: Conversation): string {
  const startSeen = client.bytes.fromStart || server.bytes.fromStart;
  return startSeen ? 'no protocol is recognized' : 'no protocol is recognized: its start was not captured (no SYN)';
}

/** Where the innermost layer starts on one side. */
function placeOf(layers: readonly Layer[], side: Side): number {
  const outer = layers.at(-2)?.outcome;
  return outer?.kind === 'granted' ? outer.tunnel[side] : 0;
}

/** Why a side says no more after `offset`: a gap, its own FIN or RST, or the other side's. */
function endOf(conversation: Conversation, side: Side, offset: number): Evidence | undefined {
  const stream = conversation[side].bytes;
  const gap = stream.gaps.find(({ end }) => end > offset);
  if (gap !== undefined) return { reason: gapReason(side, gap), frame: gap.frame, gap };
  if (stream.length > stream.bytes.length) {
    return {
      reason: `only the first ${stream.bytes.length} bytes of the ${side} are kept (--limit head)`,
      frame: conversation.lastFrame,
    };
  }
  const other = conversation[otherSide(side)].bytes;
  if (stream.closed !== undefined && stream.closed.frame < (other.closed?.frame ?? Number.POSITIVE_INFINITY)) {
    return { reason: `the ${side} sent ${stream.closed.by}`, frame: stream.closed.frame };
  }
  if (other.closed)
    return { reason: `the ${otherSide(side)} gave up with ${other.closed.by}`, frame: other.closed.frame };
  return undefined;
}

/** `bytes 30-89 of the client were cut off by the snapshot length`. */
export function gapReason(side: Side, { start, end, kind }: Gap): string {
  const bytes =
    end - start === 1 ? `byte ${start} of the ${side} was` : `bytes ${start}-${end - 1} of the ${side} were`;
  return `${bytes} ${kind === 'cut' ? 'cut off by the snapshot length' : 'never captured'}`;
}
