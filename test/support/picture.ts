/** What was typed, and what a terminal then showed, with its colors. */
export interface Scene {
  readonly typed: string;
  readonly shown: string;
}

/** Sizes in pixels. */
const CELL = 8;
const LINE = 18;
const MARGIN = 18;
const BAR = 32;
const FONT = 13;

/** Select Graphic Rendition (ECMA-48 §8.3.117) as SVG attributes, as far as the program uses it. */
const STYLES: Readonly<Record<string, string>> = {
  1: 'font-weight="bold"',
  2: 'opacity="0.65"',
  31: 'fill="#ff7b72"',
  32: 'fill="#7ee787"',
  35: 'fill="#d2a8ff"',
};
const PROMPT = '\x1b[32m$\x1b[39m ';

interface Span {
  readonly style: string;
  readonly text: string;
}

/** A terminal of so many columns as a picture: a dark window of its own, so that it reads on any page. */
export function pictureOf(scenes: readonly Scene[], columns: number, title: string): string {
  const lines = scenes
    .flatMap(({ typed, shown }, at) => [
      ...(at === 0 ? [] : ['']),
      `${PROMPT}\x1b[1m${typed}\x1b[22m`,
      ...shown.trimEnd().split('\n'),
    ])
    .flatMap((line) => foldedAt(columns, spansOf(line)));
  const width = columns * CELL + 2 * MARGIN;
  const height = BAR + lines.length * LINE + MARGIN;
  const texts = lines.flatMap((spans, at) => lineText(spans, BAR + at * LINE + FONT));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="#161b22"/>
<g fill="#484f58"><circle cx="20" cy="16" r="5"/><circle cx="38" cy="16" r="5"/><circle cx="56" cy="16" r="5"/></g>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}" fill="#e6edf3">
${texts.join('\n')}
</g>
</svg>
`;
}

/** Words where their columns are: fonts differ in how wide they are, and spaces in a row are one to a browser. */
function lineText(spans: readonly Span[], y: number): string[] {
  let column = 0;
  return spans.flatMap(({ style, text }) => {
    const start = column;
    column += text.length;
    return [...text.matchAll(/\S+(?: \S+)*/g)].map(([words], at, all) => {
      const x = MARGIN + (start + (all[at]?.index ?? 0)) * CELL;
      const place = `x="${x}" y="${y}" textLength="${words.length * CELL}" lengthAdjust="spacingAndGlyphs"`;
      return `<text ${place}${style === '' ? '' : ` ${style}`}>${escaped(words)}</text>`;
    });
  });
}

/** A line as stretches of one style each. */
function spansOf(line: string): Span[] {
  const spans: Span[] = [];
  let on: string[] = [];
  for (const [, code, text = ''] of `\x1b[0m${line}`.matchAll(/\x1b\[([0-9]+)m([^\x1b]*)/g)) {
    if (code === undefined) continue;
    if (STYLES[code] !== undefined) on.push(STYLES[code]);
    else if (code === '22') on = on.filter((each) => each.startsWith('fill'));
    else if (code === '39') on = on.filter((each) => !each.startsWith('fill'));
    else if (code !== '0') throw new Error(`no style for SGR ${code}`);
    if (text !== '') spans.push({ style: on.join(' '), text });
  }
  return spans;
}

/** As a terminal does it, between any two characters. */
function foldedAt(columns: number, spans: readonly Span[]): Span[][] {
  const lines: Span[][] = [[]];
  let room = columns;
  for (const { style, text } of spans) {
    for (let rest = text; rest !== ''; ) {
      if (room === 0) {
        lines.push([]);
        room = columns;
      }
      lines.at(-1)?.push({ style, text: rest.slice(0, room) });
      [rest, room] = [rest.slice(room), Math.max(0, room - rest.length)];
    }
  }
  return lines;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
