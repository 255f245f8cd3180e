/** Bytes that were met twice, without what counts nothing at their ends: how much of a surprise that is in bits, and where they stand. */
export interface Surprise {
  readonly bits: number;
  readonly start: number;
  readonly end: number;
}

/**
 * How much of a surprise it is, in bits, to meet the same bytes twice if they were not copied. Words, names with a number behind them, short
 * numbers, and filling count nothing: two sides that speak one protocol say them by themselves. `known` tells which bytes count nothing
 * because they had been said before.
 */
export function surprise(bytes: Uint8Array, known: (at: number) => boolean): Surprise {
  const text = Buffer.from(bytes).toString('latin1');
  const counted = new Map<number, number>();
  if (READABLE.test(text)) countText(text, 0, counted);
  else {
    for (const { index, 0: stretch } of text.matchAll(STRETCH)) {
      if (isProse(stretch)) countText(stretch, index, counted);
      else if (!WORD.test(stretch)) countBinary(bytes, index, index + stretch.length, counted);
    }
  }
  const news = [...counted].filter(([at]) => !known(at));
  const bits = news.reduce((sum, [, each]) => sum + each, 0);
  return { bits, start: news[0]?.[0] ?? 0, end: (news.at(-1)?.[0] ?? -1) + 1 };
}

const READABLE = /^[\t\n\r -~]*$/;

/** Is it readable, and half of it in words or numbers of four characters or more? */
function isProse(stretch: string): boolean {
  const words = stretch.match(/[0-9A-Za-z]{4,}/g)?.join('').length ?? 0;
  return stretch.length >= 8 && READABLE.test(stretch) && 2 * words >= stretch.length;
}

/** Readable stretches, and all that lies between them: in random bytes a few in a row are readable by chance. */
const STRETCH = /[\t\n\r -~]{4,}|(?:(?![\t\n\r -~]{4})[\s\S])+/g;
const WORD = /^(?:[A-Z]?[a-z]{3,6}|[A-Z]{4,7})$/;

/** Zeros, ones and repetitions are filling. */
function countBinary(bytes: Uint8Array, start: number, end: number, counted: Map<number, number>): void {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte !== 0 && byte !== 0xff && byte !== bytes[at - 1]) counted.set(at, 8);
  }
}

function countText(text: string, base: number, counted: Map<number, number>): void {
  for (const { index, 0: token } of text.matchAll(/[0-9A-Za-z+/_-]+/g)) {
    const pieces = [...token.matchAll(/[0-9A-Za-z]+/g)];
    if (isPlainWord(token)) continue;
    // A token in base64 may hold signs, and next to them pieces that look plain by chance; a word is none of it.
    for (const { index: within, 0: piece } of pieces) {
      if (/^(?:[A-Z]?[a-z]{3,}|[A-Z]{4,})[0-9]*$/.test(piece)) continue;
      const bits = bitsPerCharacter(piece);
      for (let at = 0; at < piece.length; at++) counted.set(base + index + within + at, bits);
    }
  }
}

const bitsPerCharacter = (piece: string): number => {
  if (/^[0-9]*$/.test(piece)) return Math.log2(10);
  return /^(?:[0-9a-f]*|[0-9A-F]*)$/.test(piece) ? 4 : Math.log2(62);
};

/** Words and names that people choose: `EHLO`, `ServerHello`, `sha256`, `IMAP4rev1`, `8BITMIME`, `v1`, `587`. */
const PLAIN = [
  /^.{0,3}$/,
  /^[0-9]{1,6}$/,
  /^(?:[A-Z]?[a-z]{2,}|[A-Z]+){1,3}(?:[0-9]{1,5}(?:[a-z]{1,6}[0-9]{0,3})?)?$/,
  /^[0-9]{1,3}(?:[A-Z]+|[A-Z]?[a-z]+)[0-9]{0,3}$/,
  /^[A-Za-z][0-9]{1,4}$/,
];
/** Eight hex digits or more, letters among them, are no word. */
const HEX = /^(?=.{8})(?![0-9]*$)(?:[0-9a-f]+|[0-9A-F]+)$/;

/** Does a word hold nothing but what people choose? */
export const isPlainWord = (word: string): boolean => (word.match(/[0-9A-Za-z]+/g) ?? []).every(isPlain);

const isPlain = (piece: string): boolean => !HEX.test(piece) && PLAIN.some((each) => each.test(piece));
