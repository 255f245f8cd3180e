import { type Conversation, framesOf, otherSide, type Side } from '../conversation/conversation.ts';
import type { Gap } from '../conversation/stream.ts';
import { type Layer, protocolLabel } from './layer.ts';

/** How a dialogue ended. `reason` is a sentence without its frame; `frame` is the one that shows it. */
export type DialogueOutcome =
  /** Every proxy layer granted; `status` is what the origin answered, undefined where that is not HTTP or did not come. */
  | {
      readonly kind: 'opened';
      readonly status: number | undefined;
      readonly reason: string;
      readonly frame: number | undefined;
    }
  | { readonly kind: 'refused'; readonly reason: string; readonly frame: number | undefined }
  | { readonly kind: 'unfinished'; readonly reason: string; readonly frame: number | undefined }
  | { readonly kind: 'unknown'; readonly reason: string; readonly frame: number | undefined };

/** The outcome that the layers of a conversation add up to. */
export function outcomeOf(conversation: Conversation, layers: readonly Layer[]): DialogueOutcome {
  const layer = layers.at(-1) as Layer;
  const { outcome } = layer;
  const label = protocolLabel(layer.protocol);
  const inTunnel = layers.length > 1;
  const frameOf = (place: { side: Side; offset: number }) =>
    framesOf(conversation[place.side].bytes, place.offset, place.offset + 1)[0];
  if (layer.protocol === 'unknown') {
    const nothing = layer.messages.length === 0;
    if (inTunnel)
      return { kind: 'opened', status: undefined, reason: 'opened, to a protocol that is not read', frame: undefined };
    const end = nothing ? endOf(conversation, 'server', 0) : undefined;
    return {
      kind: 'unknown',
      reason: nothing ? (end?.reason ?? 'no data') : 'no protocol is recognized',
      frame: nothing ? end?.frame : conversation.firstFrame,
    };
  }
  switch (outcome.kind) {
    case 'granted': {
      const end = endOf(conversation, 'server', outcome.tunnel.server);
      const { reason, frame } = end ?? { reason: 'nothing was asked through it', frame: undefined };
      return { kind: 'opened', status: undefined, reason: `opened, but ${reason}`, frame };
    }
    case 'answered': {
      const { status, phrase } = outcome;
      const frame = frameOf(outcome.place);
      if (!inTunnel && status === 407)
        return { kind: 'refused', reason: `${label} refused: ${status} ${phrase}`.trim(), frame };
      const but = status >= 400 ? ' but' : '';
      return { kind: 'opened', status, reason: `opened,${but} HTTP ${status}`, frame };
    }
    case 'refused':
      return { kind: 'refused', reason: `${label} refused: ${outcome.reason}`, frame: frameOf(outcome.place) };
    case 'unreadable':
      return { kind: 'unknown', reason: `${label} not readable: ${outcome.reason}`, frame: frameOf(outcome.place) };
    case 'unfinished': {
      const last =
        layer.messages.filter(({ side }) => side === outcome.side).at(-1)?.end ?? placeOf(layers, outcome.side);
      const end = endOf(conversation, outcome.side, last) ?? { reason: 'the capture ends', frame: undefined };
      const reason = `no ${outcome.awaited}: ${end.reason}`;
      if (inTunnel) return { kind: 'opened', status: undefined, reason: `opened, but ${reason}`, frame: end.frame };
      return { kind: 'unfinished', reason, frame: end.frame };
    }
  }
}

/** Where the innermost layer starts on one side. */
function placeOf(layers: readonly Layer[], side: Side): number {
  const outer = layers.at(-2)?.outcome;
  return outer?.kind === 'granted' ? outer.tunnel[side] : 0;
}

/** Why a side says no more after `offset`: a gap, its own FIN or RST, or the other side's. */
function endOf(conversation: Conversation, side: Side, offset: number): { reason: string; frame: number } | undefined {
  const stream = conversation[side].bytes;
  const gap = stream.gaps.find(({ end }) => end > offset);
  if (gap !== undefined) return { reason: gapReason(side, gap), frame: gap.frame };
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
  const bytes = end - start === 1 ? `byte ${start}` : `bytes ${start}-${end - 1}`;
  return `${bytes} of the ${side} ${kind === 'cut' ? 'were cut off by the snapshot length' : 'were never captured'}`;
}
