import { printable } from '../../bytes/printable.ts';
import type { CaptureFiles } from '../../capture/frame.ts';
import type { ServerSheet } from '../../dialogue/sheet.ts';
import { shortened, tableLines, wrapped } from '../layout.ts';
import type { Paint } from '../paint.ts';
import { headOf, type Section, sectionsOf } from './sections.ts';

/** Prose keeps to so many columns, wherever it goes. */
const WIDTH = 80;

/** Sheets as text; the rows of a table are a line each, as wide as it has to be where there is no terminal. */
export function emitQuirks(sheets: readonly ServerSheet[], files: CaptureFiles, paint: Paint): string {
  return sheets
    .map((sheet) => {
      const lines = [paint.strong(printable(headOf(sheet)))];
      for (const section of sectionsOf(sheet, files)) lines.push('', ...sectionLines(section, paint));
      return lines.map((line) => `${line}\n`).join('');
    })
    .join('\n');
}

/** A section as lines. */
export function sectionLines(section: Section, paint: Paint): string[] {
  const width = Math.min(WIDTH, paint.columns);
  const title = wrapped(printable(section.title), width).map(paint.strong);
  switch (section.kind) {
    case 'table':
      return [...title, ...rowsOf(section.columns, section.rows, paint.columns)];
    case 'items':
      if (section.items.length === 0) return [...title, '  none'];
      return [
        ...title,
        ...section.items.flatMap(({ head, lines }) => [
          ...wrapped(printable(head), width, '  '),
          ...lines.flatMap((line) => wrapped(printable(line), width, '      ')),
        ]),
      ];
    case 'code':
      return [...title, ...section.lines.map((line) => shortened(printable(line), paint.columns))];
  }
}

/** Of a word as much as tells it from others. */
const LEAST = 8;
const INDENT = '  ';

function rowsOf(titles: readonly string[], rows: readonly (readonly string[])[], available: number): string[] {
  const columns = titles.map((title, at) => (isNumber(rows, at) ? { title, right: true } : { title, least: LEAST }));
  const cells = rows.map((row) => row.map(printable));
  return tableLines(columns, cells, available - INDENT.length).map((line) => `${INDENT}${line}`.trimEnd());
}

const isNumber = (rows: readonly (readonly string[])[], at: number): boolean =>
  rows.every((row) => /^[0-9./-]*$/.test(row[at] ?? ''));
