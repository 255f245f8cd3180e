import { toHex } from '../bytes/hex.ts';
import { printable, printableBytes } from '../bytes/printable.ts';
import type { Field } from '../bytes/reader.ts';
import type { CaptureFiles } from '../capture/frame.ts';
import { framesOf, type Side } from '../conversation/conversation.ts';
import type { ByteStream } from '../conversation/stream.ts';
import { type Dialogue, streamOf } from '../dialogue/dialogue.ts';
import { type Message, protocolLabel } from '../dialogue/layer.ts';
import { gapReason } from '../dialogue/outcome.ts';
import { titleOf } from '../dialogue/title.ts';
import { warningsOf } from '../dialogue/warnings.ts';
import { formatEndpoint } from '../packet/segment.ts';
import { jsonText } from './json.ts';
import { wrapped } from './layout.ts';
import { type Paint, PLAIN } from './paint.ts';

const SIDES: readonly Side[] = ['client', 'server'];
/** What a secret's bytes are replaced with: one asterisk a byte. */
const MASK = 0x2a;
/** Bytes of a field on one line; on a narrow terminal half as many. */
const LINE_LENGTH = 16;
const NARROW = 110;

/** A side's bytes as they may be shown: with `redact`, secrets are asterisks, and so is what no message accounts for, as half a password. */
export function shownBytes(dialogue: Dialogue, side: Side, redact: boolean): Uint8Array {
  const { bytes, gaps } = streamOf(dialogue.conversation, side);
  if (!redact) return bytes;
  // Where bytes are missing it cannot be told what a field holds: filler may hide the name of a header.
  const whole = ({ start, length }: Field) => !gaps.some((gap) => gap.start < start + length && gap.end > start);
  const shown = new Uint8Array(bytes.length).fill(MASK);
  for (const message of dialogue.layers.flatMap(({ messages }) => messages)) {
    if (message.side !== side) continue;
    for (const field of message.fields) {
      const { role, start, length } = field;
      if (role !== 'secret' && whole(field)) shown.set(bytes.subarray(start, start + length), start);
    }
  }
  return shown;
}

/** The captured bytes of a span; those in gaps are left out, because filler is no data. */
export function capturedBytes(bytes: Uint8Array, { runs }: ByteStream, start: number, end: number): Uint8Array {
  const pieces = runs
    .filter((run) => run.start < end && run.end > start)
    .map((run) => bytes.subarray(Math.max(run.start, start), Math.min(run.end, end)));
  return Buffer.concat(pieces);
}

/** One dialogue, message by message, with fields, offsets and bytes. */
export function emitShow(dialogue: Dialogue, files: CaptureFiles, redact: boolean, paint: Paint): string {
  const { conversation, layers, outcome, destination } = dialogue;
  const { client, server, stream, rolesBy, frames } = conversation;
  const bytes = { client: shownBytes(dialogue, 'client', redact), server: shownBytes(dialogue, 'server', redact) };
  const outcomeFrame = outcome.frame === undefined ? '' : `, frame ${files.nameOf(outcome.frame)}`;
  const heads: [text: string, color: (text: string) => string][] = [
    [
      `tcp.stream ${stream}: ${formatEndpoint(client)} (client) and ${formatEndpoint(server)} (server), told by ${rolesBy}; ${frames} frames`,
      paint.strong,
    ],
    [
      `${layers.map(({ protocol }) => protocolLabel(protocol)).join(' > ')}${destination === undefined ? '' : ` to ${destination}`}: ${outcome.reason}${outcomeFrame}`,
      PLAIN.strong,
    ],
    ...warningsOf(dialogue, (frame) => files.nameOf(frame)).map(({ code, message }): (typeof heads)[number] => [
      `${code}: ${message}`,
      paint.bad,
    ]),
  ];
  const lines = heads.flatMap(([text, color]) => wrapped(printable(text), paint.columns, '', '  ').map(color));
  for (const message of layers.flatMap(({ messages }) => messages)) {
    lines.push('', ...messageLines(message, bytes[message.side], dialogue, files, paint));
  }
  return lines.map((line) => `${line}\n`).join('');
}

