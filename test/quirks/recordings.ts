/**
 * The quirks of each recorded server, and in how many of the dialogues in which they could show: `code n/of`. Written from what the recordings were
 * known to hold (replies, bytes that vary, who closes first), as tshark shows it, and not from what the program says.
 */
type Row = readonly string[];

const all = (count: number, ...codes: string[]): Row => codes.map((code) => `${code} ${count}/${count}`);
/** Its bound port differs from the first one in the other two of three sessions. */
const DANTE_PORT: Row = ['socks5-bound-port-changes 2/3'];
const ZERO = 'socks5-bound-zero';
const NOTHING: Row = [];
const GIVES_UP: Row = all(1, 'tcp-silence');
const SOCKS5_ONLY = 'socks4-socks5-answer';
/** Who closes first behind ff is a matter of microseconds. */
const CLOSED_BEHIND_FF: Row = ['socks5-closes-after-refusal 2/3'];
const ORIGIN_CLOSES = 'tunnel-closed-without-answer';

const DANTE: Readonly<Record<string, Row>> = {
  'http/dante-fail-http-to-socks-port': all(1, 'tcp-close-without-reply'),
  'socks4/dante-fail-acl-socks4a': all(1, 'socks4-bound-placeholder'),
  'socks4/dante-fail-socks4a-nxdomain': all(1, 'socks4-bound-loopback'),
  'socks4/dante-fail-socks4a-refused-x3': [...all(3, 'socks4-bound-loopback'), 'socks4-bound-port-changes 2/3'],
  'socks4/dante-socks4-x3': [...all(3, 'socks4-bound-destination'), 'socks4-bound-port-changes 2/3'],
  'socks4/dante-socks4a-userid': all(1, 'socks4-bound-loopback'),
  'socks4/dante-socks4a-x3': [...all(3, 'socks4-bound-loopback'), 'socks4-bound-port-changes 2/3'],
  'socks5/dante-fail-404': NOTHING,
  'socks5/dante-fail-acl-x3': all(3, 'socks5-bound-destination', 'socks5-bound-domain'),
  'socks5/dante-fail-auth-refused-x3': DANTE_PORT,
  'socks5/dante-fail-no-credentials-x3': CLOSED_BEHIND_FF,
  'socks5/dante-fail-noroute': all(1, 'socks5-bound-loopback'),
  'socks5/dante-fail-nxdomain-x3': all(3, 'socks5-bound-destination', 'socks5-bound-domain'),
  'socks5/dante-fail-origin-closes': all(1, ORIGIN_CLOSES),
  'socks5/dante-fail-portal': NOTHING,
  'socks5/dante-fail-refused-x3': DANTE_PORT,
  'socks5/dante-fail-timeout': GIVES_UP,
  'socks5/dante-fail-unreachable-x3': [...all(3, 'socks5-bound-loopback'), ...DANTE_PORT],
  'socks5/dante-fail-wrong-password-x3': NOTHING,
  'socks5/dante-socks5-x3': [...all(3, 'socks5-bound-destination'), ...DANTE_PORT],
  'socks5/dante-socks5h-auth-only-x3': DANTE_PORT,
  'socks5/dante-socks5h-auth-x3': DANTE_PORT,
  'socks5/dante-socks5h-creds-unasked-x3': DANTE_PORT,
  'socks5/dante-socks5h-https-x3': DANTE_PORT,
  'socks5/dante-socks5h-ipv4': all(1, 'socks5-bound-destination'),
  'socks5/dante-socks5h-ipv6': all(1, 'socks5-bound-destination'),
  'socks5/dante-socks5h-x3': DANTE_PORT,
};

