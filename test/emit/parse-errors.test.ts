import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/emit/haproxy/config-words.ts';
import { parseConfig } from '../../src/emit/haproxy/parse.ts';
import { backend, only, rulesIn } from '../support/config.ts';
import { describeWith, haproxyComplaints } from '../support/tools.ts';

const ERRORS: readonly (readonly [lines: string[], error: string])[] = [
  [['tcp-check foo'], '2:11: "foo" is no action of tcp-check'],
  [['tcp-check'], '2: connect, send, send-binary,'],
  [['tcp-check send'], '2: what to send is expected'],
  [['tcp-check send ""'], '2:16: what to send is expected'],
  [['tcp-check send a b'], '2:18: comment is expected, not "b"'],
  [['tcp-check send-binary 050'], '2:23: an even number of hex digits is expected'],
  [['tcp-check send-binary 05zz'], '2:23: hex digits are expected, not "05zz"'],
  [['tcp-check expect'], '2: string, binary, rstring, rbinary, string-lf or binary-lf is expected'],
  [['tcp-check expect min-recv 3'], '2: string, binary, rstring, rbinary, string-lf or binary-lf is expected'],
  [['tcp-check expect -i string a'], '2:18: string, binary, rstring, rbinary, string-lf or binary-lf, or an option'],
  [['tcp-check expect string is fine'], '2:28: an option of expect is expected, not "fine"'],
  [['tcp-check expect string a string b'], '2:27: only one pattern is expected'],
  [['tcp-check expect binary 05 00'], '2:28: an option of expect is expected, not "00"'],
  [['tcp-check expect ! min-recv 3 string a'], '2:20: behind "!" string, binary,'],
  [['tcp-check expect min-recv -2 string a'], '2:27: a number of bytes is expected'],
  [['tcp-check expect tout-status L9 string a'], '2:30: L7TOUT, L6TOUT, L4TOUT is expected, not "L9"'],
  [['option tcp-check', 'tcp-check send a', 'tcp-check connect'], '4: a connect has to be the first rule'],
  [['tcp-check connect foo'], '2:19: "foo" is no option of connect'],
  [['option httpchk', 'http-check expect status 2xx'], '3:26: statuses are expected, such as 204'],
  [['option httpchk', 'http-check expect status 200-'], '3:26: statuses are expected, such as 204'],
  [['option httpchk', 'http-check send foo bar'], '3:17: meth, uri,'],
  [['option httpchk', 'http-check send hdr Host a hdr Host b'], '3: a second Host header'],
  [
    ['option httpchk', 'http-check send uri /a', 'http-check send uri /b'],
    '4: one more send needs a connect before it',
  ],
  [
    ['option httpchk GET /', 'http-check expect status 200', 'http-check send uri /'],
    '4: one more send needs a connect',
  ],
  [['option httpchk', 'http-check expect binary 05'], '3:19: status, rstatus,'],
  [['timeout check soon'], '2:15: a time is expected, such as 3s'],
  [['.if 1'], '2: .if without .endif'],
  [['.else'], '2: .else without .if'],
  [['.foo'], '2: .foo is no directive'],
  [['option tcp-check "'], '2: unmatched "'],
];

describe('an error names line and column, and what was expected', () => {
  test.each(ERRORS)('%j', (lines, error) => {
    const text = ['backend b', ...lines].join('\n');
    expect(() => parseConfig(text)).toThrow(ConfigError);
    try {
      parseConfig(text);
    } catch (thrown) {
      const { line, column, message } = thrown as ConfigError;
      expect(`${line}${column === undefined ? '' : `:${column}`}: ${message}`).toContain(error);
    }
  });

  test.each<[text: string, error: string]>([
    ['backend a\nbackend a\n', '2:9: backend "a" is there already, in line 1'],
    ['backend a from x\n', '1:16: there is no defaults section "x" above'],
    ['backend a\nserver s h:1 check healthcheck x\n', '2: there is no healthcheck section "x"'],
    ['defaults\nserver s h:1 check\n', '2:1: servers are not allowed in a defaults section'],
  ])('%j', (text, error) => {
    try {
      parseConfig(text);
      expect.unreachable();
    } catch (thrown) {
      const { line, column, message } = thrown as ConfigError;
      expect(`${line}${column === undefined ? '' : `:${column}`}: ${message}`).toContain(error);
    }
  });
});

describeWith(['haproxy'], 'HAProxy refuses what is refused here', () => {
  test.each(ERRORS)('%j', (lines) => expect(haproxyComplaints(lines.join('\n'))).not.toBe(''));
});

describe('what is not of interest is passed over', () => {
  test.each([
    ['other sections', 'global\n  maxconn 5\nfrontend f\n  bind :80\n  tcp-check foo\npeers p\n  server x 1:1 check\n'],
    ['other lines, whatever quotes they hold', 'backend b\n  http-request set-header X "\n'],
    ['a section without a check', 'backend b\n  server s 192.0.2.1:80\n'],
    ['comments and blanks', '# tcp-check foo\n\n   \n'],
    ['nothing', ''],
  ])('%s', (_name, text) => expect(parseConfig(text)).toEqual([]));

  test('carriage returns end a line', () => {
    expect(rulesIn(only(backend('option tcp-check', 'tcp-check send a').replaceAll('\n', '\r\n')).checker)).toEqual([
      '3: send a',
    ]);
  });
});

describe('any text gives checks, or an error with its line', () => {
  const WORDS =
    'defaults listen backend healthcheck option type tcp-check http-check httpchk connect send send-binary send-lf expect string binary rstring rbinary status hdr name value min-recv comment ! server check default-server timeout inter from a 05 0500 ^05 200 -1 "" "$X" %[x] .if .elif .else .endif 0 1 \\x00 \\ # \' " ( [ {9} port addr'.split(
      ' ',
    );
  const word = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...WORDS) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  );
  const text = fc
    .array(
      fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
      { maxLength: 30 },
    )
    .map((lines) => lines.join('\n'));
  test('of keywords in any order', () => {
    fc.assert(
      fc.property(text, (config) => {
        try {
          parseConfig(config);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          expect(error.line).toBeGreaterThan(0);
          expect(error.line).toBeLessThanOrEqual(config.split('\n').length);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('of a million words in a line, and a million lines', () => {
    expect(() => parseConfig(backend('option tcp-check', `tcp-check send ${'a '.repeat(1e6)}`))).toThrow(
      'HAProxy takes 64',
    );
    expect(parseConfig('backend b\n'.concat('  # x\n'.repeat(1e6)))).toEqual([]);
  });
});
