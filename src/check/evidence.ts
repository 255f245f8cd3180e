import type { Gap } from '../conversation/stream.ts';
import { type Allowance, allowanceFor, type Dialogue, startsByItself, streamOf } from '../dialogue/dialogue.ts';
import type { Message } from '../dialogue/layer.ts';
import { gapReason } from '../dialogue/outcome.ts';
import { neededOfRedis } from './redis.ts';
import type { Refusal } from './sample.ts';
import type { UsedSpan } from './step.ts';

/** The messages up to the one that answers: of an unknown protocol the first exchange, of HTTP the one that decided. */
export function neededMessages({ layers, turns }: Dialogue): Message[] {
  return layers.flatMap((layer) => {
    if (layer.protocol === 'redis') return neededOfRedis(layer.messages, turns);
    if (layer.protocol === 'unknown') {
      const answer = layer.messages.findIndex(({ side }, at) => side === 'server' && at > 0);
      return answer === -1 ? [...layer.messages.slice(0, 2)] : layer.messages.slice(0, answer + 1);
    }
    // What is said behind a greeting changes from one session to the next.
    const greeting = layer.messages.filter(({ kind }) => kind === 'banner');
    if (greeting.length > 0) return greeting;
    if (layer.protocol !== 'http') return [...layer.messages];
    const { outcome } = layer;
    // Of several exchanges the one that decided: a demand for credentials before it is not repeated by a check that brings them.
    const answer = layer.messages.findIndex(
      ({ side, start }) => 'place' in outcome && side === 'server' && start === outcome.place.offset,
    );
    const upTo = answer === -1 ? layer.messages : layer.messages.slice(0, answer + 1);
    const request = upTo.findLastIndex(({ side }) => side === 'client');
    return upTo.slice(Math.max(request, 0));
  });
}

/** Schemes whose credentials can be sent again and again (RFC 7617, RFC 6750). */
const LASTING_SCHEMES: ReadonlySet<string> = new Set(['basic', 'bearer']);

/** A request with credentials that were made for it alone, as Digest and NTLM make them, and their scheme. */
export function perishableCredentials(messages: readonly Message[]): (Message & { scheme: string }) | undefined {
  for (const message of messages) {
    if (message.protocol !== 'http' || message.kind !== 'request') continue;
    for (const { name, value } of message.headers) {
      if (!/^(proxy-)?authorization$/i.test(name)) continue;
      const scheme = value.split(' ', 1)[0] ?? '';
      if (!LASTING_SCHEMES.has(scheme.toLowerCase()))
        return { ...message, scheme: /^[A-Za-z]{1,12}$/.test(scheme) ? scheme : 'unknown' };
    }
  }
  return undefined;
}

/** The spans that the check sends and asserts: the messages' parts of each turn, in order. Of an HTTP answer only the status line is asserted. */
export function usedSpans({ turns }: Dialogue, messages: readonly Message[]): UsedSpan[] {
  return turns.flatMap(({ side, start, end }) => {
    const used = messages.filter(
      (message) => message.side === side && message.start < end && assertedEnd(message) > start,
    );
    if (used.length === 0) return [];
    const from = Math.max(start, Math.min(...used.map((message) => message.start)));
    const to = Math.min(end, Math.max(...used.map(assertedEnd)));
    // A header that nothing answers is sent by itself, whether or not the first request shared its segment.
    const headerEnds = used.flatMap((each) => (each.kind === 'header' && each.end < to ? [each.end] : []));
    return [from, ...headerEnds].map((each, at) => ({ side, start: each, end: headerEnds[at] ?? to }));
  });
}

const SERVER_HELLO_LENGTH = 6; // record header and message type
const STATUS_LINE_LENGTH = 12; // HTTP/1.1 204

/** Where the part of a message that is sent or asserted ends. */
export function assertedEnd(message: Message): number {
  if (message.kind === 'response') return Math.min(message.end, message.start + STATUS_LINE_LENGTH);
  if (message.kind === 'server hello') return Math.min(message.end, message.start + SERVER_HELLO_LENGTH);
  // A request of which the capture lacks a part goes on to the end of its turn, where the lack is found.
  if (message.kind === 'request' && message.protocol === 'http' && !message.complete) return Number.POSITIVE_INFINITY;
  return message.end;
}

