import { framesOf } from '../conversation/conversation.ts';
import { type Allowance, type Dialogue, isProxied, startsByItself, streamOf } from '../dialogue/dialogue.ts';
import { isInTunnel, type Layer } from '../dialogue/layer.ts';
import { type Aim, aimedDestination } from './aim.ts';
import {
  ADVICE,
  flawIn,
  lacksOf,
  lostOutcome,
  lostRequest,
  neededMessages,
  perishableCredentials,
  usedSpans,
} from './evidence.ts';
import { type Exchange, exchangesOf } from './exchange.ts';
import { type CopiedPart, sequelOf, untilCopied } from './follow.ts';
import { accepts } from './status.ts';

/** What one dialogue contributes to a check. */
export interface Sample {
  readonly stream: number;
  readonly server: { readonly address: string; readonly port: number };
  readonly layers: readonly Layer['protocol'][];
  readonly destination: string | undefined;
  /** Does the client talk through a proxy, as far as the bytes show it? */
  readonly proxied: boolean;
  readonly exchanges: readonly Exchange[];
  /** What followed, in an unknown protocol: a check goes on with it as far as other samples say the same. */
  readonly later: readonly Exchange[];
  /** In which of those the client copied bytes out of a reply. */
  readonly copied: (CopiedPart & { readonly exchange: number }) | undefined;
  /** Is the last request one in an unknown protocol that the server began? It may be made for what the server said. */
  readonly answersGreeting: boolean;
  /** How the server ended the connection, and in which frame, where it did so before the client. */
  readonly hungUp: { readonly by: 'FIN' | 'RST'; readonly frame: number } | undefined;
  /** What the capture lacks of what is sent, which the user allowed; such a check cannot be proved. */
  readonly lacks: readonly string[];
  /** Ports of the origin that are for one transfer: another dialogue with one of them is no sample of anything. */
  readonly dataPorts: readonly number[];
  /** The frames that carried what is sent and asserted. */
  readonly frames: readonly number[];
  /** Milliseconds from the first frame to the last byte asserted. */
  readonly duration: number;
}

/** A dialogue gives a sample, or there is a reason why not. */
export type Sampling = { readonly sample: Sample } | Refusal;

/** Why a dialogue gives no sample, the frame that shows it, and what to do next. */
export interface Refusal {
  readonly reason: string;
  readonly frame: number | undefined;
  readonly nextStep?: string;
}

/** Takes from a dialogue what a check is made of. `force` takes it whatever its outcome; `aim` says what to ask for and to take instead. */
export function sampleOf(dialogue: Dialogue, allowed: ReadonlySet<Allowance>, force: boolean, aim: Aim = {}): Sampling {
  const { outcome, layers, conversation } = dialogue;
  if (dialogue.tooDeep) {
    const reason = 'its protocols lie deeper inside each other than is read';
    return { reason, frame: conversation.firstFrame, nextStep: 'raise --limit nesting' };
  }
  if (!force) {
    if (!isAnswered(dialogue, aim))
      return outcome.kind === 'opened' ? notWanted(outcome, layers, aim) : setAside(outcome, layers);
  }
  if (outcome.gap !== undefined) return setAside(outcome);
  if (conversation.rolesBy === 'ports' && !allowed.has('role')) {
    return {
      reason: 'which side is the client is only guessed from the ports',
      frame: conversation.firstFrame,
      nextStep: 'say --role server=HOST:PORT, or --allow role',
    };
  }
  if (conversation.cutShort) {
    const nextStep = 'raise --limit conversations or buffered, or filter the capture first';
    return {
      reason: 'it was given up before it ended, to stay within a bound',
      frame: conversation.firstFrame,
      nextStep,
    };
  }
  const startSeen = conversation.client.bytes.fromStart || conversation.server.bytes.fromStart;
  if (!startSeen && !startsByItself(layers) && !allowed.has('gap')) {
    return {
      reason: 'its start was not captured (no SYN)',
      frame: conversation.firstFrame,
      nextStep: 'record from before the connection is made',
    };
  }
  const { messages, copied } = untilCopied(dialogue, neededMessages(dialogue));
  const perishable = perishableCredentials(messages);
  if (perishable !== undefined) {
    const { scheme, side, start } = perishable;
    const frame = framesOf(streamOf(conversation, side), start, start + 1)[0];
    return {
      reason: `its ${scheme} credentials hold for one connection or one request`,
      frame,
      nextStep: 'use Basic credentials',
    };
  }
  const spans = usedSpans(dialogue, messages);
  const flaw = flawIn(dialogue, spans, allowed) ?? lostRequest(dialogue, spans) ?? lostOutcome(dialogue, messages);
  if (flaw !== undefined) return flaw;
  const exchanges = exchangesOf(dialogue, messages, spans, aim);
  if ('reason' in exchanges) return exchanges;
  const greets = layers.at(-1)?.outcome.kind === 'ready';
  if (!greets && !exchanges.some(({ request }) => request)) {
    if (copied !== undefined) {
      // What the server said by itself is left; of what it answers to a request that cannot be made again, nothing.
      if (exchanges.length === 0) return { reason: copiedReason(copied), frame: copied.frame };
    } else if (conversation.client.bytes.length > 0) return setAside(outcome);
    else return { reason: 'the client said nothing', frame: conversation.firstFrame };
  }
  const { address, port } = conversation.server;
  const sequel = sequelOf(dialogue, messages);
  return {
    sample: {
      stream: conversation.stream,
      server: { address, port },
      layers: layers.map(({ protocol }) => protocol),
      destination: aimedDestination(messages, aim, dialogue.destination),
      proxied: isProxied(layers),
      exchanges,
      later: sequel.exchanges,
      copied: copied === undefined ? sequel.copied : { ...copied, exchange: 0 },
      answersGreeting: copied === undefined && answersGreeting(layers),
      hungUp: hungUpBy(dialogue),
      lacks: lacksOf(dialogue, spans, startSeen),
      dataPorts: messages.flatMap((message) => (message.kind === 'banner' ? message.dataPorts : [])),
      ...extentOf(exchanges),
    },
  };
}

