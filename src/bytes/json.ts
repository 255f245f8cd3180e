// DEL and the C1 controls, format characters (bidi marks, zero-width), private use, and the line separators of Unicode.
const STEERING = /[\x7f-\x9f\p{Cf}\p{Co}\u2028\u2029]/gu;

/** JSON text in which what could steer a terminal is escaped, as JSON itself demands it of the C0 controls only. */
export const harmlessJson = (text: string): string => text.replace(STEERING, escaped);

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