const MICROSOCKS: Readonly<Record<string, Row>> = {
  'formats/any-sll2-x3': all(3, ZERO),
  'formats/cut': all(3, ZERO),
  'formats/gz-x3': all(3, ZERO),
  'formats/midstream': ['socks5-bound-zero 2/2'], // the first conversation had begun before the capture did
  'formats/nano-x3': all(3, ZERO),
  'formats/pcapng-x3': all(3, ZERO),
  'formats/plain-x3': all(3, ZERO),
  'formats/snaplen96-x3': all(3, ZERO),
  'formats/tiny-segments-microsocks': all(1, 'socks5-closes-after-refusal', 'socks5-split-greeting-refused'),
  'formats/unfiltered-x3': all(3, ZERO),
  'http/microsocks-fail-http-to-socks-port': all(1, 'http-socks-answer'),
  'lossy/loss10dup10reorder20-socks5h-ipv6-x3': [...all(3, ZERO), 'tcp-retransmissions 2/3'],
  'lossy/loss20-socks5h-ipv4-x3': [...all(3, ZERO), 'tcp-retransmissions 1/3'],
  'socks4/microsocks-fail-socks4a-nxdomain': all(1, SOCKS5_ONLY),
  'socks4/microsocks-fail-socks4a-refused-x3': all(3, SOCKS5_ONLY),
  'socks4/microsocks-socks4-x3': all(3, SOCKS5_ONLY),
  'socks4/microsocks-socks4a-userid': all(1, SOCKS5_ONLY),
  'socks4/microsocks-socks4a-x3': all(3, SOCKS5_ONLY),
  'socks5/microsocks-fail-404': all(1, ZERO),
  'socks5/microsocks-fail-auth-refused-x3': all(3, ZERO),
  'socks5/microsocks-fail-no-credentials-x3': CLOSED_BEHIND_FF,
  'socks5/microsocks-fail-noroute': all(1, ZERO),
  'socks5/microsocks-fail-nxdomain-x3': all(3, ZERO),
  'socks5/microsocks-fail-origin-closes': all(1, ZERO, ORIGIN_CLOSES),
  'socks5/microsocks-fail-portal': all(1, ZERO),
  'socks5/microsocks-fail-refused-x3': all(3, ZERO),
  'socks5/microsocks-fail-timeout': GIVES_UP,
  'socks5/microsocks-fail-unreachable-x3': all(3, ZERO),
  'socks5/microsocks-fail-wrong-password-x3': all(3, 'socks5-odd-status'), // 02
  'socks5/microsocks-socks5-x3': all(3, ZERO),
  'socks5/microsocks-socks5h-auth-only-x3': all(3, ZERO),
  'socks5/microsocks-socks5h-auth-x3': all(3, ZERO),
  'socks5/microsocks-socks5h-creds-unasked-x3': all(3, ZERO),
  'socks5/microsocks-socks5h-https-x3': all(3, ZERO),
  'socks5/microsocks-socks5h-ipv4': all(1, ZERO),
  'socks5/microsocks-socks5h-ipv6': all(1, ZERO, 'socks5-bound-other-family'),
  'socks5/microsocks-socks5h-x3': all(3, ZERO),
};

/** On what it answers in absolute form, and on its own refusals of CONNECT for want of a permission. */
const SQUID_HEADERS = ['http-via', 'http-cache-headers'] as const;
/** Its error pages repeat the address, which ends in 204. */
const PAGE = 'http-failure-names-success';
const CLOSES = 'http-close-against-header';

const SQUID: Readonly<Record<string, Row>> = {
  'connect/squid-connect-auth-x3': NOTHING,
  'connect/squid-connect-http10': all(1, 'http-version-changed'),
  'connect/squid-connect-plain-auth-x3': NOTHING,
  'connect/squid-connect-plain-x3': NOTHING,
  'connect/squid-connect-x3': NOTHING,
  'connect/squid-fail-connect-acl-x3': all(3, ...SQUID_HEADERS),
  'connect/squid-fail-connect-no-credentials': all(1, ...SQUID_HEADERS),
  'connect/squid-fail-connect-nxdomain-x3': [`${CLOSES} 1/3`], // in the others the client was faster
  'connect/squid-fail-connect-origin-closes': all(1, ORIGIN_CLOSES),
  'connect/squid-fail-connect-refused-x3': all(3, CLOSES),
  'connect/squid-fail-connect-timeout': GIVES_UP,
  'connect/squid-fail-connect-unreachable': NOTHING,
  'connect/squid-fail-connect-upstream-deadup-x3': [`${CLOSES} 1/3`],
  'connect/squid-fail-connect-wrong-password-x3': all(3, ...SQUID_HEADERS),
  'http/squid-fail-404': all(1, ...SQUID_HEADERS),
  'http/squid-fail-acl-x3': all(3, ...SQUID_HEADERS, PAGE),
  'http/squid-fail-no-credentials-x3': all(3, ...SQUID_HEADERS, PAGE),
  'http/squid-fail-noroute': all(1, ...SQUID_HEADERS, PAGE),
  'http/squid-fail-nxdomain-x3': all(3, ...SQUID_HEADERS, PAGE),
  'http/squid-fail-origin-closes': all(1, ...SQUID_HEADERS), // its address ends in /close
  'http/squid-fail-portal': all(1, ...SQUID_HEADERS),
  'http/squid-fail-refused-x3': all(3, ...SQUID_HEADERS, PAGE),
  'http/squid-fail-timeout': GIVES_UP,
  'http/squid-fail-unreachable': all(1, ...SQUID_HEADERS, PAGE),
  'http/squid-fail-upstream-deadup-x3': all(3, ...SQUID_HEADERS, PAGE),
  'http/squid-fail-wrong-password-x3': all(3, ...SQUID_HEADERS, PAGE),
  'http/squid-http-anyauth': all(1, ...SQUID_HEADERS, PAGE),
  'http/squid-http-auth-x3': all(3, ...SQUID_HEADERS),
  'http/squid-http-creds-unasked': all(1, ...SQUID_HEADERS),
  'http/squid-http-keepalive': all(1, ...SQUID_HEADERS),
  'http/squid-http-x3': all(3, ...SQUID_HEADERS),
  'socks5/squid-fail-socks5-to-http-port': GIVES_UP,
};

