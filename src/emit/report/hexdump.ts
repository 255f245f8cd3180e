import { toHex } from '../../bytes/hex.ts';
import type { Field } from '../../bytes/reader.ts';
import type { CaptureFiles } from '../../capture/frame.ts';
import type { Message } from '../../dialogue/layer.ts';
import type { DrawnExpect } from './expects.ts';
import { type Content, type Html, html } from './html.ts';
import { BYTE } from './masked.ts';
import { meaningOf } from './meaning.ts';
import { NEED } from './needs.ts';
import { bytesText, clipped } from './words.ts';

/** Of a long message its first and its last bytes are shown. */
const HEAD = 384;
const TAIL = 64;
/** Bytes on a line, on wide pages and on narrow ones. */
const LINES = { wide: 16, narrow: 8 } as const;
/** Expects that are drawn over one message. */
export const MAX_LANES = 4;

/** A message's bytes and all that is drawn over them. */
export interface Dump {
  readonly message: Message;
  /** The bytes of its side, and for each one of `BYTE`. */
  readonly bytes: Uint8Array;
  readonly kinds: Uint8Array;
  /** For each byte of the message: is it another in another sample? */
  readonly varies: readonly boolean[];
  /** Each is a lane under the bytes, in this order. */
  readonly expects: readonly DrawnExpect[];
  /** Where a segment begins behind the first byte, and in which frame. */
  readonly cuts: ReadonlyMap<number, number>;
  readonly files: CaptureFiles;
}

/** The bytes of a message as a hexdump in which each field can be hovered over and focused. */
export function hexdump(dump: Dump): Html {
  const { start, end } = dump.message;
  const length = end - start;
  if (length <= HEAD + TAIL) return block(dump, start, end);
  const left = length - HEAD - TAIL;
  return html`${block(dump, start, start + HEAD)}<p class="left-out">${bytesText(left)} left out here, from offset ${start + HEAD} to ${end - TAIL - 1}</p>${block(dump, end - TAIL, end)}`;
}

function block(dump: Dump, from: number, to: number): Html {
  const lanes = Math.min(MAX_LANES, dump.expects.length);
  const pieces = piecesOf(dump.message, from, to).map((piece) => pieceHtml(dump, piece));
  return html`<div class="dump d${lanes}"><pre class="off wide" aria-hidden="true">${offsets(from, to, LINES.wide)}</pre><pre class="off narrow" aria-hidden="true">${offsets(from, to, LINES.narrow)}</pre><div class="hex">${pieces}</div><div class="text" aria-hidden="true">${textOf(dump, from, to)}</div></div>`;
}

/** The offset of each line, in decimal as everywhere else. */
const offsets = (from: number, to: number, width: number): string =>
  Array.from({ length: Math.ceil((to - from) / width) }, (_, line) => String(from + line * width)).join('\n');

/** A field, or what no field accounts for, as far as it lies in what is shown. */
interface Piece {
  readonly field: Field | undefined;
  readonly from: number;
  readonly to: number;
}

function piecesOf({ fields }: Message, from: number, to: number): Piece[] {
  const pieces: Piece[] = [];
  let position = from;
  const upTo = (end: number, field?: Field) => {
    if (end > position) pieces.push({ field, from: position, to: end });
    position = Math.max(position, end);
  };
  for (const field of fields) {
    const end = field.start + field.length;
    if (end <= from || field.start >= to || end <= position) continue;
    upTo(Math.min(field.start, to));
    upTo(Math.min(end, to), field);
  }
  upTo(to);
  return pieces;
}

function pieceHtml(dump: Dump, { field, from, to }: Piece): Html {
  const runs = runsOf(dump, from, to);
  if (field === undefined) return html`<span class="f none">${runs}</span> `;
  return html`<span class="f ${field.role}" tabindex="0" role="note" aria-label="${describe(dump, field)}">${runs}</span> `;
}

/** What is told of a field: its name and role, where it lies, what it means. */
function describe({ message, bytes, kinds, varies }: Dump, field: Field): string {
  const { name, role, start, length } = field;
  const own = kinds.subarray(start, start + length);
  const value = own.includes(BYTE.lost)
    ? 'not all captured'
    : own.every((kind) => kind === BYTE.plain)
      ? meaningOf(message, field, bytes.subarray(start, start + length))
      : own.includes(BYTE.plain)
        ? clipped(textOf({ bytes, kinds }, start, start + length).trimEnd())
        : 'masked';
  const place = length === 1 ? `byte ${start}` : `bytes ${start} to ${start + length - 1}`;
  const changes = varies.slice(start - message.start, start - message.start + length).includes(true);
  const lines = [
    `${clipped(name, 60)} (${role})`,
    `${place} of the ${message.side}`,
    value,
    changes && 'varies between the samples',
  ];
  return lines.filter(Boolean).join('\n');
}

/** Bytes that look alike stand in one element; those that nothing is drawn over in none. */
function runsOf(dump: Dump, from: number, to: number): Content[] {
  const runs: Content[] = [];
  let [text, style] = ['', ''];
  const close = () => {
    if (text !== '') runs.push(style === '' ? text : html`<i class="${style}">${text}</i>`);
    text = '';
  };
  for (let at = from; at < to; at++) {
    const next = styleAt(dump, at);
    const frame = dump.cuts.get(at);
    if (next !== style || frame !== undefined) close();
    if (frame !== undefined)
      runs.push(
        html`<b class="cut" title="frame ${dump.files.nameOf(frame)} begins">${dump.files.numberInFile(frame)}</b>`,
      );
    style = next;
    text += `${hexAt(dump, at)}${at + 1 < to ? ' ' : ''}`;
  }
  close();
  return runs;
}

const NEED_CLASSES: Readonly<Record<number, string>> = { [NEED.exact]: 'x', [NEED.some]: 's', [NEED.any]: 'n' };

/** What is drawn over a byte, as class names. */
function styleAt({ message, varies, expects }: Dump, at: number): string {
  const lanes = expects.slice(0, MAX_LANES).flatMap(({ start, needs }, lane) => {
    const need = NEED_CLASSES[needs[at - start] ?? 0];
    return need === undefined ? [] : [`${need}${lane + 1}`];
  });
  return [...lanes, ...(varies[at - message.start] ? ['v'] : [])].join(' ');
}

/** A byte as two digits; what is masked, or lost, as two signs. */
export function hexAt({ bytes, kinds }: Pick<Dump, 'bytes' | 'kinds'>, at: number): string {
  if (kinds[at] === BYTE.lost) return '--';
  return kinds[at] === BYTE.masked ? '••' : toHex(bytes.subarray(at, at + 1));
}

function textOf({ bytes, kinds }: Pick<Dump, 'bytes' | 'kinds'>, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++)
    text += kinds[at] === BYTE.lost ? '-' : kinds[at] === BYTE.masked ? '•' : character(bytes[at] as number);
  return text;
}

/** A byte as a character of the same width as any other. */
const character = (byte: number): string => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.');
