import { describe, expect, test } from 'vitest';
import { backend, only, rulesIn } from '../support/config.ts';

describe('a rule of tcp-check', () => {
  test.each<[line: string, rules: string[]]>([
    ['tcp-check connect', ['3: connect']],
    ['tcp-check connect default linger port 80 addr 192.0.2.9 comment x', ['3: connect']],
    ['tcp-check send PING\\r\\n', ['3: send PING\r\n']],
    ['tcp-check send "a b" comment "c d"', ['3: send a b']],
    ['tcp-check send-binary 05FFab', ['3: send \x05\xff\xab']],
    ['tcp-check send-lf 100%%', ['3: send 100%']],
    ['tcp-check send-binary-lf 4142', ['3: send AB']],
    ['tcp-check expect string PONG', ['3: expect string PONG']],
    ['tcp-check expect binary 05FF', ['3: expect binary \x05\xff']],
    ['tcp-check expect rstring ^HTTP/1\\.[01]\\ 204', ['3: expect rstring ^HTTP/1\\.[01] 204']],
    ['tcp-check expect min-recv 2 rbinary ^0500', ['3: expect min-recv 2 rbinary ^0500']],
    ['tcp-check expect rbinary ^0500 min-recv 2 comment x', ['3: expect min-recv 2 rbinary ^0500']],
    ['tcp-check expect string-lf a%%', ['3: expect string a%']],
    ['tcp-check expect binary-lf 41', ['3: expect binary A']],
    // Exclamation marks may stand alone or begin the word, and two cancel out.
    ['tcp-check expect ! string x', ['3: expect ! string x']],
    ['tcp-check expect !string x', ['3: expect ! string x']],
    ['tcp-check expect ! !string x', ['3: expect string x']],
    // atol
    ['tcp-check expect min-recv x string y', ['3: expect min-recv 0 string y']],
    ['tcp-check expect min-recv 3x string y', ['3: expect min-recv 3 string y']],
    ['tcp-check expect min-recv -1 string y', ['3: expect string y']],
    [
      'tcp-check expect ok-status L6OK error-status L7STS tout-status L6TOUT on-success a on-error b status-code int(1) string y',
      ['3: expect string y'],
    ],
    ['tcp-check send a\\x00b', ['3: send a']],
    ['tcp-check comment x', ['connect']],
    ['tcp-check set-var(check.a) int(1)', ['connect']],
    ['tcp-check unset-var(check.a)', ['connect']],
  ])('%s', (line, rules) => {
    const { checker, unknown } = only(backend('option tcp-check', line));
    expect(rulesIn(checker)).toEqual(rules);
    expect(unknown).toEqual([]);
  });
});

describe('an http-check', () => {
  const OPTIONS = '2: OPTIONS / HTTP/1.0';
  test.each<[lines: string[], rules: string[]]>([
    [['option httpchk'], [OPTIONS]],
    [['option httpchk /x'], ['2: OPTIONS /x HTTP/1.0']],
    [['option httpchk HEAD /x'], ['2: HEAD /x HTTP/1.0']],
    [['option httpchk GET /x HTTP/1.1'], ['2: GET /x HTTP/1.1']],
    [['option httpchk GET /x HTTP/1.1 a.b'], ['2: GET /x HTTP/1.1 Host=a.b']],
    [['option httpchk GET /x HTTP/1.1\\r\\nHost:\\ a.b\\r\\nX:\\ y'], ['2: GET /x HTTP/1.1 Host=a.b X=y']],
    [['option httpchk POST /x HTTP/1.0\\r\\nHost:\\ a.b\\r\\n\\r\\nbody'], ['2: POST /x HTTP/1.0 Host=a.b body body']],
    [['option httpchk', 'http-check send meth GET uri /y ver HTTP/1.1 hdr Host a'], ['3: GET /y HTTP/1.1 Host=a']],
    // What send names replaces what the option says; its headers do so all at once.
    [['option httpchk GET /x HTTP/1.1', 'http-check send uri /y'], ['3: GET /y HTTP/1.1']],
    [['option httpchk GET /x HTTP/1.1\\r\\nHost:\\ a', 'http-check send uri /y'], ['3: GET /y HTTP/1.1 Host=a']],
    [['option httpchk GET /x HTTP/1.1\\r\\nHost:\\ a', 'http-check send hdr X y'], ['3: GET /x HTTP/1.1 X=y']],
    [['http-check send hdr X y', 'option httpchk GET /x'], ['2: GET /x HTTP/1.0 X=y']],
    [['option httpchk', 'http-check connect linger', 'http-check send uri /y'], ['4: OPTIONS /y HTTP/1.0']],
    [['option httpchk', 'http-check send body a%b hdr X a%%b'], ['3: OPTIONS / HTTP/1.0 X=a%b body a%b']],
    [
      ['option httpchk', 'http-check expect status 200,204-206'],
      [OPTIONS, '3: expect status [[200,200],[204,206]]'],
    ],
    [
      ['option httpchk', 'http-check expect ! status 500'],
      [OPTIONS, '3: expect ! status [[500,500]]'],
    ],
    [
      ['option httpchk', 'http-check expect rstatus ^2'],
      [OPTIONS, '3: expect rstatus ^2'],
    ],
    [
      ['option httpchk', 'http-check expect status 200', 'http-check expect string ok comment x'],
      [OPTIONS, '3: expect status [[200,200]]', '4: expect string ok'],
    ],
    [
      ['option httpchk', 'http-check expect rstring a.b', 'http-check send-state'],
      [OPTIONS, '3: expect rstring a.b'],
    ],
  ])('%j', (lines, rules) => {
    const { checker, unknown } = only(backend(...lines));
    expect(rulesIn(checker)).toEqual(rules);
    expect(unknown).toEqual([]);
  });
});