/** It forwards heads line by line, closes without saying so, and speaks HTTP/1.0 for itself when it grants or wants credentials. */
const FORWARDED = ['http-via', 'tcp-reply-in-pieces'] as const;
const HTTP10 = 'http-version-changed';

const TINYPROXY: Readonly<Record<string, Row>> = {
  'connect/tinyproxy-connect-auth-x3': all(3, HTTP10),
  'connect/tinyproxy-connect-http10': NOTHING,
  'connect/tinyproxy-connect-plain-auth-x3': all(3, HTTP10),
  'connect/tinyproxy-connect-plain-x3': all(3, HTTP10),
  'connect/tinyproxy-connect-x3': all(3, HTTP10),
  'connect/tinyproxy-fail-connect-acl-x3': NOTHING,
  'connect/tinyproxy-fail-connect-no-credentials': all(1, HTTP10),
  'connect/tinyproxy-fail-connect-nxdomain-x3': NOTHING,
  'connect/tinyproxy-fail-connect-origin-closes': all(1, HTTP10, ORIGIN_CLOSES),
  'connect/tinyproxy-fail-connect-refused-x3': NOTHING,
  'connect/tinyproxy-fail-connect-timeout': GIVES_UP,
  'connect/tinyproxy-fail-connect-unreachable': NOTHING,
  'connect/tinyproxy-fail-connect-upstream-deadup-x3': NOTHING,
  'connect/tinyproxy-fail-connect-wrong-password-x3': all(3, HTTP10, 'http-401-for-407'),
  'http/tinyproxy-fail-404': all(1, ...FORWARDED, CLOSES),
  'http/tinyproxy-fail-acl-x3': NOTHING,
  'http/tinyproxy-fail-no-credentials-x3': all(3, HTTP10),
  'http/tinyproxy-fail-noroute': NOTHING,
  'http/tinyproxy-fail-nxdomain-x3': NOTHING,
  'http/tinyproxy-fail-origin-closes': all(1, 'tcp-close-without-reply'),
  'http/tinyproxy-fail-portal': all(1, ...FORWARDED, CLOSES),
  'http/tinyproxy-fail-refused-x3': NOTHING,
  'http/tinyproxy-fail-timeout': GIVES_UP,
  'http/tinyproxy-fail-unreachable': NOTHING,
  'http/tinyproxy-fail-upstream-deadup-x3': NOTHING,
  'http/tinyproxy-fail-wrong-password-x3': all(3, HTTP10, 'http-401-for-407'),
  // curl asks again in HTTP/1.0, which closes, and is answered in HTTP/1.1.
  'http/tinyproxy-http-anyauth': ['http-version-changed 2/2', 'http-via 1/2', 'tcp-reply-in-pieces 1/2'],
  'http/tinyproxy-http-auth-x3': [...all(3, ...FORWARDED), `${CLOSES} 2/3`],
  'http/tinyproxy-http-creds-unasked': all(1, ...FORWARDED, CLOSES),
  'http/tinyproxy-http-keepalive': [...all(2, ...FORWARDED), `${CLOSES} 1/2`, 'tcp-close-without-reply 1/2'],
  'http/tinyproxy-http-x3': [...all(3, ...FORWARDED), `${CLOSES} 1/3`],
  'lossy/loss20-http-ipv4-x3': all(3, ...FORWARDED, CLOSES),
  'socks5/tinyproxy-fail-socks5-to-http-port': GIVES_UP,
};

/** By case. */
export const RECORDED: Readonly<Record<string, Row>> = { ...DANTE, ...MICROSOCKS, ...SQUID, ...TINYPROXY };
