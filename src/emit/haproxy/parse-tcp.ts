import { fromHex } from '../../bytes/hex.ts';
import { toJavaScript } from '../../proof/regex.ts';
import type { ExpectRule, TcpRule } from '../../proof/rule.ts';
import { said, type Words } from './config-words.ts';

/** What a line of a ruleset says. */
export interface ParsedRule<Rule> {
  /** Undefined for what changes nothing: a comment, a variable. */
  readonly rule?: Rule | undefined;
  /** Why it cannot be said what the rule does. */
  readonly unknown?: string | undefined;
  /** What it does besides, as a sentence. */
  readonly remark?: string | undefined;
  /** Of a connect: does HAProxy write a PROXY header first; do the settings of the server line count? */
  readonly sendProxy?: boolean;
  readonly asServer?: boolean;
}

const LOG_FORMAT = 'a log-format, whose value is known only when HAProxy runs';

/** Reads a line `tcp-check …` behind its keyword. Throws ConfigError. */
export function parseTcpRule(words: Words): ParsedRule<TcpRule> {
  const action = words.take(
    'connect, send, send-binary, send-lf, send-binary-lf, expect, comment, set-var or unset-var',
  );
  switch (action) {
    case 'connect':
      return parseConnect(words);
    case 'send':
      return sent(words, Buffer.from(words.take('what to send'), 'latin1'));
    case 'send-binary':
      return sent(words, hexBytes(words));
    case 'send-lf': {
      const format = words.take('what to send');
      return isFixed(format)
        ? sent(words, Buffer.from(unformatted(format), 'latin1'))
        : notKnown(words, 'what is sent');
    }
    case 'send-binary-lf': {
      const format = words.ahead ?? '';
      if (isFixed(format)) return sent(words, hexBytes(words));
      words.take('what to send');
      return notKnown(words, 'what is sent');
    }
    case 'expect':
      return parseExpect(words);
    case 'comment':
      words.take('a comment');
      words.end('the end of the line');
      return {};
  }
  if (isVariableAction(action)) return {};
  throw words.error(
    `${said(action)} is no action of tcp-check: connect, send, send-binary, send-lf, send-binary-lf, expect, comment, set-var or unset-var is expected`,
    1,
  );
}

export const isVariableAction = (action: string): boolean => /^(?:set-var|set-var-fmt|unset-var)\(.*\)?$/.test(action);

/** Does a format hold nothing that HAProxy puts in? */
export const isFixed = (format: string): boolean => !/%(?!%)/.test(format.replaceAll('%%', ''));
export const unformatted = (format: string): string => format.replaceAll('%%', '%');

function sent(words: Words, bytes: Uint8Array): ParsedRule<TcpRule> {
  parseComment(words);
  return { rule: { kind: 'send', bytes } };
}

function notKnown(words: Words, what: string): ParsedRule<never> {
  parseComment(words);
  return { unknown: `${what} is ${LOG_FORMAT}` };
}

function parseComment(words: Words): void {
  while (words.more) {
    if (words.ahead !== 'comment') words.end('comment');
    words.take('comment');
    words.take('a comment');
  }
}

function hexBytes(words: Words): Uint8Array {
  const digits = words.take('hex digits');
  if (/[^0-9a-fA-F]/.test(digits)) throw words.error(`hex digits are expected, not ${said(digits)}`, 1);
  if (digits.length % 2 !== 0) throw words.error('an even number of hex digits is expected', 1);
  return fromHex(digits);
}

/** Words of a connect that take a value. */
const CONNECT_VALUES: ReadonlySet<string> = new Set(['port', 'addr', 'sni', 'alpn', 'proto', 'comment']);

/** `tcp-check connect …` and `http-check connect …`, behind the word. */
export function parseConnect(words: Words): ParsedRule<TcpRule> {
  const flags = new Set<string>();
  while (words.more) {
    const word = words.take('an option of connect');
    if (CONNECT_VALUES.has(word)) words.take(`the value of ${word}`);
    else if (!['default', 'linger', 'ssl', 'send-proxy', 'via-socks4'].includes(word))
      throw words.error(
        `${said(word)} is no option of connect: default, port, addr, send-proxy, via-socks4, ssl, sni, alpn, proto, linger or comment is expected`,
        1,
      );
    flags.add(word);
  }
  const elsewhere = flags.has('port') || flags.has('addr');
  const wrapped = flags.has('ssl') ? 'TLS' : flags.has('via-socks4') ? 'a SOCKS4 proxy of its own' : undefined;
  return {
    rule: { kind: 'connect', linger: flags.has('linger') },
    unknown: wrapped && `the check goes through ${wrapped}, and the capture shows nothing of that`,
    remark: elsewhere ? 'the check goes to an address or port of its own, not to that of the server line' : undefined,
    sendProxy: flags.has('send-proxy'),
    asServer: flags.has('default'),
  };
}

