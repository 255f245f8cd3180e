import { printable } from '../../bytes/printable.ts';
import type { CaptureFiles } from '../../capture/frame.ts';
import type { ServerSheet } from '../../dialogue/sheet.ts';
import { headOf, type Section, sectionsOf } from './sections.ts';

/** Sheets as Markdown (CommonMark, and the tables of GitHub), to be pasted into a ticket. */
export const emitQuirksMarkdown = (sheets: readonly ServerSheet[], files: CaptureFiles): string =>
  sheets
    .map((sheet) => {
      const sections = sectionsOf(sheet, files).map(sectionText);
      return [`## ${escaped(headOf(sheet))}\n`, ...sections].join('\n');
    })
    .join('\n');

/** A section under a heading of its own. */
export function sectionText(section: Section): string {
  const head = `### ${escaped(section.title)}\n\n`;
  switch (section.kind) {
    case 'table':
      return `${head}${tableText(section.columns, section.rows, section.literal)}`;
    case 'items':
      if (section.items.length === 0) return `${head}none\n`;
      return `${head}${section.items.map(itemText).join('')}`;
    case 'code':
      return `${head}${fenced(section.lines)}`;
  }
}

function tableText(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  literal: readonly string[] = [],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const cell = (text: string, at: number) =>
    literal.includes(columns[at] ?? '') ? code(text).replaceAll('|', '\\|') : escaped(text);
  return [
    line(columns.map(escaped)),
    `|${' --- |'.repeat(columns.length)}\n`,
    ...rows.map((row) => line(row.map(cell))),
  ].join('');
}

/** An item is one paragraph of a list: the ticket wraps it. Commands stand in code, where nothing has to be escaped. */
function itemText({ head, lines }: { readonly head: string; readonly lines: readonly string[] }): string {
  const said = lines
    .map((line) => (line.startsWith('curl ') ? code(line) : escaped(line)))
    .join('. ')
    .replaceAll('.. ', '. ');
  return `- **${escaped(head)}** ${said}\n`;
}

/** Longer than any run of backticks inside (CommonMark §4.5). */
function fenced(lines: readonly string[]): string {
  const text = lines.map(printable);
  const fence = '`'.repeat(Math.max(3, ...text.map((line) => longestRun(line) + 1)));
  return `${fence}text\n${text.map((line) => `${line}\n`).join('')}${fence}\n`;
}

function code(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1);
  return `${fence}${printable(text)}${fence}`;
}

const longestRun = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map(({ 0: run }) => run.length));

/** Text that came out of a capture marks nothing up, and links to nothing. */
const escaped = (text: string): string =>
  printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_[\]|~#]/g, '\\$&')
    .replace(/(https?):\/\//g, '$1:&#47;&#47;');