/** The frames of exchanges, and when the last reply was there. */
export function extentOf(exchanges: readonly Exchange[]): Pick<Sample, 'frames' | 'duration'> {
  const last = exchanges.findLast(({ reply }) => reply.length > 0) ?? exchanges.at(-1);
  return {
    frames: [...new Set(exchanges.flatMap(({ frames }) => frames))].sort((a, b) => a - b),
    duration: last?.end ?? 0,
  };
}

/** Why a check does not go on, or a request cannot be made again. The bytes themselves may be secret. */
export const copiedReason = ({ offset, length }: CopiedPart): string =>
  `${length} bytes that the client sends (offset ${offset}) repeat what the server had just said, as the answer to a challenge does`;

/** Does the first request of an unknown protocol come behind what the server said by itself? */
function answersGreeting(layers: readonly Layer[]): boolean {
  const layer = layers.at(-1);
  return layer?.protocol === 'unknown' && layer.messages[0]?.side === 'server' && layer.messages.length > 1;
}

function hungUpBy({ conversation: { client, server } }: Dialogue): Sample['hungUp'] {
  const { closed } = server.bytes;
  const gaveUp = client.bytes.closed?.frame ?? Number.POSITIVE_INFINITY;
  return closed !== undefined && closed.frame < gaveUp ? closed : undefined;
}

/** Did the dialogue fail, as far as its protocols tell? */
export const isFailure = (dialogue: Dialogue, aim: Aim): boolean =>
  dialogue.outcome.gap === undefined && !isAnswered(dialogue, aim);

function isAnswered(dialogue: Dialogue, aim: Aim): boolean {
  const { outcome } = dialogue;
  return outcome.kind === 'opened' && outcome.status !== undefined
    ? isWanted(outcome.status, aim)
    : isAnsweredUnread(dialogue);
}

/** Is the status one that a check may ask for? With an address of the user's own it is not yet known what that answers. */
const isWanted = (status: number, { probe, statuses }: Aim): boolean =>
  statuses === undefined || probe !== undefined ? status < 400 : accepts(statuses, status);

/** An answer that the user does not take is left out for that, whatever it is. */
function notWanted(outcome: Dialogue['outcome'], layers: readonly Layer[], { probe, statuses }: Aim): Sampling {
  if (statuses === undefined || probe !== undefined || !('status' in outcome) || outcome.status === undefined)
    return setAside(outcome, layers);
  const reason = `${outcome.reason}, which --expect-status does not take`;
  return setAside({ ...outcome, reason }, layers);
}

/** Is what is spoken in the end encrypted, a greeting or not known, and did the server say something in it? */
function isAnsweredUnread({ layers, outcome, conversation }: Dialogue): boolean {
  const layer = layers.at(-1);
  if (layer?.protocol !== 'unknown')
    return outcome.kind === 'opened' && (layer?.outcome.kind === 'established' || layer?.outcome.kind === 'ready');
  const startSeen = conversation.client.bytes.fromStart || conversation.server.bytes.fromStart;
  return (startSeen || isInTunnel(layers)) && layer.messages.some(({ side }) => side === 'server');
}

/** The outcome as the reason why there is no sample. */
function setAside({ reason, frame, gap }: Dialogue['outcome'], layers: readonly Layer[] = []): Sampling {
  if (gap !== undefined) return { reason, frame, nextStep: ADVICE[gap.kind] };
  const nextStep = nextStepAfter(layers);
  return { reason, frame, ...(nextStep !== undefined && { nextStep }) };
}

/** Without a word on verification HAProxy refuses the configuration (2.6). */
const SPEAK_TLS =
  'HAProxy can speak TLS to the proxy itself: record a session without TLS, and let its check begin with "tcp-check connect ssl" (with "verify none" or "ca-file" on the server line)';

/** What to look at where the reason alone does not tell. */
function nextStepAfter(layers: readonly Layer[]): string | undefined {
  const layer = layers.at(-1);
  if (layer === undefined || isInTunnel(layers)) return undefined;
  if (layer.protocol === 'tls') return SPEAK_TLS;
  const { outcome, messages } = layer;
  const status = outcome.kind === 'answered' ? outcome.status : undefined;
  const sent = messages.findLast((message) => message.protocol === 'http' && message.kind === 'request');
  const brought = sent?.fields.some(({ name }) => /^proxy-authorization$/i.test(name));
  // Tinyproxy answers a wrong password so, where 407 is due (RFC 9110 §15.5.8).
  if (status === 401 && brought) return 'some proxies answer 401 to a wrong proxy password';
  return undefined;
}
