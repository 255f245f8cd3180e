import { createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lexLine } from '../../src/emit/haproxy/lex.ts';
import { bareRegex, bareWord, quotedComment } from '../../src/emit/haproxy/quote.ts';
import { runHaproxy } from '../../src/replay/haproxy.ts';
import { describeWith, haproxyComplaints } from '../support/tools.ts';

const word = (text: string): string => bareWord(Buffer.from(text, 'latin1'));
/** All bytes but NUL, so that special ones are as frequent as others. */
const bytes = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 255 }),
    fc.constantFrom(...[...' #"\'\\$%{}[]|&;<>~!`xrnt0\r\n\t\x7f\x80\xff'].map((each) => each.charCodeAt(0))),
  ),
  { minLength: 1, maxLength: 30 },
);
const latin1 = (values: readonly number[]): string => Buffer.from(values).toString('latin1');
const lexed = (line: string) => lexLine(line).words;

describe('bytes as one word', () => {
  test.each([
    ['GET / HTTP/1.1\r\n', 'GET\\ /\\ HTTP/1.1\\r\\n'],
    ['a#b', 'a\\#b'],
    ['"\'\\', '\\"\\\'\\\\'],
    [`$HOME \${X} %[x]`, `$HOME\\ \${X}\\ %[x]`],
    ['\t\x01\x7f\xff', '\\t\\x01\\x7f\\xff'],
    ['[]{}()<>|&;*?!~`^=+,:/@', '[]{}()<>|&;*?!~`^=+,:/@'],
  ])('%j', (text, expected) => expect(word(text)).toBe(expected));

  test('every byte but NUL', () => {
    const all = Array.from({ length: 255 }, (_, at) => at + 1);
    expect(lexed(bareWord(Uint8Array.from(all)))).toEqual([latin1(all)]);
    for (const byte of all) expect(lexed(bareWord(Uint8Array.of(byte)))).toEqual([latin1([byte])]);
  });

  test('any bytes but NUL read back as one word, between others', () => {
    fc.assert(
      fc.property(bytes, (values) => {
        const line = `send ${bareWord(Uint8Array.from(values))} comment "x"`;
        expect(lexed(line)).toEqual(['send', latin1(values), 'comment', 'x']);
        expect(line).toMatch(/^[\x20-\x7e]*$/);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['nothing', []],
    ['NUL', [0]],
    ['NUL at the end', [65, 0]],
    ['NUL before other bytes', [0, 65]],
  ])('%s is refused', (_name, values) => expect(() => bareWord(Uint8Array.from(values))).toThrow(RangeError));
});

describe('a regular expression as one word', () => {
  test.each([
    ['^HTTP/1\\.[01] 204', '^HTTP/1\\.[01]\\ 204'],
    ['a\\\\b', 'a\\\\\\\\b'],
    ['[^\n]*\r?\n', '[^\\n]*\\r?\\n'],
    ['^(..){1,257}$', '^(..){1,257}$'],
    ['\\#', '\\\\\\#'],
    ['\\x41', '\\\\x41'],
  ])('%j', (regex, expected) => {
    expect(bareRegex(regex)).toBe(expected);
    expect(lexed(bareRegex(regex))).toEqual([regex]);
  });

  test('any text but NUL reads back as one word', () => {
    fc.assert(
      fc.property(bytes, (values) => {
        expect(lexed(`rstring ${bareRegex(latin1(values))} x`)).toEqual(['rstring', latin1(values), 'x']);
      }),
      { numRuns: 2000 },
    );
    expect(() => bareRegex('a\0')).toThrow(RangeError);
  });
});

describe('text as a comment', () => {
  test.each([
    ['SOCKS5 CONNECT a.b:80', '"SOCKS5 CONNECT a.b:80"'],
    ['a "b" $c \\d', '"a \\"b\\" \\$c \\\\d"'],
    ["it's #1 %d", '"it\'s #1 %d"'],
    ['a\r\nb\x1b[31m', '"a\\\\r\\\\nb\\\\x1b[31m"'],
    ['\u00e9', '"\\\\xc3\\\\xa9"'],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(61), `"${'x'.repeat(57)}..."`],
  ])('%j', (text, expected) => expect(quotedComment(text)).toBe(expected));

  test('whatever it is, it is one word of 1 to 60 printable characters that expands nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }), (text) => {
        const { words, variables } = lexLine(`connect comment ${quotedComment(text)} x`);
        expect(words).toEqual(['connect', 'comment', expect.stringMatching(/^[\x20-\x7e]{1,60}$/), 'x']);
        expect(variables).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describeWith(['haproxy'], 'a real HAProxy', () => {
  const samples = fc.sample(bytes, { numRuns: 300, seed: 1 });

  test('loads a few hundred words, regular expressions and comments without complaint', () => {
    const rules = samples.flatMap((values) => {
      const text = latin1(values);
      const escaped = text.replace(/[\\^$.[\]|()*+?{}]/g, '\\$&');
      return [
        `tcp-check send ${bareWord(Uint8Array.from(values))} comment ${quotedComment(text)}`,
        `tcp-check expect rstring ^${bareRegex(escaped)} comment ${quotedComment(text)}`,
      ];
    });
    expect(haproxyComplaints(`    option tcp-check\n${rules.map((rule) => `    ${rule}\n`).join('')}`)).toBe('');
  });

  test('sends the very bytes that the words stand for', async () => {
    const sent = Buffer.concat(samples.map((values) => Buffer.from(values)));
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('data', (chunk) => received.push(chunk)).on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const rules = [
      'option tcp-check',
      'tcp-check connect linger',
      ...samples.map((values) => `tcp-check send ${bareWord(Uint8Array.from(values))}`),
    ];
    try {
      const verdicts = await runHaproxy([{ rules, address: '127.0.0.1', port }], { binary: 'haproxy', timeout: 5000 });
      expect(verdicts).toMatchObject([{ status: 'L7OK' }]);
      // HAProxy repeats the check: what comes first is one run of it.
      await expect.poll(() => Buffer.concat(received).length).toBeGreaterThanOrEqual(sent.length);
      expect(Buffer.concat(received).subarray(0, sent.length).equals(sent)).toBe(true);
    } finally {
      server.close();
    }
  });
});
