import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { framesOf, hex, pcapFile, Talk } from '../support/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const PATH = 'GET /generate_204 HTTP/1.1\r\nHost: client3.google.com\r\nUser-Agent: curl/7.54.0\r\nAccept: */*\r\n\r\n';
const ABSOLUTE =
  'GET http://client3.google.com/generate_204 HTTP/1.1\r\nHost: client3.google.com\r\nProxy-Authorization: Basic bGFiOnNlY3JldA==\r\nProxy-Connection: Keep-Alive\r\n\r\n';
const ANSWER = 'HTTP/1.1 204 No Content\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n';
const socks = new Talk({ client: '127.0.0.1:40000', server: '127.0.0.1:11110' })
  .handshake()
  .client(hex('05020001'))
  .server(hex('0500'))
  .client(hex('0501000312636c69656e74332e676f6f676c652e636f6d0050'))
  .server(hex('050000010000000006b5'))
  .client(PATH)
  .server(ANSWER);
const http = new Talk({ client: '127.0.0.1:40001', server: '127.0.0.1:11120' })
  .handshake()
  .client(ABSOLUTE)
  .server(ANSWER);
const CAPTURE = file('session.pcap', pcapFile(framesOf([...socks.segments, ...http.segments])));

/** The two listings of the article behind the project, as far as they are about checks. */
const ARTICLE = file(
  'haproxy.cfg',
  String.raw`listen ha-socks5
    bind 127.0.0.1:1081
    option tcp-check
    tcp-check connect
    tcp-check send-binary 05020001
    tcp-check expect binary 0500
    tcp-check send-binary 0501000312636c69656e74332e676f6f676c652e636f6d0050
    tcp-check expect binary 050000010000000006b5
    tcp-check send GET\ /generate_204\ HTTP/1.1\r\n
    tcp-check send Host:\ client3.google.com\r\n
    tcp-check send User-Agent:\ curl/7.54.0\r\n
    tcp-check send Accept:\ */*\r\n
    tcp-check send \r\n
    tcp-check expect rstring ^HTTP/1.1\ 204
    balance     source
    hash-type consistent # optional
    server xxx1 127.0.0.1:11110 check
    server xxx2 127.0.0.1:11111 check backup

listen ha-http
    bind :::1082
    option httpchk GET http://client3.google.com/generate_204 HTTP/1.1\r\nHost:\ client3.google.com\r\nProxy-Authorization:\ Basic\ bGFiOnNlY3JldA==\r\nProxy-Connection:\ Keep-Alive
    balance     source
    hash-type consistent # optional
    server xxx1 127.0.0.1:11120 check
    server xxx2 127.0.0.1:11121 check backup
`,
);

const audit = (config: string, ...options: string[]) =>
  capture2check(['audit', config, '--capture', CAPTURE, ...options]);

