import { isPlainWord } from './surprise.ts';

/** Bytes as they stand, or the bytes that words among them spell, one word behind the other. */
export interface View {
  readonly spelling: 'raw' | 'hex' | 'base64';
  readonly source: Uint8Array;
  readonly bytes: Uint8Array;
  /** Where the word ends that spells the byte. */
  readonly end: (at: number) => number;
  /** Where the bytes from `from` up to `to` are spelled in the source. */
  readonly place: (from: number, to: number) => { readonly start: number; readonly end: number };
}

/** What the bytes are, and what words of 8 characters or more stand for as hex and as base64 (RFC 4648 §4, §5, §8). */
export function viewsOf(source: Uint8Array): View[] {
  const text = Buffer.from(source).toString('latin1');
  const raw: View = {
    spelling: 'raw',
    source,
    bytes: source,
    end: () => source.length,
    place: (start, end) => ({ start, end }),
  };
  return [
    raw,
    // A number is no hex, hex no base64, and a name neither: read as such, all of them would look random.
    decodedView('hex', source, wordsIn(text, /[0-9a-fA-F]{8,}/g, /^[0-9]+$/), 2),
    decodedView('base64', source, wordsIn(text, /[0-9A-Za-z+/_-]{8,}/g, /^[0-9a-fA-F]+$/), 4 / 3),
  ];
}

const wordsIn = (text: string, words: RegExp, but: RegExp): RegExpExecArray[] =>
  [...text.matchAll(words)].filter(([word]) => !but.test(word) && !isPlainWord(word));

/** The bytes that words spell; `perByte` says how many characters it takes for one. */
function decodedView(
  spelling: 'hex' | 'base64',
  source: Uint8Array,
  words: Iterable<RegExpExecArray>,
  perByte: number,
): View {
  const pieces: Uint8Array[] = [];
  const places: number[] = [];
  const ends: number[] = [];
  for (const { index, 0: word } of words) {
    const bytes = Buffer.from(word, spelling);
    pieces.push(bytes);
    const end = ends.length + bytes.length;
    for (let at = 0; at < bytes.length; at++) {
      places.push(index + Math.floor(perByte * at));
      ends.push(end);
    }
  }
  return {
    spelling,
    source,
    bytes: Buffer.concat(pieces),
    end: (at) => ends[at] ?? 0,
    place: (from, to) => ({ start: places[from] ?? 0, end: (places[to - 1] ?? 0) + 2 }),
  };
}
