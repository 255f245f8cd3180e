import { printable } from '../bytes/printable.ts';
import { protocolLabel } from '../dialogue/layer.ts';
import { formatEndpoint } from '../packet/segment.ts';
import type { Analysis, Row } from './analysis.ts';
import { jsonText } from './json.ts';
import type { Paint } from './paint.ts';

type FrameName = (frame: number) => string;

const COLUMNS: readonly {
  readonly title: string;
  readonly right?: boolean;
  readonly cell: (row: Row, name: FrameName) => string;
}[] = [
  { title: 'stream', right: true, cell: ({ stream }) => String(stream) },
  { title: 'client', cell: ({ client }) => formatEndpoint(client) },
  { title: 'server', cell: ({ server }) => formatEndpoint(server) },
  { title: 'protocol', cell: ({ protocols }) => protocols.map(protocolLabel).join(' > ') },
  { title: 'destination', cell: ({ destination }) => printable(destination ?? '-') },
  { title: 'frames', right: true, cell: ({ frames }) => String(frames) },
  { title: 'bytes', right: true, cell: ({ bytes }) => String(bytes) },
  { title: 'outcome', cell: (row, name) => printable(outcomeText(row, name)) },
];

/** The conversations as aligned columns, a line each; what makes one poor evidence stands behind its outcome. */
export function* emitList({ rows, files }: Pick<Analysis, 'rows' | 'files'>, paint: Paint): Generator<string> {
  const cellsOf = (row: Row) => COLUMNS.map(({ cell }) => cell(row, (frame) => files.nameOf(frame)));
  const widths = COLUMNS.map(({ title }) => title.length);
  for (const row of rows) {
    cellsOf(row).forEach((cell, at) => {
      widths[at] = Math.max(widths[at] as number, cell.length);
    });
  }
  const line = (texts: readonly string[]) =>
    COLUMNS.map(({ right }, at) => (texts[at] as string)[right ? 'padStart' : 'padEnd'](widths[at] as number))
      .join('  ')
      .trimEnd();
  yield `${paint.strong(line(COLUMNS.map(({ title }) => title)))}\n`;
  for (const row of rows) {
    const text = line(cellsOf(row));
    yield `${row.outcome.kind === 'refused' ? paint.bad(text) : text}\n`;
  }
}

function outcomeText({ outcome, warnings }: Row, frameName: FrameName): string {
  const frame = outcome.frame === undefined ? '' : `, frame ${frameName(outcome.frame)}`;
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
