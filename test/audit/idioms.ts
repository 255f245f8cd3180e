import type { Check } from '../../src/check/check.ts';
import { checkOf, TALKS } from '../support/proof.ts';
import { hex, Talk } from '../support/wire.ts';

const GET = 'GET /generate_204 HTTP/1.1\r\nHost: origin.example\r\n\r\n';
export const SOCKS5 = checkOf(
  new Talk()
    .handshake()
    .client(hex('050100'))
    .server(hex('0500'))
    .client(hex('05010003 0e 6f726967696e2e6578616d706c65 0050'))
    .server(hex('05000001000000000000'))
    .client(GET)
    .server('HTTP/1.1 204 No Content\r\nServer: nginx\r\nDate: today\r\n\r\n'),
);
const SOCKS4A = checkOf(
  new Talk()
    .handshake()
    .client(hex('0401 0050 00000001 00 6f726967696e2e6578616d706c65 00'))
    .server(hex('005a 0000 00000000'))
    .client(GET)
    .server('HTTP/1.1 204 No Content\r\nServer: nginx\r\n\r\n'),
);
export const HTTP = checkOf(TALKS['HTTP proxy'] as Talk);
export const TUNNEL = checkOf(TALKS['HTTP CONNECT'] as Talk);

const OPTION = 'option tcp-check';
const send = (text: string): string =>
  `tcp-check send ${text.replaceAll(' ', '\\ ').replaceAll('\r', '\\r').replaceAll('\n', '\\n')}`;
const GREET = 'tcp-check send-binary 050100';
const ASK = 'tcp-check send-binary 050100030e6f726967696e2e6578616d706c650050';
const ASK4 = 'tcp-check send-binary 0401005000000001006f726967696e2e6578616d706c6500';
const FETCH = send(GET);
const ABSOLUTE = send('GET http://origin.example/generate_204 HTTP/1.1\r\nHost: origin.example\r\n\r\n');
const CONNECT = send('CONNECT origin.example:80 HTTP/1.1\r\nHost: origin.example:80\r\n\r\n');
const METHOD = 'tcp-check expect min-recv 2 rbinary ^0500';
const REPLY = 'tcp-check expect rbinary ^0500..(01.{12}|04.{36}|03(0E.{32}|0[0-9A-DF].{2,}|[1-9A-F]..{2,}))';
const NO_CONTENT = 'tcp-check expect min-recv 12 rstring ^HTTP/1\\.[01]\\ 204';
const OPEN = 'tcp-check expect min-recv 12 rstring ^HTTP/1\\.[01]\\ 200';
const HEAD = 'tcp-check expect rstring ^HTTP/1\\.[01]\\ 200[^\\n]*\\n([^\\r\\n][^\\n]*\\n)*\\r?\\n';
const HTTPCHK = 'http-check send meth GET uri http://origin.example/generate_204 ver HTTP/1.1 hdr Host origin.example';

/** A check that is copied from place to place. Its lines are those of a section from line 3 on. */
export interface CopiedIdiom {
  readonly name: string;
  readonly check: Check;
  readonly lines: readonly string[];
  /** The faults that the audit finds, in full. */
  readonly faults: readonly string[];
}

