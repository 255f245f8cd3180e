import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze } from '../src/analyze.ts';
import { wordsOn } from '../src/emit/words.ts';
import { CASES, type Case } from './support/fixtures.ts';

/** Why a recording of a failed session gives no check, and the frame that shows it. Written from the bytes as tshark shows them. */
type Why = readonly [reason: string, frame: number];

const NO_METHOD: Why = ['SOCKS5 refused: no acceptable methods (ff)', 6];
const HOST_UNREACHABLE: Why = ['SOCKS5 refused: host unreachable (04)', 9];
const NETWORK_UNREACHABLE: Why = ['SOCKS5 refused: network unreachable (03)', 9];
const SOCKS5_REFUSED: Why = ['SOCKS5 refused: connection refused (05)', 9];
const REFUSED_BEHIND_PASSWORD: Why = ['SOCKS5 refused: connection refused (05)', 11];
const NO_SOCKS5_REPLY: Why = ['no SOCKS5 reply: the client gave up with FIN', 10];
const SILENT_TO_SOCKS5: Why = ['no SOCKS5 method selection: the client gave up with FIN', 6];
const SOCKS4_REFUSED: Why = ['SOCKS4 refused: rejected or failed (5b)', 6];
const SOCKS5_TO_SOCKS4: Why = [
  'SOCKS4 not readable: SOCKS4 reply: VN and CD at offset 0: expected 00 and 5a to 5d, found 05ff',
  6,
];
const SILENT_TO_HTTP: Why = ['no HTTP response: the client gave up with FIN', 6];
const CLOSED_WITHOUT_RESPONSE: Why = ['no HTTP response: the server sent FIN', 6];
const ORIGIN_CLOSES: Why = ['opened, but no HTTP response: the server sent FIN', 11];
const ORIGIN_CLOSES_IN_CONNECT: Why = ['opened, but no HTTP response: the server sent FIN', 9];
const NOT_FOUND: Why = ['opened, but HTTP 404', 11];
const CREDENTIALS_DEMANDED: Why = ['HTTP refused: 407 Proxy Authentication Required', 6];
const refused = (status: string): Why => [`HTTP refused: ${status}`, 6];
/** Through a proxy that is asked in plain HTTP: it may be the proxy's answer or the origin's. */
const answered = (status: string): Why => [`answered, but HTTP ${status}`, 6];

