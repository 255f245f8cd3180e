import { describe, expect, test } from 'vitest';
import { auditOf, auditsOf, faultsOf, sectionOf } from '../support/audit.ts';
import { checkOf, TALKS } from '../support/proof.ts';
import { Talk } from '../support/wire.ts';
import { COPIED_IDIOMS, HTTP, SOCKS5, TUNNEL } from './idioms.ts';

const PROXIED = checkOf(
  new Talk({ server: '10.0.0.2:3128' })
    .handshake()
    .client(
      'PROXY TCP4 10.0.0.1 10.0.0.2 40000 3128\r\nGET http://origin.example/generate_204 HTTP/1.1\r\nHost: origin.example\r\n\r\n',
    )
    .server('HTTP/1.1 204 No Content\r\n\r\n'),
);

describe('the audit names the fault of what is copied from place to place', () => {
  test.each(COPIED_IDIOMS)('$name', ({ check, lines, faults }) => {
    const audited = auditOf(sectionOf(check, lines), [check]);
    expect(faultsOf(audited)).toEqual(faults);
    expect(audited.verdict).toBe(faults.length > 0 ? 'faulty' : 'right');
    for (const { count, example } of audited.faults) {
      expect(count).toBeGreaterThan(0);
      expect(example?.name).toBeTypeOf('string');
    }
  });
});

describe('what asks for something else than the capture is not judged by it', () => {
  const GREET = 'tcp-check send-binary 050100';
  test.each<[sentence: string, check: typeof SOCKS5, lines: string[], reason: string]>([
    [
      'httpchk with a relative URI',
      HTTP,
      ['option httpchk GET /generate_204', 'http-check expect status 204'],
      'line 3: asks with a relative URI (GET /generate_204), the capture with an absolute one: most proxies answer 400 to that, and what this one answers is not in the capture',
    ],
    [
      'HTTP to a SOCKS5 server',
      SOCKS5,
      ['option httpchk GET http://origin.example/'],
      'line 3: sends HTTP GET http://origin.example/, and the capture has SOCKS5 greeting there',
    ],
    [
      'OPTIONS where the capture has GET',
      HTTP,
      ['option httpchk OPTIONS http://origin.example/generate_204'],
      'line 3: asks with OPTIONS, the capture with GET: the answer may be another',
    ],
    [
      'a request without its blank line',
      HTTP,
      [
        'option tcp-check',
        'tcp-check send GET\\ http://origin.example/\\ HTTP/1.1\\r\\n',
        'tcp-check expect string 204',
      ],
      'line 4: is the end of what is sent, and the blank line that ends an HTTP request is not there: the server waits for it',
    ],
    [
      'a greeting that does not offer what the server chose',
      checkOf(TALKS['SOCKS5 with a password'] as Talk),
      ['option tcp-check', GREET, 'tcp-check expect binary 0500'],
      'line 4: does not offer the authentication method that the captured server chose',
    ],
    [
      'another protocol in the tunnel',
      SOCKS5,
      [
        'option tcp-check',
        GREET,
        'tcp-check expect binary 0500',
        'tcp-check send-binary 050100030e6f726967696e2e6578616d706c650050',
        'tcp-check expect binary 0500',
        'tcp-check send EHLO\\ a\\r\\n',
      ],
      'line 8: sends something unknown, and the capture has another protocol there',
    ],
    [
      'more than the capture has',
      HTTP,
      [
        'option tcp-check',
        'tcp-check send GET\\ http://origin.example/generate_204\\ HTTP/1.1\\r\\n\\r\\n',
        'tcp-check send QUIT\\r\\n',
        'tcp-check expect string bye',
      ],
      'line 5: sends more than the capture, and what is answered to that is not known',
    ],
    [
      'no PROXY header where the capture has one',
      PROXIED,
      ['option httpchk GET http://origin.example/generate_204'],
      'line 3: sends no PROXY header, and the capture has one',
    ],
  ])('%s', (_sentence, check, lines, reason) => {
    const audited = auditOf(sectionOf(check, lines), [check]);
    expect(audited).toMatchObject({ verdict: 'otherwise', faults: [] });
    expect(audited.reasons.map(({ line, text }) => `line ${line}: ${text}`)).toEqual([reason]);
  });
});

