import type { Side } from '../conversation/conversation.ts';
import { framesOf } from '../conversation/conversation.ts';
import type { Dialogue } from './dialogue.ts';
import { timeOf } from './dialogue.ts';
import { maskedHex } from './evidence.ts';
import type { QuirkCode, QuirkFinding } from './quirks.ts';
import { titleOf } from './title.ts';

/** Messages of the example, and bytes of each, that are kept. */
const MAX_MESSAGES = 24;
const MAX_BYTES = 32;

/** A message of the example. */
interface ExampleMessage {
  readonly side: Side;
  readonly frame: number | undefined;
  /** Milliseconds from the first frame of the conversation to the message's first byte. */
  readonly time: number | undefined;
  readonly title: string;
  readonly length: number;
  /** The first bytes as hex, for protocols that are no text; secrets are masked. */
  readonly bytes: string | undefined;
  /** Quirks that show in it. */
  readonly quirks: readonly QuirkCode[];
}

/** One dialogue in brief, with its quirks. */
export interface Example {
  readonly rank: number;
  readonly stream: number;
  readonly reason: string;
  readonly messages: readonly ExampleMessage[];
  /** Messages that are left out. */
  readonly more: number;
  /** Quirks that show in an end or a silence. */
  readonly ending: readonly QuirkCode[];
}

/** How much a dialogue tells: a success most of all. */
export function exampleRank({ outcome, layers }: Dialogue): number {
  if (outcome.kind === 'opened') return (outcome.status ?? 600) < 400 ? 4 : 3;
  if (outcome.kind === 'refused') return 2;
  return layers.some(({ protocol }) => protocol !== 'unknown') ? 1 : 0;
}

/** A dialogue as an example; `findings` are its quirks. */
export function exampleOf(dialogue: Dialogue, findings: readonly QuirkFinding[]): Example {
  const { conversation, layers, outcome } = dialogue;
  const all = layers.flatMap(({ messages }) => messages);
  const told = new Set<QuirkFinding>();
  const messages = all.slice(0, MAX_MESSAGES).map((message): ExampleMessage => {
    const { side, start, end } = message;
    const own = findings.filter(
      (each) => each.length > 0 && each.side === side && each.offset >= start && each.offset < end,
    );
    for (const finding of own) told.add(finding);
    return {
      side,
      frame: framesOf(conversation[side].bytes, start, start + 1)[0],
      time: timeOf(conversation, side, start),
      title: titleOf(message),
      length: end - start,
      bytes: isBinary(message.protocol)
        ? maskedHex(dialogue, side, start, Math.min(end, start + MAX_BYTES))
        : undefined,
      quirks: [...new Set(own.map(({ code }) => code))],
    };
  });
  return {
    rank: exampleRank(dialogue),
    stream: conversation.stream,
    reason: outcome.reason,
    messages,
    more: all.length - messages.length,
    ending: findings.filter((finding) => !told.has(finding)).map(({ code }) => code),
  };
}

/** What others say in a tunnel may be anything, secrets too. */
const isBinary = (protocol: string): boolean => protocol === 'socks5' || protocol === 'socks4';
