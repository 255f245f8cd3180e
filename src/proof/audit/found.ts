import { toJavaScript } from '../regex.ts';
import type { ExpectRule } from '../rule.ts';
import type { Explanation } from './fault.ts';
import { brokenWords, httpReply, patternWords, type ReplyKind, replyWords, ruleWords } from './say.ts';

/** An expect of a tcp-check, and its line. */
export interface PlacedExpect {
  readonly line: number;
  readonly rule: ExpectRule;
}

/** How a broken reply came to satisfy an expect. `name` says what is broken about it. */
export function satisfied(
  { line, rule }: PlacedExpect,
  said: Uint8Array,
  name: string,
  kind: ReplyKind | undefined,
): Explanation {
  const words = ruleWords(rule);
  const http = httpReply(said);
  const rank = http === undefined ? 0 : Number(http.status) >= 400 ? 2 : 1;
  if (rule.inverse && isLowerCase(rule)) {
    const never = `rbinary looks at upper-case hex, in which ${patternWords(rule)} is never found`;
    return { line, cause: 'lower case', why: `${never}: ${words} refuses nobody` };
  }
  if (rule.inverse) {
    const passes = brokenWords(said, name, kind, 0);
    return { line, cause: 'inverse', why: `${words} refuses nothing else: ${passes} passes`, rank };
  }
  const at = matchIn(rule, said);
  if (at === undefined) {
    const why = `${words} is satisfied, though the server says ${replyWords(said)} (${name})`;
    return { line, cause: 'elsewhere', why };
  }
  const offset = Math.floor(at);
  const where = brokenWords(said, name, kind, offset);
  if (at === 0) return { line, cause: 'begins', why: `${words} also matches ${where}`, rank };
  const place = offset === at ? `at offset ${offset}` : `from the middle of the byte at offset ${offset} on`;
  // The nearer to the start of a short reply, the plainer the example.
  const near = http === undefined ? -offset : rank;
  return { line, cause: 'within', why: `${words} also occurs in ${where}, ${place}`, rank: near };
}

/** Where a pattern is found, in bytes; in hex it may be half a byte. */
export function matchIn({ match, pattern }: ExpectRule, bytes: Uint8Array): number | undefined {
  const buffer = Buffer.from(bytes);
  const found = (index: number, digits = 1) => (index === -1 ? undefined : index / digits);
  switch (match) {
    case 'string':
    case 'binary':
      return found(buffer.indexOf(pattern, 0, 'latin1'));
    case 'rstring':
      return found(toJavaScript(pattern).exec(buffer.toString('latin1'))?.index ?? -1);
    case 'rbinary':
      return found(toJavaScript(pattern).exec(buffer.toString('hex').toUpperCase())?.index ?? -1, 2);
  }
}

/** Does a pattern look for hex digits in lower case, of which there are none? What is in brackets or optional may do so. */
export function isLowerCase({ match, pattern }: ExpectRule): boolean {
  const plain = pattern.replace(/\\.|\[\^?\]?[^\]]*\]/gs, '');
  return match === 'rbinary' && /[a-f]/.test(plain) && !/[|?*]|\{0/.test(plain);
}

/** How many bytes a search for a string waits for. */
export const sought = ({ match, pattern }: ExpectRule): number =>
  match === 'string' || match === 'binary' ? pattern.length : 0;