const FAILURES: Readonly<Record<string, Why>> = {
  'banner/fail-ftp-421': ['greeting refused: 421 There are too many connected users, please try later.', 10],
  'banner/fail-mysql-1130': [
    "MySQL refused: Host '198.51.100.25' is not allowed to connect to this MariaDB server (1130)",
    10,
  ],
  'banner/fail-smtp-554': [
    'SMTP refused: 554 5.7.1 <mail.example[198.51.100.25]>: Client host rejected: Access denied',
    10,
  ],
  'banner/fail-ssh-maxstartups': ['SSH refused: Exceeded MaxStartups', 11],
  'connect/squid-fail-connect-acl-x3': refused('403 Forbidden'),
  'connect/squid-fail-connect-no-credentials': CREDENTIALS_DEMANDED,
  'connect/squid-fail-connect-nxdomain-x3': refused('500 Internal Server Error'),
  'connect/squid-fail-connect-origin-closes': ORIGIN_CLOSES_IN_CONNECT,
  'connect/squid-fail-connect-refused-x3': refused('503 Service Unavailable'),
  'connect/squid-fail-connect-timeout': SILENT_TO_HTTP,
  'connect/squid-fail-connect-unreachable': refused('503 Service Unavailable'),
  'connect/squid-fail-connect-upstream-deadup-x3': refused('500 Internal Server Error'),
  'connect/squid-fail-connect-wrong-password-x3': CREDENTIALS_DEMANDED,
  'connect/tinyproxy-fail-connect-acl-x3': refused('403 Filtered'),
  'connect/tinyproxy-fail-connect-no-credentials': CREDENTIALS_DEMANDED,
  'connect/tinyproxy-fail-connect-nxdomain-x3': refused('500 Unable to connect'),
  'connect/tinyproxy-fail-connect-origin-closes': ORIGIN_CLOSES_IN_CONNECT,
  'connect/tinyproxy-fail-connect-refused-x3': refused('500 Unable to connect'),
  'connect/tinyproxy-fail-connect-timeout': SILENT_TO_HTTP,
  'connect/tinyproxy-fail-connect-unreachable': refused('500 Unable to connect'),
  'connect/tinyproxy-fail-connect-upstream-deadup-x3': refused('502 Unable to connect to upstream proxy'),
  'connect/tinyproxy-fail-connect-wrong-password-x3': refused('401 Unauthorized'),
  'http/dante-fail-http-to-socks-port': CLOSED_WITHOUT_RESPONSE,
  'http/microsocks-fail-http-to-socks-port': [
    'HTTP not readable: HTTP response: status line at offset 0: expected HTTP/1.x and a status, found "\\x05\\xff"',
    6,
  ],
  'http/squid-fail-404': answered('404 Not Found'),
  'http/squid-fail-acl-x3': answered('403 Forbidden'),
  'http/squid-fail-no-credentials-x3': CREDENTIALS_DEMANDED,
  'http/squid-fail-noroute': answered('503 Service Unavailable'),
  'http/squid-fail-nxdomain-x3': answered('502 Bad Gateway'),
  'http/squid-fail-odd-credentials-x3': CREDENTIALS_DEMANDED,
  'http/squid-fail-origin-closes': answered('502 Bad Gateway'),
  'http/squid-fail-refused-x3': answered('503 Service Unavailable'),
  'http/squid-fail-timeout': SILENT_TO_HTTP,
  'http/squid-fail-unreachable': answered('503 Service Unavailable'),
  'http/squid-fail-upstream-deadup-x3': answered('502 Bad Gateway'),
  'http/squid-fail-wrong-password-x3': CREDENTIALS_DEMANDED,
  'http/tinyproxy-fail-404': answered('404 Not Found'),
  'http/tinyproxy-fail-acl-x3': answered('403 Filtered'),
  'http/tinyproxy-fail-no-credentials-x3': CREDENTIALS_DEMANDED,
  'http/tinyproxy-fail-noroute': answered('500 Unable to connect'),
  'http/tinyproxy-fail-nxdomain-x3': answered('500 Unable to connect'),
  'http/tinyproxy-fail-origin-closes': CLOSED_WITHOUT_RESPONSE,
  'http/tinyproxy-fail-refused-x3': answered('500 Unable to connect'),
  'http/tinyproxy-fail-timeout': SILENT_TO_HTTP,
  'http/tinyproxy-fail-unreachable': answered('500 Unable to connect'),
  'http/tinyproxy-fail-upstream-deadup-x3': answered('502 Unable to connect to upstream proxy'),
  'http/tinyproxy-fail-wrong-password-x3': answered('401 Unauthorized'),
  'proxy-protocol/fail-unexpected-header': ['SOCKS5 refused: no acceptable methods (ff)', 6],
  'redis/fail-noauth': ['Redis refused: NOAUTH Authentication required.', 11],
  'socks4/dante-fail-acl-socks4a': SOCKS4_REFUSED,
  'socks4/dante-fail-socks4a-nxdomain': SOCKS4_REFUSED,
  'socks4/dante-fail-socks4a-refused-x3': SOCKS4_REFUSED,
  'socks4/dante-socks4a-userid': SOCKS4_REFUSED,
  'socks4/dante-socks4a-x3': SOCKS4_REFUSED,
  'socks4/microsocks-fail-socks4a-nxdomain': SOCKS5_TO_SOCKS4,
  'socks4/microsocks-fail-socks4a-refused-x3': SOCKS5_TO_SOCKS4,
  'socks4/microsocks-socks4-x3': SOCKS5_TO_SOCKS4,
  'socks4/microsocks-socks4a-userid': SOCKS5_TO_SOCKS4,
  'socks4/microsocks-socks4a-x3': SOCKS5_TO_SOCKS4,
  'socks5/dante-fail-404': NOT_FOUND,
  'socks5/dante-fail-acl-x3': ['SOCKS5 refused: connection not allowed by ruleset (02)', 9],
  'socks5/dante-fail-auth-refused-x3': REFUSED_BEHIND_PASSWORD,
  'socks5/dante-fail-no-credentials-x3': NO_METHOD,
  'socks5/dante-fail-noroute': NETWORK_UNREACHABLE,
  'socks5/dante-fail-nxdomain-x3': HOST_UNREACHABLE,
  'socks5/dante-fail-origin-closes': ORIGIN_CLOSES,
  'socks5/dante-fail-refused-x3': SOCKS5_REFUSED,
  'socks5/dante-fail-timeout': NO_SOCKS5_REPLY,
  'socks5/dante-fail-unreachable-x3': HOST_UNREACHABLE,
  'socks5/dante-fail-wrong-password-x3': ['SOCKS5 refused: password rejected (01)', 9],
  'socks5/microsocks-fail-404': NOT_FOUND,
  'socks5/microsocks-fail-auth-refused-x3': REFUSED_BEHIND_PASSWORD,
  'socks5/microsocks-fail-no-credentials-x3': NO_METHOD,
  'socks5/microsocks-fail-noroute': NETWORK_UNREACHABLE,
  'socks5/microsocks-fail-nxdomain-x3': ['SOCKS5 refused: general SOCKS server failure (01)', 9],
  'socks5/microsocks-fail-odd-credentials-x3': ['SOCKS5 refused: password rejected (02)', 9],
  'socks5/microsocks-fail-origin-closes': ORIGIN_CLOSES,
  'socks5/microsocks-fail-refused-x3': SOCKS5_REFUSED,
  'socks5/microsocks-fail-timeout': NO_SOCKS5_REPLY,
  'socks5/microsocks-fail-unreachable-x3': HOST_UNREACHABLE,
  'socks5/microsocks-fail-wrong-password-x3': ['SOCKS5 refused: password rejected (02)', 9],
  'socks5/squid-fail-socks5-to-http-port': SILENT_TO_SOCKS5,
  'socks5/tinyproxy-fail-socks5-to-http-port': SILENT_TO_SOCKS5,
};