const STATUSES: Readonly<Record<string, readonly string[]>> = {
  'ok-status': ['L7OK', 'L7OKC', 'L6OK', 'L4OK'],
  'error-status': ['L7OKC', 'L7RSP', 'L7STS', 'L6RSP', 'L4CON'],
  'tout-status': ['L7TOUT', 'L6TOUT', 'L4TOUT'],
};
const EXPECT_VALUES: ReadonlySet<string> = new Set(['comment', 'on-success', 'on-error', 'status-code']);

/** What the options of an expect say, of either checker; `match` reads the pattern behind one of its words. */
export interface ExpectOptions {
  readonly minReceived: number | undefined;
  readonly inverse: boolean;
  readonly remark: string | undefined;
}

/** Reads the words of an expect. `match` is given each word that is no option and says whether it began a pattern, which it has read. */
export function parseExpectOptions(words: Words, kinds: string, match: (word: string) => boolean): ExpectOptions {
  let minReceived: number | undefined;
  let inverse = false;
  let matched = false;
  let remark: string | undefined;
  while (words.more) {
    const first = words.take(kinds);
    const marks = /^!*/.exec(first)?.[0].length ?? 0;
    let not = marks;
    let word = first.slice(marks);
    // Exclamation marks may stand alone or begin the word, and two of them cancel out (2.6).
    while (word === '') {
      const next = words.take(kinds);
      const more = /^!*/.exec(next)?.[0].length ?? 0;
      not += more;
      word = next.slice(more);
    }
    const option = word === 'min-recv' || STATUSES[word] !== undefined || EXPECT_VALUES.has(word);
    if (option && not > 0) throw words.error(`behind "!" ${kinds} is expected, not ${said(word)}`, 1);
    if (word === 'min-recv') minReceived = parseMinReceived(words);
    else if (STATUSES[word] !== undefined) remark = parseStatus(words, word) ?? remark;
    else if (EXPECT_VALUES.has(word)) words.take(`the value of ${word}`);
    else {
      if (matched) {
        const another = kinds.split(/, | or /).includes(word);
        throw words.error(
          another ? 'only one pattern is expected' : `an option of expect is expected, not ${said(word)}`,
          1,
        );
      }
      if (!match(word)) throw words.error(`${kinds}, or an option of expect, is expected, not ${said(word)}`, 1);
      matched = true;
      inverse = not % 2 === 1;
    }
  }
  if (!matched) throw words.error(`${kinds} is expected`);
  return { minReceived, inverse, remark };
}

/** As HAProxy reads it with atol: what is no number is 0; -1 is as if it were not there (2.6). */
function parseMinReceived(words: Words): number | undefined {
  const value = Number.parseInt(words.take('a number of bytes'), 10) || 0;
  if (value < -1 || value > 0x7fffffff) throw words.error('a number of bytes is expected', 1);
  return value === -1 ? undefined : value;
}

function parseStatus(words: Words, option: string): string | undefined {
  const status = words.take(`the value of ${option}`);
  const known = STATUSES[option] as readonly string[];
  if (!known.includes(status)) throw words.error(`${known.join(', ')} is expected, not ${said(status)}`, 1);
  if (status !== 'L7OKC') return undefined;
  return `${option} L7OKC: the server then only gets no new sessions (NOLB), it is not DOWN`;
}

const MATCHES = 'string, binary, rstring, rbinary, string-lf or binary-lf';

function parseExpect(words: Words): ParsedRule<TcpRule> {
  let found: Pick<ExpectRule, 'match' | 'pattern'> | undefined;
  let unknown: string | undefined;
  const options = parseExpectOptions(words, MATCHES, (word) => {
    switch (word) {
      case 'string':
        found = { match: word, pattern: words.take('the text to look for') };
        return true;
      case 'binary':
        found = { match: word, pattern: Buffer.from(hexBytes(words)).toString('latin1') };
        return true;
      case 'rstring':
      case 'rbinary': {
        const pattern = words.take('a regular expression');
        found = { match: word, pattern };
        unknown = regexProblem(pattern);
        return true;
      }
      case 'string-lf':
      case 'binary-lf': {
        const literal = isFixed(words.ahead ?? '%');
        if (!literal) unknown = `what is looked for is ${LOG_FORMAT}`;
        if (literal && word === 'binary-lf')
          found = { match: 'binary', pattern: Buffer.from(hexBytes(words)).toString('latin1') };
        else {
          const format = words.take('a log-format');
          found = { match: 'string', pattern: unformatted(format) };
        }
        return true;
      }
    }
    return false;
  });
  const { minReceived, inverse, remark } = options;
  return { rule: found && { kind: 'expect', ...found, minReceived, inverse }, unknown, remark };
}

/** Why a regular expression cannot be judged; undefined where it can. */
export function regexProblem(pattern: string): string | undefined {
  try {
    toJavaScript(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return 'its regular expression is not one that is read here';
    throw error;
  }
}