/** What the user allowed to be missing of the requests. */
export function lacksOf({ conversation, layers }: Dialogue, spans: readonly UsedSpan[], startSeen: boolean): string[] {
  const { gaps } = conversation.client.bytes;
  const missing = gaps.filter((gap) =>
    spans.some(({ side, start, end }) => side === 'client' && gap.start < end && gap.end > start),
  );
  const lacks = missing.map((gap) => `${gapReason('client', gap)}, and are left out of what is sent`);
  const withoutStart = !startSeen && !startsByItself(layers);
  return withoutStart
    ? ['the start of the conversation was not captured: a handshake may be missing', ...lacks]
    : lacks;
}

/** The first gap or conflict in what would be sent or asserted, unless the user allows it. */
export function flawIn(
  { conversation }: Dialogue,
  spans: readonly UsedSpan[],
  allowed: ReadonlySet<Allowance>,
): Refusal | undefined {
  for (const { side, start, end } of spans) {
    const stream = streamOf(conversation, side);
    const within = (span: { start: number; end: number }) => span.start < end && span.end > start;
    const gap = stream.gaps.find((each: Gap) => within(each) && !allowed.has(allowanceFor(each)));
    if (gap !== undefined) return { reason: gapReason(side, gap), frame: gap.frame, nextStep: ADVICE[gap.kind] };
    const conflict = allowed.has('conflict') ? undefined : stream.conflicts.find(within);
    if (conflict !== undefined) {
      return {
        reason: `two frames disagree about byte ${conflict.start} of the ${side}`,
        frame: conflict.other,
        nextStep: 'record again, or say --allow conflict to believe the first',
      };
    }
  }
  return undefined;
}

/** How to record so that nothing is missing. */
export const ADVICE: Readonly<Record<Gap['kind'], string>> = {
  cut: 'record again with whole packets: tcpdump -s 0',
  lost: 'record again, closer to the client or with a larger buffer: tcpdump -B 65536',
};

/** An allowed gap is left out of what is sent: of each request something has to remain. */
export function lostRequest({ conversation }: Dialogue, spans: readonly UsedSpan[]): Refusal | undefined {
  const gap = conversation.client.bytes.gaps.find((each) =>
    spans.some(({ side, start, end }) => side === 'client' && each.start <= start && each.end >= end),
  );
  return gap && { reason: `${gapReason('client', gap)}, and they are the whole request`, frame: gap.frame };
}

/** Filler is no evidence: a reply whose outcome lies in an allowed gap has nothing to assert. */
export function lostOutcome({ conversation }: Dialogue, messages: readonly Message[]): Refusal | undefined {
  const { gaps } = conversation.server.bytes;
  for (const { side, fields, kind } of messages) {
    if (side !== 'server' || gaps.length === 0) continue;
    for (const { role, start, length } of fields) {
      const needed = kind === 'response' ? STATUS_LINE_LENGTH : length;
      const gap = gaps.find((each) => role !== 'volatile' && each.start < start + needed && each.end > start);
      if (gap !== undefined)
        return { reason: `${gapReason('server', gap)}, and they say whether it worked`, frame: gap.frame };
      if (kind === 'response') break;
    }
  }
  return undefined;
}

/** The captured bytes of a span: an allowed gap is left out, its filler never becomes data. */
export function withoutGaps(bytes: Uint8Array, span: UsedSpan, gaps: readonly Gap[]): Uint8Array {
  const kept: Uint8Array[] = [];
  let position = span.start;
  for (const { start, end } of gaps) {
    if (end <= position || start >= span.end) continue;
    kept.push(bytes.subarray(position, Math.max(position, start)));
    position = end;
  }
  kept.push(bytes.subarray(position, Math.max(position, span.end)));
  return Uint8Array.from(Buffer.concat(kept));
}
