/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Are its cells numbers, which stand to the right? */
  readonly right?: boolean;
  /** How many characters it needs where there is no room for all of it; without, it is never shortened. */
  readonly least?: number;
  /** Left out where there is no room, those with the lowest number first. */
  readonly drop?: number;
}

const GAP = '  ';
/** A cell with so many characters can be read without those that it lacks; a column is not dropped for more. */
const ENOUGH = 40;

/** How a table is set: which columns stand in it, and how wide. */
export interface Layout {
  readonly columns: readonly number[];
  readonly widths: readonly number[];
}

/** Fits a table into the columns of a terminal: drops columns, then shortens the widest, as far as they let it. */
export function layoutOf(columns: readonly Column[], widths: readonly number[], available: number): Layout {
  let kept = columns.map((_, at) => at);
  const least = (at: number) => Math.min(columns[at]?.least ?? Number.POSITIVE_INFINITY, widths[at] as number);
  const total = (needed: (at: number) => number) => tableWidth(kept.map(needed));
  const dropping = kept
    .filter((at) => columns[at]?.drop !== undefined)
    .sort((one, other) => (columns[one]?.drop as number) - (columns[other]?.drop as number));
  const wanted = (at: number) => Math.min(widths[at] as number, ENOUGH);
  for (const dropped of dropping) if (total(wanted) > available) kept = kept.filter((at) => at !== dropped);
  const fitted = [...widths];
  for (let excess = total((at) => fitted[at] as number) - available; excess > 0; excess--) {
    const shrinkable = kept.filter((at) => (fitted[at] as number) > least(at));
    if (shrinkable.length === 0) break;
    const widest = shrinkable.reduce((one, other) =>
      (fitted[other] as number) > (fitted[one] as number) ? other : one,
    );
    (fitted[widest] as number)--;
  }
  return { columns: kept, widths: fitted };
}

/** How many characters a row has whose cells are so wide. */
export const tableWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));

/** The widths of a table's columns: of the titles, or of the longest cells. */
export function widthsOf(columns: readonly Column[], rows: Iterable<readonly string[]>): number[] {
  const widths = columns.map(({ title }) => title.length);
  for (const row of rows)
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  return widths;
}

/** One row of a table. */
export const rowText = (cells: readonly string[], columns: readonly Column[], layout: Layout): string =>
  layout.columns
    .map((at) => {
      const width = layout.widths[at] as number;
      return shortened(cells[at] ?? '', width)[columns[at]?.right ? 'padStart' : 'padEnd'](width);
    })
    .join(GAP)
    .trimEnd();

/** The rows of a table below their titles, as wide as `available` lets them be. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  available: number,
): [titles: string, ...rows: string[]] {
  const layout = layoutOf(columns, widthsOf(columns, rows), available);
  const line = (cells: readonly string[]) => rowText(cells, columns, layout);
  return [line(columns.map(({ title }) => title)), ...rows.map(line)];
}

/** A text of at most so many characters: of a longer one the first two thirds and the end are kept. */
export function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const end = Math.floor((width - 1) / 3);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}

/** A text in lines of at most so many characters, as far as its words let it; all but the first stand deeper. */
export function wrapped(text: string, width: number, indent = '', deeper = indent): string[] {
  const lines: string[] = [];
  let line = indent;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      [line, empty] = [deeper, true];
    }
    line += `${empty ? '' : ' '}${word}`;
    empty = false;
  }
  return [...lines, line];
}