/** Right ones, and those that the field gets wrong. */
export const COPIED_IDIOMS: readonly CopiedIdiom[] = [
  {
    name: 'SOCKS5: method, request, whole reply by address form, GET, 204',
    check: SOCKS5,
    lines: [OPTION, GREET, METHOD, ASK, METHOD, REPLY, FETCH, NO_CONTENT],
    faults: [],
  },
  {
    name: 'SOCKS4a: the same',
    check: SOCKS4A,
    lines: [
      OPTION,
      ASK4,
      'tcp-check expect min-recv 2 rbinary ^..5A',
      'tcp-check expect rbinary ^..5A.{12}',
      FETCH,
      NO_CONTENT,
    ],
    faults: [],
  },
  {
    name: 'http-check, absolute URI, expect status 204',
    check: HTTP,
    lines: ['option httpchk', HTTPCHK, 'http-check expect status 204'],
    faults: [],
  },
  {
    name: 'raw GET through tcp-check, 204',
    check: HTTP,
    lines: [OPTION, ABSOLUTE, NO_CONTENT],
    faults: [],
  },
  {
    name: 'CONNECT, whole head, GET, 204',
    check: TUNNEL,
    lines: [OPTION, CONNECT, OPEN, HEAD, FETCH, NO_CONTENT],
    faults: [],
  },
  {
    name: 'TCP connect only',
    check: SOCKS5,
    lines: [],
    faults: ['up line 1: a TCP connect is all: whatever listens is taken for healthy'],
  },
  {
    name: 'greeting only',
    check: SOCKS5,
    lines: [OPTION, GREET, METHOD],
    faults: ['up line 5: nothing looks at the answer of the origin, for which nothing asks: line 5 is the last expect'],
  },
  {
    name: 'expect binary 0500 for the reply',
    check: SOCKS5,
    lines: [OPTION, GREET, METHOD, ASK, 'tcp-check expect binary 0500', FETCH, NO_CONTENT],
    faults: [
      'down line 7: binary 0500 does not wait for the end of the reply to the SOCKS request: what comes later of it is taken for the answer that line 9 expects',
      'late line 7: binary 0500 has no min-recv: what cannot match any more is waited on until the timeout',
      'late line 7: binary 0500 also occurs in the refusal 05 05 00 01 00 00 00 00 00 00, at offset 1; line 9 then waits in vain',
    ],
  },
  {
    name: 'expect binary 0500 for the reply, and no request through it',
    check: SOCKS5,
    lines: [OPTION, GREET, METHOD, ASK, 'tcp-check expect binary 0500'],
    faults: [
      'up line 7: nothing looks at the answer of the origin, for which nothing asks: line 7 is the last expect',
      'up line 7: binary 0500 also occurs in the refusal 05 05 00 01 00 00 00 00 00 00, at offset 1',
      'up line 7: binary 0500 also matches 05 00 00 00 00 00 00 00 00 00 (succeeded (00), but ATYP 00, then closed)',
      'late line 7: binary 0500 has no min-recv: what cannot match any more is waited on until the timeout',
    ],
  },
  {
    name: 'stop after ^050000',
    check: SOCKS5,
    lines: [OPTION, GREET, METHOD, ASK, 'tcp-check expect min-recv 3 rbinary ^050000'],
    faults: [
      'up line 7: nothing looks at the answer of the origin, for which nothing asks: line 7 is the last expect',
      'up line 7: rbinary ^050000 also matches 05 00 00 00 00 00 00 00 00 00 (succeeded (00), but ATYP 00, then closed)',
      'down line 7: waits for ^050000, and a healthy server may answer 05000101000000000000 (RSV not 0)',
      'late line 7: rbinary ^050000 waits for 3 bytes, and a server that refuses may send no more than 2: that is waited on until the timeout',
    ],
  },
  {
    name: 'the exact captured reply',
    check: SOCKS5,
    lines: [OPTION, GREET, METHOD, ASK, 'tcp-check expect binary 05000001000000000000', FETCH, NO_CONTENT],
    faults: [
      'down line 7: waits for 05000001000000000000, and a healthy server may answer 05000001050000010500 (bound address 5.0.0.1:1280)',
      'late line 7: binary 05000001000000000000 has no min-recv: what cannot match any more is waited on until the timeout',
    ],
  },
  {
    name: '^0500, then GET without the rest of the reply',
    check: SOCKS5,
    lines: [OPTION, GREET, METHOD, ASK, METHOD, FETCH, NO_CONTENT],
    faults: [
      'down line 7: rbinary ^0500 does not wait for the end of the reply to the SOCKS request: what comes later of it is taken for the answer that line 9 expects',
    ],
  },
  {
    name: 'any HTTP/1 answer through SOCKS',
    check: SOCKS5,
    lines: [OPTION, GREET, METHOD, ASK, METHOD, REPLY, FETCH, 'tcp-check expect min-recv 8 rstring ^HTTP/1'],
    faults: ['up line 10: rstring ^HTTP/1 also matches the status line of a 400'],
  },
  {
    name: 'any HTTP/1 answer',
    check: HTTP,
    lines: [OPTION, ABSOLUTE, 'tcp-check expect min-recv 8 rstring ^HTTP/1'],
    faults: ['up line 5: rstring ^HTTP/1 also matches the status line of a 400'],
  },
  {
    name: 'httpchk without expect',
    check: HTTP,
    lines: ['option httpchk', HTTPCHK],
    faults: ["up line 4: no expect: HAProxy takes any 2xx and 3xx, a captive portal's 302 too"],
  },
  {
    name: 'expect string 204',
    check: HTTP,
    lines: [OPTION, ABSOLUTE, 'tcp-check expect string 204'],
    faults: [
      'up line 5: string 204 also occurs in the headers of a 400, at offset 52',
      'late line 5: string 204 has no min-recv: what cannot match any more is waited on until the timeout',
    ],
  },
  {
    name: 'http-check expect string 204',
    check: HTTP,
    lines: ['option httpchk', HTTPCHK, 'http-check expect string 204'],
    faults: [
      'up line 5: string 204 also occurs in the page of a 400, at offset 138, and nothing looks at the status',
      'down line 5: string 204 looks at the body, and a 204 has none',
    ],
  },
  {
    name: '^HTTP/1\\.1 204',
    check: HTTP,
    lines: [OPTION, ABSOLUTE, 'tcp-check expect min-recv 12 rstring ^HTTP/1\\.1\\ 204'],
    faults: [
      'down line 5: waits for ^HTTP/1\\.1 204, and a healthy server may answer "HTTP/1.0 204 No Content" (HTTP/1.0)',
    ],
  },
  {
    name: 'CONNECT only',
    check: TUNNEL,
    lines: [OPTION, CONNECT, OPEN],
    faults: ['up line 5: nothing looks at the answer of the origin, for which nothing asks: line 5 is the last expect'],
  },
  {
    name: 'CONNECT by http-check',
    check: TUNNEL,
    lines: [
      'option httpchk',
      'http-check send meth CONNECT uri origin.example:80 ver HTTP/1.1 hdr Host origin.example:80',
      'http-check expect status 200',
    ],
    faults: ['up line 4: nothing looks at the answer of the origin: http-check has one request and one answer'],
  },
  {
    name: 'CONNECT expecting HTTP/1.1 200 OK',
    check: TUNNEL,
    lines: [OPTION, CONNECT, 'tcp-check expect string HTTP/1.1\\ 200\\ OK', FETCH, NO_CONTENT],
    faults: [
      'down line 5: string HTTP/1.1 200 OK does not match what was captured: "HTTP/1.0 200 Connection established"',
      'late line 5: string HTTP/1.1 200 OK has no min-recv: what cannot match any more is waited on until the timeout',
    ],
  },
  {
    name: 'CONNECT 200 without waiting for the blank line',
    check: TUNNEL,
    lines: [OPTION, CONNECT, OPEN, FETCH, NO_CONTENT],
    faults: [
      'down line 5: rstring ^HTTP/1\\.[01] 200 does not wait for the end of the answer to CONNECT: what comes later of it is taken for the answer that line 7 expects',
    ],
  },
  {
    name: 'lower-case hex',
    check: HTTP,
    lines: [OPTION, ABSOLUTE, 'tcp-check expect min-recv 12 rbinary ^485454502f312e3.20323034'],
    faults: ['down line 5: rbinary looks at upper-case hex, in which ^485454502f312e3.20323034 is never found'],
  },
  {
    name: 'a refusal in lower-case hex',
    check: SOCKS5,
    lines: [OPTION, GREET, 'tcp-check expect min-recv 2 ! rbinary ^05ff'],
    faults: [
      'up line 5: nothing looks at the answer of the origin, for which nothing asks: line 5 is the last expect',
      'up line 5: rbinary looks at upper-case hex, in which ^05ff is never found: ! rbinary ^05ff refuses nobody',
    ],
  },
  {
    name: 'a refusal that is looked for alone',
    check: SOCKS5,
    lines: [OPTION, GREET, METHOD, ASK, METHOD, REPLY, FETCH, 'tcp-check expect min-recv 12 ! string 503'],
    faults: ['up line 10: ! string 503 refuses nothing else: the status line of a 400 passes'],
  },
  {
    name: 'min-recv below what decides',
    check: SOCKS5,
    lines: [OPTION, GREET, 'tcp-check expect min-recv 1 rbinary ^0500', ASK, METHOD, REPLY, FETCH, NO_CONTENT],
    faults: ['down line 5: min-recv 1 decides before the choice of a SOCKS5 method is all there'],
  },
  {
    name: 'no expect before the next send',
    check: SOCKS5,
    lines: [OPTION, GREET, METHOD, ASK, FETCH, NO_CONTENT],
    faults: [
      'down line 8: nothing waits for the reply to the SOCKS request, which is then taken for the answer to what is sent next',
      'late line 7: nothing looks at the reply to the SOCKS request before line 7 goes on; line 8 then waits in vain',
    ],
  },
];