/** How many servers show a fault changes with every server that is thought of. */
const uncounted = (report: string): string => report.replace(/\([0-9]+ (?=healthy|broken)/g, '(N ');

describe('the listings of the article', () => {
  test('the SOCKS5 one', () => {
    const { code, stdout } = audit(ARTICLE, '--section', 'ha-socks5');
    expect(code).toBe(1);
    expect(uncounted(stdout)).toMatchInlineSnapshot(`
      "listen ha-socks5 (line 1): 5 faults
        judged by GET /generate_204, server 127.0.0.1:11110, tcp.stream 0
        goes DOWN though healthy
          line 8: waits for 050000010000000006b5, and a healthy server may answer 05000001000000000000 (bound address 0.0.0.0:0) (N healthy servers, such as "reply 2: bound address 0.0.0.0:0")
          line 14: waits for ^HTTP/1.1 204, and a healthy server may answer "HTTP/1.0 204 No Content" (HTTP/1.0) (N healthy servers, such as "reply 3: HTTP/1.0")
        goes DOWN only at the timeout
          line 6: binary 0500 has no min-recv: what cannot match any more is waited on until the timeout (N broken servers, such as "reply 1: method 01 (GSSAPI) selected, and the connection lingers")
          line 8: binary 050000010000000006b5 has no min-recv: what cannot match any more is waited on until the timeout (N broken servers, such as "reply 2: general SOCKS server failure (01), IPv4, and the connection lingers")
          line 14: rstring ^HTTP/1.1 204 has no min-recv: what cannot match any more is waited on until the timeout (N broken servers, such as "reply 3: 200 with a page that says 204, and the connection lingers")
        note: line 9: lines 9 to 13 send one request, from 2.2 on in 5 segments: a server that takes a segment for a message is taken for broken
        note: line 1: there is no timeout check: inter, 2000 ms by default, is the limit; the capture suggests timeout check 3s

      instead, for listen ha-socks5:
          # SOCKS5 > HTTP to client3.google.com:80: GET /generate_204
          # server 127.0.0.1:11110, 1 sample: tcp.stream eq 0 (frames 4,6,8,10,12,14)
          # measured 1.3 ms; set: timeout check 3s (without it the server's "inter" is the limit)
          option tcp-check
          tcp-check connect linger comment "tcp"
          tcp-check send-binary 05020001 comment "SOCKS5 greeting"
          tcp-check expect min-recv 2 rbinary ^0500 comment "SOCKS5 method: none"
          tcp-check send-binary 0501000312636c69656e74332e676f6f676c652e636f6d0050 comment "SOCKS5 CONNECT client3.google.com:80"
          tcp-check expect min-recv 2 rbinary ^0500 comment "SOCKS5 request granted"
          tcp-check expect rbinary ^0500..(01.{12}|04.{36}|03(12.{40}|1[013-9A-F].{2,}|[02-9A-F]..{2,})) comment "SOCKS5 reply complete"
          tcp-check send GET\\ /generate_204\\ HTTP/1.1\\r\\nHost:\\ client3.google.com\\r\\nUser-Agent:\\ curl/7.54.0\\r\\nAccept:\\ */*\\r\\n\\r\\n comment "GET /generate_204"
          tcp-check expect min-recv 12 rstring ^HTTP/1\\.[01]\\ 204 comment "204 from the origin"
      "
    `);
  });

  test('the HTTP one, without its secret', () => {
    const { code, stdout, stderr } = audit(ARTICLE, '--section', 'ha-http');
    expect(code).toBe(1);
    expect(uncounted(stdout)).toMatchInlineSnapshot(`
      "listen ha-http (line 20): 1 fault
        judged by GET http://client3.google.com/generate_204, server 127.0.0.1:11120, tcp.stream 1
        stays UP though broken
          line 22: no expect: HAProxy takes any 2xx and 3xx, a captive portal's 302 too (N broken servers, such as "reply 1: 301 Moved Permanently, whose page says 204, then closed")
        note: line 22: headers stand behind the version: HAProxy 2.6 warns of that, and 2.7 and later do not start; http-check send takes them
        note: line 20: there is no timeout check: inter, 2000 ms by default, is the limit; the capture suggests timeout check 3s

      instead, for listen ha-http:
          .if !defined(PROXY_USER)
          .alert "the environment lacks PROXY_USER, which the health check needs"
          .endif
          .if !defined(PROXY_PASSWORD)
          .alert "the environment lacks PROXY_PASSWORD, which the health check needs"
          .endif
          # HTTP to client3.google.com: GET http://client3.google.com/generate_204
          # server 127.0.0.1:11120, 1 sample: tcp.stream eq 1 (frames 19,21)
          # measured 0.5 ms; set: timeout check 3s (without it the server's "inter" is the limit)
          option httpchk
          http-check set-var(check.PROXY_PASSWORD) env(PROXY_PASSWORD)
          http-check connect linger comment "tcp"
          http-check send meth GET uri http://client3.google.com/generate_204 ver HTTP/1.1 hdr Host client3.google.com hdr Proxy-Authorization Basic\\ %[env(PROXY_USER),concat(:,check.PROXY_PASSWORD),base64] hdr Proxy-Connection Keep-Alive comment "GET http://client3.google.com/generate_204"
          http-check expect status 204 comment "204 from the origin"
      "
    `);
    expect(stdout + stderr).not.toContain('bGFiOnNlY3JldA');
  });

  test('as JSON', () => {
    const { code, stdout } = audit(ARTICLE, '--json');
    expect(code).toBe(1);
    const [first, second, ...more] = JSON.parse(stdout) as Record<string, unknown>[];
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      section: 'listen ha-socks5',
      line: 1,
      checker: 'tcp-check',
      timeout_ms: 2000,
      verdict: 'faulty',
      judged_by: { servers: ['127.0.0.1:11110'], title: 'GET /generate_204', stream: 0 },
      servers: [
        { name: 'xxx1', host: '127.0.0.1', port: 11110, backup: false, line: 17 },
        { name: 'xxx2', host: '127.0.0.1', port: 11111, backup: true, line: 18 },
      ],
      reasons: [],
    });
    expect(first?.['faults']).toContainEqual({
      kind: 'late',
      line: 6,
      why: 'binary 0500 has no min-recv: what cannot match any more is waited on until the timeout',
      count: expect.any(Number),
      example: {
        server: 'reply 1: method 01 (GSSAPI) selected, and the connection lingers',
        status: 'L7TOUT',
        received: '0501',
      },
    });
    expect(first?.['instead']).toContain('option tcp-check');
    expect(second).toMatchObject({ section: 'listen ha-http', checker: 'http-check', verdict: 'faulty' });
    expect(stdout).not.toContain('bGFiOnNlY3JldA');
  });
});

