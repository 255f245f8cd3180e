import { describe, expect, test } from 'vitest';
import { LexError, lexLine } from '../../src/emit/haproxy/lex.ts';

describe('a line of a configuration is read as HAProxy reads it', () => {
  test.each<[name: string, line: string, words: string[]]>([
    ['words stand between blanks', '  tcp-check\tsend  PING ', ['tcp-check', 'send', 'PING']],
    ['nothing is no word', '', []],
    ['# starts a comment', 'a b # c', ['a', 'b']],
    ['# starts a comment inside a word', 'send a#b', ['send', 'a']],
    ['# stands for itself when escaped', 'a\\#b', ['a#b']],
    ['# stands for itself in quotes', '"a#b" \'c#d\'', ['a#b', 'c#d']],
    ['escapes of line ends and tabs', 'a\\r\\n\\tb', ['a\r\n\tb']],
    ['escapes of what would end or open a word', 'a\\ b\\"c\\\'d\\\\e', ['a b"c\'d\\e']],
    ['escapes in hex', '\\x41\\xff', ['A\xff']],
    ['an escape that is none stays as it is', 'HTTP/1\\.[01]', ['HTTP/1\\.[01]']],
    ['double quotes keep blanks and take escapes', '"a b\\r\\x41\\"\\$c"', ['a b\rA"$c']],
    ['single quotes take nothing', "'a b\\r\\xzz\"$HOME'", ['a b\\r\\xzz"$HOME']],
    ['quoted parts join', 'a"b c"\'d e\'f', ['ab cd ef']],
    ['an empty argument is one', 'a "" b', ['a', '', 'b']],
    ['$ stands for itself outside quotes', '$HOME $X', ['$HOME', '$X']],
    ['the signs of a shell are plain', '[];|&<>()*?~`!@^{}=+,:/', ['[];|&<>()*?~`!@^{}=+,:/']],
    ['NUL ends its word without a word of warning', 'send a\\x00b c', ['send', 'a', 'c']],
  ])('%s', (_name, line, words) => {
    const lexed = lexLine(line);
    expect([lexed.words, lexed.variables, lexed.columns.length]).toEqual([words, [], words.length]);
  });

  test.each([
    ['"$HOME"', ['HOME']],
    [`"a\${X}b$Y"`, ['X', 'Y']],
    [`"\${X-default}" "\${L[*]}"`, ['X', 'L']],
  ])('%s names variables', (line, variables) => expect(lexLine(line).variables).toEqual(variables));

  test.each([
    ['a hex escape without digits', '\\xzz'],
    ['a hex escape with one digit', '\\x4'],
    ['a double quote without its end', '"a'],
    ['a single quote without its end', "a'b"],
    ['$ in double quotes that names nothing', '"a$"'],
    ['$ in double quotes before a digit', '"$1"'],
    ['65 words', 'a '.repeat(65)],
  ])('%s is refused', (_name, line) => expect(() => lexLine(line)).toThrow(LexError));

  test.each<[name: string, line: string, columns: number[]]>([
    ['behind blanks', '  a\t b', [3, 6]],
    ['of a quoted word at its quote', ' "a b" \'\'', [2, 8]],
    ['of an escaped blank at its backslash', 'a \\ b', [1, 3]],
  ])('the column %s is known', (_name, line, columns) => expect(lexLine(line).columns).toEqual(columns));

  test('64 words are taken', () => expect(lexLine('a '.repeat(64)).words).toHaveLength(64));
});