interface Provenance {
  readonly curl?: string;
  readonly conversations: number;
}
const provenanceOf = ({ folder }: Case): Provenance =>
  JSON.parse(readFileSync(join(folder, 'provenance.json'), 'utf8')) as Provenance;

/** What curl said of each session: its HTTP status and its exit code, `000/97`; nothing where the client was another. */
const sessionsOf = (each: Case): { status: number; exit: number }[] => {
  const { curl = '' } = provenanceOf(each);
  return [...curl.matchAll(/\b([0-9]{3})\/([0-9]+)/g)].map(([, status, exit]) => ({
    status: Number(status),
    exit: Number(exit),
  }));
};
const failed = (each: Case): boolean =>
  provenanceOf(each).curl === undefined
    ? /\bfail-/.test(each.name)
    : sessionsOf(each).some(({ status, exit }) => exit !== 0 || status >= 400);
const redirected = (each: Case): boolean => sessionsOf(each).some(({ status }) => status >= 300 && status < 400);

const FAILED = CASES.filter(failed);

test('every recording in which the client failed has its reason here', () => {
  expect(FAILED.map(({ name }) => name)).toEqual(Object.keys(FAILURES));
});

describe('a failed recording gives no check, and says why', () => {
  test.each(FAILED)('$name', async (each) => {
    const { checks, setAside } = await analyze({ paths: [each.capture] });
    expect(checks).toEqual([]);
    const [reason, frame] = FAILURES[each.name] as Why;
    // Each of its sessions failed in the same way.
    expect(setAside).toMatchObject([{ stream: 0, reason, frame, count: provenanceOf(each).conversations }]);
  });
});

describe('a redirect gives a check, with the warning that a captive portal answers so too', () => {
  test.each(CASES.filter(redirected))('$name', async ({ capture }) => {
    const analysis = await analyze({ paths: [capture] });
    expect(analysis.checks.map(({ statuses }) => statuses)).toEqual([[302]]);
    expect(wordsOn(analysis, { stream: undefined, artifact: 'script' })).toContainEqual({
      kind: 'warning',
      code: 'redirect',
      text: expect.stringContaining('the answer is a redirect (302), which a captive portal gives too'),
    });
  });
});

test('a session inside TLS to the proxy itself is named as unreadable, with the way out', async () => {
  const each = CASES.find(({ name }) => name === 'tls/squid-https-proxy-x3') as Case;
  const { checks, setAside } = await analyze({ paths: [each.capture] });
  expect(checks).toEqual([]);
  expect(setAside).toMatchObject([
    {
      reason: 'TLS from the first byte, so that what is inside cannot be read',
      frame: 6,
      count: 3,
      nextStep: expect.stringContaining('let its check begin with "tcp-check connect ssl"'),
    },
  ]);
});

test('of a demand for credentials and the request that meets it on a connection of its own, the second makes the check', async () => {
  const each = CASES.find(({ name }) => name === 'http/tinyproxy-http-anyauth') as Case;
  const { checks, setAside } = await analyze({ paths: [each.capture] });
  expect(checks.map(({ samples, statuses }) => [samples, statuses])).toEqual([
    [[{ stream: 1, frames: [16, 18] }], [204]],
  ]);
  expect(setAside).toMatchObject([
    { stream: 0, reason: 'HTTP refused: 407 Proxy Authentication Required', frame: 6, count: 1 },
  ]);
});

test('and on the same connection the second request', async () => {
  const each = CASES.find(({ name }) => name === 'http/squid-http-anyauth') as Case;
  const { checks, setAside } = await analyze({ paths: [each.capture] });
  expect(checks.map(({ samples }) => samples)).toEqual([[{ stream: 0, frames: [8, 9] }]]);
  expect(setAside).toEqual([]);
});
