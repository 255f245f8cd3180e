/** White space in C; JavaScript's has a no-break space too. */
const SPACE = '\\t-\\r ';

/** The POSIX character classes, as they stand inside a JavaScript bracket expression. */
const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '\\x21-\\x7e',
  lower: 'a-z',
  print: '\\x20-\\x7e',
  punct: '!-\\/:-@\\[-`{-~',
  space: SPACE,
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** Escapes that mean the same in both: characters, classes and word boundaries. Of other letters JavaScript makes the letter itself. */
const COMMON_ESCAPE = /^\\(?:x[0-9A-Fa-f]{2}|[dDwWbBfnrt]|[^0-9A-Za-z])/;

/**
 * A regular expression of HAProxy's (PCRE2, as Debian builds it) as a JavaScript one over text of a character a byte.
 * What differs: `.` means any byte but a line feed, `$` also stands before a final line feed, `\s` is no no-break space, POSIX classes,
 * `(?i)` at the start. Throws SyntaxError for what is not translated.
 */
export function toJavaScript(source: string): RegExp {
  const insensitive = source.startsWith('(?i)');
  let translated = '';
  let inClass = false;
  for (let at = insensitive ? 4 : 0; at < source.length; at++) {
    const character = source[at] as string;
    if (character === '\\') {
      const translation = translatedEscape(source.slice(at), inClass);
      if (translation === undefined) throw new SyntaxError(`escape at ${at} of ${source} is not translated`);
      translated += translation.to;
      at += translation.length - 1;
    } else if (inClass && source.startsWith('[:', at)) {
      const name = /^\[:([a-z]+):\]/.exec(source.slice(at))?.[1];
      if (name === undefined || POSIX_CLASSES[name] === undefined)
        throw new SyntaxError(`unknown class at ${at} of ${source}`);
      translated += POSIX_CLASSES[name];
      at += name.length + 3;
    } else if (inClass) {
      inClass = character !== ']';
      translated += character === '[' ? '\\[' : character;
    } else if (character === '[') {
      inClass = true;
      // A ] that stands first is a member of the class.
      const start = /^\[\^?\]?/.exec(source.slice(at))?.[0] as string;
      translated += start.replace(']', '\\]');
      at += start.length - 1;
    } else if (character === '.') translated += '[^\\n]';
    // At the very end it needs no look-ahead, which the engine that never backtracks has not.
    else if (character === '$') translated += at + 1 === source.length ? '\\n?$' : '(?=\\n?$)';
    else translated += character;
  }
  return new RegExp(translated, insensitive ? 'is' : 's');
}

function translatedEscape(source: string, inClass: boolean): { to: string; length: number } | undefined {
  if (source.startsWith('\\s')) return { to: inClass ? SPACE : `[${SPACE}]`, length: 2 };
  const common = COMMON_ESCAPE.exec(source)?.[0];
  return common === undefined ? undefined : { to: common, length: common.length };
}
