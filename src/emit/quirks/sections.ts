import type { CaptureFiles } from '../../capture/frame.ts';
import { SEVERITIES } from '../../conversation/quirk.ts';
import type { QuirkEvidence, ServerQuirk } from '../../dialogue/evidence.ts';
import type { Example } from '../../dialogue/example.ts';
import { QUIRKS } from '../../dialogue/quirks.ts';
import type { ServerSheet } from '../../dialogue/sheet.ts';

/** A part of a sheet, before it is laid out. */
export type Section = { readonly title: string } & (
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
      /** Columns of what came out of captures word by word. */
      readonly literal?: readonly string[];
    }
  /** What each stands under its head, a paragraph a line. */
  | { readonly kind: 'items'; readonly items: readonly { readonly head: string; readonly lines: readonly string[] }[] }
  | { readonly kind: 'code'; readonly lines: readonly string[] }
);

/** A sheet's head line. */
export function headOf({ name, endpoints, dialogues }: ServerSheet): string {
  const at = endpoints.includes(name) ? '' : ` at ${endpoints.join(', ')}`;
  return `${name}${at}: ${dialogues} ${dialogues === 1 ? 'dialogue' : 'dialogues'}`;
}

/** All that a sheet says, in order. */
export function sectionsOf(sheet: ServerSheet, files: CaptureFiles): Section[] {
  const { spoken, answers, quirks, timings, example, unseen } = sheet;
  const sections: Section[] = [
    {
      title: 'Speaks (taken of asked)',
      kind: 'table',
      columns: ['taken', 'protocol, method or form'],
      rows: spoken.map(({ what, granted, dialogues }) => [`${granted}/${dialogues}`, what]),
    },
    {
      title: 'Answers',
      kind: 'table',
      columns: ['n', 'cause', 'answer', 'asked', 'frame'],
      literal: ['answer', 'asked'],
      rows: answers.map(({ count, frame, cause, labeled, answer, asked }) => [
        String(count),
        cause === undefined ? '?' : labeled ? cause : `(${cause})`,
        answer,
        asked,
        frame === undefined ? '-' : files.nameOf(frame),
      ]),
    },
    { title: 'Quirks', kind: 'items', items: bySeverity(quirks).map((quirk) => quirkItem(quirk, files)) },
    {
      title: 'Timings (ms)',
      kind: 'table',
      columns: ['n', 'min', 'median', 'p95', 'step'],
      rows: timings.map(({ step, n, min, median, p95 }) => [String(n), ...[min, median, p95].map(tenths), step]),
    },
  ];
  if (example !== undefined)
    sections.push({
      title: `One dialogue: ${fileOf(example, files)}tcp.stream ${example.stream}, ${example.reason}`,
      kind: 'code',
      lines: exampleLines(example, files),
    });
  if (unseen.length > 0)
    sections.push({
      title: 'Not shown by the captures',
      kind: 'items',
      items: unseen.map(({ what, command }) => ({ head: what, lines: [command] })),
    });
  return sections.filter((section) => section.kind !== 'table' || section.rows.length > 0);
}

const bySeverity = (quirks: readonly ServerQuirk[]): ServerQuirk[] =>
  SEVERITIES.flatMap((severity) => quirks.filter(({ code }) => QUIRKS[code].severity === severity));

function quirkItem({ code, dialogues, of, evidence }: ServerQuirk, files: CaptureFiles) {
  const { title, spec, severity, clients, checks } = QUIRKS[code];
  const [first] = evidence;
  return {
    head: `${severity} ${code}: ${dialogues} of ${of}`,
    lines: [
      `${title}; ${spec}`,
      ...(first === undefined ? [] : [`Seen: ${evidenceText(first, files)}`]),
      `Clients: ${clients}`,
      `Checks: ${checks}`,
    ],
  };
}

/** `frame 9, byte 6 of the server, BND.ADDR 00000000 (0.0.0.0)`. */
function evidenceText({ frame, side, offset, field, bytes, detail }: QuirkEvidence, files: CaptureFiles): string {
  const text = Buffer.from(bytes, 'hex').toString('latin1');
  // A header is named already; a status line reads better than its hex.
  const shown = text === field ? '' : field === 'status line' ? text : bytes;
  const parts = [
    ...(frame === undefined ? [] : [`frame ${files.nameOf(frame)}`]),
    `byte ${offset} of the ${side}`,
    [field, shown].filter(Boolean).join(' '),
  ];
  return `${parts.filter(Boolean).join(', ')}${detail === undefined ? '' : ` (${detail})`}`;
}

function exampleLines({ messages, more, ending }: Example, files: CaptureFiles): string[] {
  const lines = messages.flatMap(({ side, frame, time, title, length, bytes, quirks }) => {
    const where = `${frame === undefined ? '-' : files.numberInFile(frame)}`.padStart(5);
    const when = `${time === undefined ? '-' : `+${tenths(time)}`}`.padStart(9);
    return [
      `${where} ${when} ms  ${side}  ${title} (${length} bytes)`,
      ...(bytes === undefined ? [] : [`${' '.repeat(7)}${bytes}${2 * length > bytes.length ? '...' : ''}`]),
      ...quirks.map((code) => `${' '.repeat(7)}^ ${code}`),
    ];
  });
  if (more > 0) lines.push(`${' '.repeat(7)}and ${more} more messages`);
  return [...lines, ...ending.map((code) => `${' '.repeat(7)}^ ${code}`)];
}

/** The file of the example, where several are read: its frames are numbered in it. */
function fileOf({ messages }: Example, files: CaptureFiles): string {
  const frame = messages.find((message) => message.frame !== undefined)?.frame;
  return files.names.length < 2 || frame === undefined ? '' : `${files.names[files.inputOf(frame)]}, `;
}

const tenths = (milliseconds: number): string => milliseconds.toFixed(1);