function messageLines(
  message: Message,
  bytes: Uint8Array,
  { conversation }: Dialogue,
  files: CaptureFiles,
  paint: Paint,
): string[] {
  const { side, start, end, fields } = message;
  const frames = framesOf(streamOf(conversation, side), start, end).map((frame) => files.nameOf(frame));
  const place = `offset ${start}, ${end - start} bytes, ${frames.length === 1 ? 'frame' : 'frames'} ${frames.join(',')}`;
  const width = Math.min(24, Math.max(0, ...fields.map(({ name }) => name.length)));
  return [
    `${paint[side](`${side}: ${printable(titleOf(message))}`)} ${paint.dim(`(${place})`)}`,
    ...fields.flatMap((field) => fieldLines(field, bytes, streamOf(conversation, side), width, paint)),
  ];
}

/** A field's offset, name, bytes, their text, and its role where that is not plain. Bytes in gaps are dashes: their filler is no data. */
function fieldLines(
  { name, start, length, role }: Field,
  bytes: Uint8Array,
  { gaps }: ByteStream,
  width: number,
  paint: Paint,
): string[] {
  const lines: string[] = [];
  const each = paint.columns < NARROW ? LINE_LENGTH / 2 : LINE_LENGTH;
  for (let at = start; at < start + length; at += each) {
    const end = Math.min(start + length, at + each);
    const label = at === start ? printable(name).slice(0, width).padEnd(width) : ' '.repeat(width);
    const mark = at === start && role !== 'fixed' ? `  ${role}` : '';
    let [hex, text] = ['', ''];
    for (let offset = at; offset < end; offset++) {
      const lost = gaps.some((gap) => gap.start <= offset && offset < gap.end);
      const byte = bytes.subarray(offset, offset + 1);
      hex += lost ? '--' : toHex(byte);
      text += lost ? '-' : printableBytes(byte);
    }
    lines.push(`${paint.dim(String(at).padStart(6))}  ${label}  ${hex.padEnd(2 * each)}  ${text}${paint.dim(mark)}`);
  }
  return lines;
}

/** One dialogue as JSON, documented in docs/json.md. */
export function emitShowJson(dialogue: Dialogue, files: CaptureFiles, redact: boolean): string {
  const { conversation, turns, layers, outcome, destination } = dialogue;
  const shown = { client: shownBytes(dialogue, 'client', redact), server: shownBytes(dialogue, 'server', redact) };
  const hex = (side: Side, start: number, end: number) =>
    toHex(capturedBytes(shown[side], streamOf(conversation, side), start, end));
  const frames = (side: Side, start: number, end: number) =>
    framesOf(streamOf(conversation, side), start, end).map((frame) => files.referenceTo(frame));
  const value = {
    stream: conversation.stream,
    client: formatEndpoint(conversation.client),
    server: formatEndpoint(conversation.server),
    roles_by: conversation.rolesBy,
    protocol: layers.map(({ protocol }) => protocol).join('/'),
    outcome: outcome.kind,
    reason: outcome.reason,
    destination: destination ?? null,
    turns: turns.map(({ side, start, end }) => ({
      side,
      bytes: hex(side, start, end),
      frames: frames(side, start, end),
    })),
    gaps: SIDES.flatMap((side) =>
      streamOf(conversation, side).gaps.map((gap) => ({
        side,
        start: gap.start,
        end: gap.end,
        kind: gap.kind,
        frame: files.referenceTo(gap.frame),
        reason: gapReason(side, gap),
      })),
    ),
    conflicts: SIDES.flatMap((side) =>
      streamOf(conversation, side).conflicts.map(({ start, end, kept, other }) => ({
        side,
        start,
        end,
        kept: files.referenceTo(kept),
        other: files.referenceTo(other),
      })),
    ),
    messages: layers.flatMap(({ messages }) =>
      messages.map((message) => ({
        protocol: message.protocol,
        kind: message.kind,
        side: message.side,
        title: titleOf(message),
        start: message.start,
        end: message.end,
        frames: frames(message.side, message.start, message.end),
        fields: message.fields.map(({ name, start, length, role }) => ({
          name,
          start,
          length,
          role,
          bytes: hex(message.side, start, start + length),
        })),
      })),
    ),
  };
  return jsonText(value);
}
