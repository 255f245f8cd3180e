import { printable } from '../bytes/printable.ts';
import { protocolLabel } from '../dialogue/layer.ts';
import { formatEndpoint } from '../packet/segment.ts';
import type { Analysis, Row } from './analysis.ts';
import { jsonText } from './json.ts';
import { type Column, layoutOf, rowText, tableWidth, widthsOf } from './layout.ts';
import type { Paint } from './paint.ts';

type FrameName = (frame: number) => string;

const COLUMNS: readonly (Column & { readonly cell: (row: Row, name: FrameName | undefined) => string })[] = [
  { title: 'stream', right: true, cell: ({ stream }) => String(stream) },
  { title: 'client', least: 14, drop: 3, cell: ({ client }) => formatEndpoint(client) },
  { title: 'server', least: 14, cell: ({ server }) => formatEndpoint(server) },
  { title: 'protocol', least: 13, cell: ({ protocols }) => protocols.map(protocolLabel).join(' > ') },
  { title: 'destination', least: 14, cell: ({ destination }) => printable(destination ?? '-') },
  { title: 'frames', right: true, drop: 2, cell: ({ frames }) => String(frames) },
  { title: 'bytes', right: true, drop: 1, cell: ({ bytes }) => String(bytes) },
  { title: 'outcome', least: 24, cell: (row, name) => printable(outcomeText(row, name)) },
];

/** The conversations as aligned columns, a line each; what makes one poor evidence stands behind its outcome. */
export function* emitList({ rows, files }: Pick<Analysis, 'rows' | 'files'>, paint: Paint): Generator<string> {
  const cellsWith = (name: FrameName | undefined) => (row: Row) => COLUMNS.map(({ cell }) => cell(row, name));
  const whole = cellsWith((frame) => files.nameOf(frame));
  const widths = widthsOf(COLUMNS, mapped(rows, whole));
  // Where there is no room, a frame's name would take the place of what became of the conversation.
  const cellsOf = tableWidth(widths) > paint.columns ? cellsWith(undefined) : whole;
  const layout = layoutOf(
    COLUMNS,
    cellsOf === whole ? widths : widthsOf(COLUMNS, mapped(rows, cellsOf)),
    paint.columns,
  );
  const line = (cells: readonly string[]) => rowText(cells, COLUMNS, layout);
  yield `${paint.strong(line(COLUMNS.map(({ title }) => title)))}\n`;
  for (const row of rows) {
    const text = line(cellsOf(row));
    yield `${row.outcome.kind === 'refused' ? paint.bad(text) : text}\n`;
  }
}

function* mapped<From, To>(values: Iterable<From>, change: (value: From) => To): Generator<To> {
  for (const value of values) yield change(value);
}

function outcomeText({ outcome, warnings }: Row, frameName: FrameName | undefined): string {
  const frame = outcome.frame === undefined || frameName === undefined ? '' : `, frame ${frameName(outcome.frame)}`;
  const doubts = [...new Set(warnings.map(({ code }) => code))];
  return `${outcome.reason}${frame}${doubts.length > 0 ? ` [${doubts.join(', ')}]` : ''}`;
}

/** The conversations as JSON: an array, documented in docs/json.md. */
export function* emitListJson({ rows, files }: Pick<Analysis, 'rows' | 'files'>): Generator<string> {
  let before = '[';
  for (const row of rows) {
    yield `${before}\n  ${jsonText(rowValue(row, files)).trimEnd().replaceAll('\n', '\n  ')}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

const rowValue = (
  { stream, client, server, protocols, outcome, destination, frames, bytes, warnings }: Row,
  files: Analysis['files'],
) => ({
  stream,
  client: formatEndpoint(client),
  server: formatEndpoint(server),
  protocol: protocols.join('/'),
  outcome: outcome.kind,
  reason: outcome.reason,
  frame: outcome.frame === undefined ? null : files.referenceTo(outcome.frame),
  destination: destination ?? null,
  frames,
  bytes,
  warnings: warnings.map(({ code, message }) => ({ code, message })),
});