describe('what audit answers', () => {
  const derived = (): string => {
    const { stdout } = capture2check(['-q', '--section', 'listen', '--server', '127.0.0.1:11110', CAPTURE]);
    return file('own.cfg', stdout);
  };

  test('no fault in a script of our own: exit 0', () => {
    const { code, stdout } = audit(derived());
    expect(stdout).toMatch(
      /^listen socks5 \(line [0-9]+\): no fault: right about [0-9]{3} broken and [0-9]+ healthy servers\n {2}judged by GET \/generate_204, server 127\.0\.0\.1:11110, tcp\.stream 0\n$/,
    );
    expect(code).toBe(0);
  });

  test('from standard input', () => {
    const { code, stdout } = capture2check(['audit', '-', '--capture', CAPTURE], {
      input: 'listen a\n option tcp-check\n server s 127.0.0.1:11110 check\n',
    });
    expect(code).toBe(1);
    expect(stdout).toContain('line 2: a TCP connect is all: whatever listens is taken for healthy');
  });

  test('nothing of what no capture tells of: exit 1', () => {
    const config = file('other.cfg', 'backend web\n option httpchk GET /health\n server s 192.0.2.1:80 check\n');
    const { code, stdout, stderr } = audit(config);
    expect(code).toBe(1);
    expect(stdout).toContain('backend web (line 1): not judged\n');
    expect(stderr).toContain('no check of the configuration could be judged by these captures');
  });

  test('in time, whatever regular expression the configuration has', () => {
    const lines = [
      'listen a',
      ' option httpchk GET http://client3.google.com/generate_204',
      ' http-check send hdr Proxy-Authorization x',
      ' http-check expect rstring ^(.|.)*@$',
      ' server s 127.0.0.1:11120 check',
    ];
    const { code, stdout } = audit(file('evil.cfg', `${lines.join('\n')}\n`));
    expect(code).toBe(1);
    expect(stdout).toContain('line 4: rstring ');
  });

  test('nothing where there is no check', () => {
    const { code, stderr } = audit(file('none.cfg', 'backend web\n server s 192.0.2.1:80\n'));
    expect(code).toBe(1);
    expect(stderr).toContain('no section has a health check');
  });

  test('nothing of a refusal', () => {
    const refused = join(FIXTURES, 'socks5/dante-fail-refused-x3/capture.pcap');
    const { code, stderr } = capture2check(['audit', ARTICLE, '--capture', refused]);
    expect(code).toBe(1);
    expect(stderr).toContain('nothing to derive a check from');
  });
});

describe('errors', () => {
  test('a configuration that HAProxy would not take: its line and column, and exit 3', () => {
    const { code, stdout, stderr } = audit(file('bad.cfg', 'listen a\n  tcp-check expect binary 050\n'));
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe(
      'capture2check: error: bad.cfg:2:27: an even number of hex digits is expected; haproxy -c -f bad.cfg checks it too\n',
    );
  });

  test('a configuration that is not there: exit 3', () => {
    const { code, stderr } = audit('/nonexistent.cfg');
    expect(code).toBe(3);
    expect(stderr).toContain('/nonexistent.cfg: cannot be read');
  });

  test('a capture that is none: exit 3', () => {
    expect(capture2check(['audit', ARTICLE, '--capture', ARTICLE]).code).toBe(3);
  });

  test('a section that is not there: exit 2, and those that are', () => {
    const { code, stderr } = audit(ARTICLE, '--section', 'nope');
    expect(code).toBe(2);
    expect(stderr).toContain('those that have one: listen ha-socks5; listen ha-http');
  });

  test('no capture: exit 2', () => {
    const { code, stderr } = capture2check(['audit', ARTICLE]);
    expect(code).toBe(2);
    expect(stderr).toContain('--capture');
  });
});
