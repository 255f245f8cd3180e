import { toHex } from '../bytes/hex.ts';
import { framesOf, type Side } from '../conversation/conversation.ts';
import type { Dialogue } from './dialogue.ts';
import type { QuirkCode, QuirkFinding } from './quirks.ts';

/** Where a quirk showed. */
export interface QuirkEvidence {
  readonly stream: number;
  readonly frame: number | undefined;
  readonly side: Side;
  readonly offset: number;
  readonly field: string | undefined;
  /** Hex, a secret byte as `**`; empty where an end or a silence shows it. */
  readonly bytes: string;
  readonly detail: string | undefined;
}

/** A quirk of a server, and how often it showed. */
export interface ServerQuirk {
  readonly code: QuirkCode;
  /** Dialogues that show it, of those that could. */
  readonly dialogues: number;
  readonly of: number;
  /** The first of them. */
  readonly evidence: readonly QuirkEvidence[];
}

/** A finding with its frame and bytes. */
export function evidenceOf(dialogue: Dialogue, finding: QuirkFinding): QuirkEvidence {
  const { conversation } = dialogue;
  const { side, offset, length, field, detail } = finding;
  const [carrier] = framesOf(conversation[side].bytes, offset, offset + Math.max(length, 1));
  return {
    stream: conversation.stream,
    frame: finding.frame ?? carrier,
    side,
    offset,
    field,
    bytes: maskedHex(dialogue, side, offset, offset + length),
    detail,
  };
}

/** Bytes as hex, without secrets: `**` stands for their bytes, `--` for bytes that the capture lacks. */
export function maskedHex({ conversation, layers }: Dialogue, side: Side, start: number, end: number): string {
  const { bytes, gaps } = conversation[side].bytes;
  const secrets = layers
    .flatMap(({ messages }) => messages)
    .filter((message) => message.side === side && message.start < end && message.end > start)
    .flatMap(({ fields }) => fields.filter(({ role }) => role === 'secret'));
  let text = '';
  for (let at = start; at < Math.min(end, bytes.length); at++) {
    if (gaps.some((gap) => gap.start <= at && at < gap.end)) text += '--';
    else if (secrets.some((field) => field.start <= at && at < field.start + field.length)) text += '**';
    else text += toHex(bytes.subarray(at, at + 1));
  }
  return text;
}
