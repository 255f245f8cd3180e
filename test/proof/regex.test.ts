import { describe, expect, test } from 'vitest';
import { toJavaScript } from '../../src/proof/regex.ts';

/** What PCRE2 makes of a pattern, as Debian's HAProxy compiles it: no flags but those that the pattern names itself. */
describe('means what it means to HAProxy', () => {
  test.each<[sentence: string, pattern: string, matches: readonly string[], misses: readonly string[]]>([
    ['^ is the start of the buffer, not of a line', '^b', ['b', 'ba'], ['ab', 'a\nb']],
    ['. is any byte', '^.$', ['a', '\0', '\r', '\xff', '\x85'], []],
    ['. is no line feed', '^a.b', ['a\rb'], ['a\nb']],
    ['$ is the end', 'x$', ['x', 'ax'], ['xa']],
    ['$ stands before a final line feed', 'x$', ['x\n'], ['x\n\n', 'x\na']],
    ['$ does not stand before CR LF', 'x$', [], ['x\r\n', 'x\r']],
    ['$ stands before a | and a )', '^(a$|b)', ['a', 'a\n', 'bc'], ['ac']],
    ['upper and lower case differ', '^FF', ['FF'], ['ff', 'Ff']],
    ['(?i) at the start folds case', '(?i)^ff', ['FF', 'ff', 'fF'], ['0f']],
    ['(?i) leaves . as it is', '(?i)^a.', ['Ab'], ['a\n']],
    ['an escaped dot is a dot', '^1\\.1', ['1.1'], ['1x1']],
    ['an escaped dollar is a dollar', '^\\$$', ['$'], ['']],
    ['an escaped backslash is a backslash', '^\\\\$', ['\\'], ['']],
    ['an escaped bracket opens no class', '^\\[a', ['[a'], ['a']],
    ['\\r, \\n and \\x0A are characters', '^\\r\\n\\x0A', ['\r\n\n'], ['rn']],
    ['\\d and \\s are classes', '^\\d\\s', ['1 ', '1\t'], ['a ', '1a']],
    ['\\s is no no-break space, alone or in a class', '^(\\s|[\\s])', [' ', '\v'], ['\xa0']],
    ['a class lists characters', '^[ab]$', ['a', 'b'], ['c', 'ab']],
    ['a class knows ranges', '^[0-9A-F]+$', ['09AF'], ['0a', 'G']],
    ['a negated class takes a line feed', '^[^a]$', ['\n', 'b'], ['a']],
    ['a dot in a class is a dot', '^[.]$', ['.'], ['a']],
    ['a dollar in a class is a dollar', '^[$]$', ['$'], ['a', '']],
    ['a [ in a class is a bracket', '^[[]$', ['['], ['a']],
    ['a ] that stands first is a member', '^[]a]$', [']', 'a'], ['b', '']],
    ['a ] that stands first behind ^ is a member', '^[^]a]$', ['b'], [']', 'a']],
    ['an escaped ] is a member', '^[\\]a]$', [']', 'a'], ['b']],
    ['an escaped character in a class', '^[\\n]$', ['\n'], ['n']],
    ['a repetition with bounds', '^(01.{12}|04.{36})$', [`01${'0'.repeat(12)}`, `04${'0'.repeat(36)}`], ['0100']],
    ['* and + and ?', '^ab*c+d?$', ['ac', 'abbccd'], ['ab']],
    ['a lone high byte is one character', '^\xe4$', ['\xe4'], ['\xc3\xa4']],
  ])('%s', (_sentence, pattern, matches, misses) => {
    const regex = toJavaScript(pattern);
    expect(matches.filter((text) => !regex.test(text))).toEqual([]);
    expect(misses.filter((text) => regex.test(text))).toEqual([]);
  });
});

const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('');

describe('POSIX classes hold what they hold in C', () => {
  test.each<[name: string, members: string]>([
    ['digit', '0123456789'],
    ['upper', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    ['lower', 'abcdefghijklmnopqrstuvwxyz'],
    ['alpha', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'],
    ['alnum', '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'],
    ['xdigit', '0123456789ABCDEFabcdef'],
    ['blank', '\t '],
    ['space', '\t\n\v\f\r '],
    ['punct', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
    ['graph', ASCII.slice(0x21, 0x7f)],
    ['print', ASCII.slice(0x20, 0x7f)],
    ['cntrl', `${ASCII.slice(0, 0x20)}\x7f`],
  ])('[[:%s:]]', (name, members) => {
    const bytes = ASCII + Array.from({ length: 128 }, (_, code) => String.fromCharCode(128 + code)).join('');
    const regex = toJavaScript(`^[[:${name}:]]$`);
    expect([...bytes].filter((byte) => regex.test(byte)).join('')).toBe(members);
  });

  test('beside other members, and negated', () => {
    expect(toJavaScript('^[[:digit:].x]+$').test('1.x')).toBe(true);
    expect(toJavaScript('^[^[:digit:]]$').test('1')).toBe(false);
    expect(toJavaScript('^[^[:digit:]]$').test('a')).toBe(true);
  });
});

describe('refuses what JavaScript cannot express, rather than guess', () => {
  test.each<[sentence: string, pattern: string]>([
    ['an unknown class', '[[:word1:]]'],
    ['a class that does not exist', '[[:nope:]]'],
    ['an open group', '^(a'],
    ['an open class', '^[a'],
    ['a repetition of nothing', '*a'],
    ['a range from high to low', '[z-a]'],
    ['a possessive repetition', 'a++'],
    ['an atomic group', '(?>a)'],
    ['an option in the middle', 'a(?i)b'],
    ['a final backslash', 'a\\'],
    ['\\x{41}, which JavaScript reads as x{41}', '\\x{41}'],
    ['\\012, which PCRE reads as octal', '\\012'],
    ['\\v, which PCRE reads as a class', '\\v'],
    ['\\A, which JavaScript reads as A', '\\Aa'],
    ['\\z, which JavaScript reads as z', 'a\\z'],
    ['\\h, which JavaScript reads as h', '\\h'],
    ['\\Q, which JavaScript reads as Q', '\\Qa.\\E'],
  ])('%s', (_sentence, pattern) => {
    expect(() => toJavaScript(pattern)).toThrow(SyntaxError);
  });
});
