import { printable } from '../../bytes/printable.ts';
import type { CaptureFiles } from '../../capture/frame.ts';
import type { ServerSheet } from '../../dialogue/sheet.ts';
import type { Paint } from '../paint.ts';
import { headOf, type Section, sectionsOf } from './sections.ts';

/** Columns of a terminal. */
const WIDTH = 80;
/** Of a cell with others behind it. */
const CELL = 40;

/** Sheets as text in 80 columns; the rows of a table are a line each, the last column of which may be cut. */
export function emitQuirks(sheets: readonly ServerSheet[], files: CaptureFiles, paint: Paint): string {
  return sheets
    .map((sheet) => {
      const lines = [paint.strong(printable(headOf(sheet)))];
      for (const section of sectionsOf(sheet, files)) lines.push('', ...sectionLines(section, paint));
      return lines.map((line) => `${line}\n`).join('');
    })
    .join('\n');
}

/** A section as lines; a table that is too wide loses the end of its last column. */
export function sectionLines(section: Section, paint: Paint): string[] {
  const title = wrapped(printable(section.title), '').map(paint.strong);
  switch (section.kind) {
    case 'table':
      return [...title, ...tableLines(section.columns, section.rows)];
    case 'items':
      if (section.items.length === 0) return [...title, '  none'];
      return [
        ...title,
        ...section.items.flatMap(({ head, lines }) => [
          ...wrapped(printable(head), '  '),
          ...lines.flatMap((line) => wrapped(printable(line), '      ')),
        ]),
      ];
    case 'code':
      return [...title, ...section.lines.map((line) => cut(printable(line)))];
  }
}

function tableLines(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const last = columns.length - 1;
  const cells = [columns, ...rows].map((row) =>
    row.map((cell, at) => (at < last ? cut(printable(cell), CELL) : printable(cell))),
  );
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  return cells.map((row) =>
    cut(
      `  ${row.map((cell, at) => cell[isNumber(rows, at) ? 'padStart' : 'padEnd'](widths[at] ?? 0)).join('  ')}`.trimEnd(),
    ),
  );
}

const isNumber = (rows: readonly (readonly string[])[], at: number): boolean =>
  rows.every((row) => /^[0-9./-]*$/.test(row[at] ?? ''));

const cut = (line: string, width: number = WIDTH): string =>
  line.length > width ? `${line.slice(0, width - 3)}...` : line;

/** Words in lines of 80 columns; what belongs to a head stands deeper. */
function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
    }
    line += `${line.trim() === '' ? '' : ' '}${word}`;
  }
  return [...lines, line];
}