describe('where a check belongs', () => {
  const rules = ['option tcp-check', 'tcp-check send-binary 050100', 'tcp-check expect min-recv 2 rbinary ^0500'];
  const elsewhere = { servers: [{ address: '192.0.2.9', port: 1 }] };

  test('to the dialogue with its server, whatever else speaks the same', () => {
    const other = { ...SOCKS5, servers: elsewhere.servers };
    expect(auditOf(sectionOf(SOCKS5, rules), [other, SOCKS5]).check).toBe(SOCKS5);
  });

  test('else to one with a server that speaks what it sends, and the report says so', () => {
    const audited = auditOf(sectionOf(elsewhere, rules), [HTTP, TUNNEL, SOCKS5]);
    expect(audited.check).toBe(SOCKS5);
    expect(audited.remarks).toContainEqual({
      line: 1,
      text: 'its servers are not in the capture: it is judged by 10.0.0.2:1080, which speaks what it sends',
    });
  });

  test.each<[sentence: string, lines: string[], text: string]>([
    ['a bare check', [], 'a TCP connect is all that is looked at, and its server is not in the capture'],
    [
      'another protocol',
      ['option httpchk GET http://a/'],
      'its server is not in the capture, nor any other that speaks HTTP',
    ],
    ['a checker of its own', ['option redis-check'], 'redis-check is a checker of its own, which is not judged here'],
    [
      'what only HAProxy knows',
      ['option tcp-check', 'tcp-check send-lf %[src]'],
      'what is sent is a log-format, whose value is known only when HAProxy runs',
    ],
  ])('%s of another server is not judged', (_sentence, lines, text) => {
    const audited = auditOf(sectionOf(elsewhere, lines), [SOCKS5]);
    expect(audited).toMatchObject({ verdict: 'unknown', faults: [] });
    expect(audited.reasons.map((reason) => reason.text)).toEqual([text]);
  });

  test('where the user says so, to the capture', () => {
    expect(auditOf(sectionOf(elsewhere, []), [SOCKS5], true)).toMatchObject({ verdict: 'faulty', check: SOCKS5 });
  });

  test('a PROXY header that HAProxy writes stands for the captured one', () => {
    const config = sectionOf(PROXIED, [
      'option tcp-check',
      'tcp-check connect send-proxy',
      'tcp-check send GET\\ http://origin.example/generate_204\\ HTTP/1.1\\r\\nHost:\\ origin.example\\r\\n\\r\\n',
      'tcp-check expect min-recv 12 rstring ^HTTP/1\\.[01]\\ 204',
    ]);
    expect(auditOf(config, [PROXIED])).toMatchObject({ verdict: 'right', faults: [] });
  });
});

describe('what is assumed is said', () => {
  const checked = (uri: string, status: string, more = '') =>
    sectionOf(HTTP, [
      'option httpchk',
      `http-check send meth GET uri ${uri} ver HTTP/1.1 hdr Host origin.example${more}`,
      `http-check expect status ${status}`,
    ]);

  test('another URI is taken to be answered alike', () => {
    const { verdict, remarks } = auditOf(checked('http://origin.example/other', '204'), [HTTP]);
    expect(verdict).toBe('right');
    expect(remarks).toEqual([
      {
        line: 4,
        text: 'asks for GET http://origin.example/other, the capture for GET http://origin.example/generate_204',
      },
    ]);
  });

  test('unless another answer is expected of it', () => {
    expect(auditOf(checked('http://origin.example/other', '200'), [HTTP])).toMatchObject({
      verdict: 'otherwise',
      faults: [],
      reasons: [
        {
          line: 4,
          text: 'asks for GET http://origin.example/other, the capture for GET http://origin.example/generate_204: what is answered to that is not in the capture, and it expects something else',
        },
      ],
    });
  });

  test('other credentials are taken to be right, and not shown', () => {
    const check = checkOf(TALKS['SOCKS5 with a password'] as Talk);
    const lines = [
      'option tcp-check',
      'tcp-check send-binary 05020002',
      'tcp-check expect min-recv 2 rbinary ^0502',
      'tcp-check send-binary 01036c616205746f6b656e',
      'tcp-check expect min-recv 2 rbinary ^(01|05)00',
    ];
    const { remarks, check: judge } = auditOf(sectionOf(check, lines), [check]);
    expect(judge).toBe(check);
    expect(remarks).toEqual([
      { line: 6, text: 'logs in with other credentials than the capture, which are taken to be right' },
    ]);
  });
});

describe('time', () => {
  const section = (check: typeof SOCKS5, time: string) =>
    sectionOf(check, ['option httpchk GET http://origin.example/generate_204', 'http-check expect status 204']).replace(
      'timeout check 3s',
      time,
    );

  test('less than the captured server took is a fault', () => {
    const slow = { ...HTTP, measured: { fastest: 10, slowest: 2500 } };
    expect(faultsOf(auditOf(section(slow, 'timeout check 1s'), [slow]))).toEqual([
      'down line 5: timeout check is 1000 ms, and the slowest captured dialogue took 2500.0 ms',
    ]);
  });

  test('less than the capture suggests is worth knowing', () => {
    const { verdict, remarks } = auditOf(section(HTTP, ''), [HTTP]);
    expect(verdict).toBe('right');
    expect(remarks.map(({ text }) => text)).toEqual([
      'there is no timeout check: inter, 2000 ms by default, is the limit; the capture suggests timeout check 3s',
    ]);
  });
});

test('http-check rules that replace the request of the defaults send nothing', () => {
  const config = [
    'defaults',
    '    option httpchk GET http://origin.example/generate_204',
    'backend out',
    '    http-check expect status 204',
    '    server one 10.0.0.2:3128 check',
  ].join('\n');
  expect(auditsOf(config, [HTTP]).map(faultsOf)).toEqual([
    [
      'down line 2: nothing is ever sent: the http-check rules of the section replace those of its defaults, and the request of their option httpchk with them',
    ],
  ]);
});
