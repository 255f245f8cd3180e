import { printable } from '../../bytes/printable.ts';

/** Markup that is safe to write as it stands. Only `html` makes it, so that all text is escaped in one place. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** Markup out of literal parts and what stands between them. */
  static of(parts: readonly string[], values: readonly Content[]): Html {
    return new Html(parts.map((part, at) => part + (at < values.length ? markupOf(values[at]) : '')).join(''));
  }

  toString(): string {
    return this.#markup;
  }
}

/** What may stand between the literal parts of markup: text is escaped, nothing is written for `undefined` and `false`. */
export type Content = Html | string | number | undefined | false | readonly Content[];

/** Markup as a tagged template: what is interpolated is text, unless it is markup itself. */
export const html = (parts: TemplateStringsArray, ...values: readonly Content[]): Html => Html.of(parts, values);

/** Pieces in a row, with something between them. */
export const joined = (pieces: readonly Content[], between: Content): Content =>
  pieces.flatMap((piece, at) => (at === 0 ? [piece] : [between, piece]));

function markupOf(value: Content): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number') return String(value);
  return value.map(markupOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text of whatever origin: no markup, and no character that is invisible or reorders others; lines stay lines. */
const escaped = (text: string): string =>
  text
    .split('\n')
    .map(printable)
    .join('\n')
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string);
