import type { Finding, Quirk } from '../../conversation/quirk.ts';

/** The memo that SOCKS4 and SOCKS4a are known by. */
const MEMO = 'SOCKS protocol version 4 (Y. Lee)';

/** What can be odd about a SOCKS4 server. Those that compare dialogues are found where dialogues are put together. */
export const SOCKS4_QUIRKS = {
  'socks4-reply-version': {
    title: 'VN of the reply is 04',
    spec: `${MEMO}, CONNECT`,
    severity: 'violation',
    clients: 'Strict ones give up, curl 7.88 among them.',
    checks: 'Mask the first byte.',
  },
  'socks4-short-refusal': {
    title: 'the refusal is shorter than eight bytes',
    spec: `${MEMO}, CONNECT`,
    severity: 'violation',
    clients: 'Those that wait for eight bytes see an end of file instead of the reason.',
    checks: 'With min-recv above two the check waits for its time-out where the server keeps the connection open.',
  },
  'socks4-unassigned-result': {
    title: 'the result code is unassigned',
    spec: `${MEMO}, CONNECT`,
    severity: 'violation',
    clients: 'They show a number.',
    checks: 'None: anything but 5a is a failure.',
  },
  'socks4-bound-zero': {
    title: 'DSTIP of the reply is zero',
    spec: `${MEMO}, CONNECT (to be ignored)`,
    severity: 'habit',
    clients: 'None: they ignore it.',
    checks: 'None if masked.',
  },
  'socks4-bound-private': {
    title: 'DSTIP of the reply is a private address',
    spec: `${MEMO}, CONNECT (to be ignored)`,
    severity: 'habit',
    clients: 'None: they ignore it. It tells about the inside of a network.',
    checks: 'None if masked.',
  },
  'socks4-bound-loopback': {
    title: 'DSTIP of the reply is a loopback address',
    spec: `${MEMO}, CONNECT (to be ignored)`,
    severity: 'habit',
    clients: 'None: they ignore it.',
    checks: 'None if masked.',
  },
  'socks4-bound-destination': {
    title: 'DSTIP of the reply repeats the address that was asked for',
    spec: `${MEMO}, CONNECT (to be ignored)`,
    severity: 'habit',
    clients: 'None: they ignore it.',
    checks: 'None if masked.',
  },
  'socks4-bound-placeholder': {
    title: 'DSTIP of the reply repeats the 0.0.0.x that announces a name',
    spec: 'SOCKS 4A (Y. Lee)',
    severity: 'habit',
    clients: 'None: they ignore it.',
    checks: 'None if masked.',
  },
  'socks4-bound-address-changes': {
    title: 'DSTIP of the reply changes from session to session',
    spec: `${MEMO}, CONNECT (to be ignored)`,
    severity: 'habit',
    clients: 'None: they ignore it.',
    checks: 'Mask it: a captured reply does not come again.',
  },
  'socks4-bound-port-changes': {
    title: 'DSTPORT of the reply changes from session to session',
    spec: `${MEMO}, CONNECT (to be ignored)`,
    severity: 'habit',
    clients: 'None: they ignore it.',
    checks: 'Mask it: a captured reply does not come again.',
  },
  'socks4-same-result': {
    title: 'gives one result code for different causes',
    spec: `${MEMO}, CONNECT (5b is "rejected or failed")`,
    severity: 'habit',
    clients: 'The message does not tell what went wrong.',
    checks: 'The failing step does not tell what went wrong.',
  },
  'socks4-socks5-answer': {
    title: 'answers SOCKS4 with SOCKS5',
    spec: `${MEMO}, CONNECT`,
    severity: 'deviation',
    clients: 'They say that the version is wrong. The server speaks SOCKS5 only.',
    checks: 'Fails at once. Record a SOCKS5 session.',
  },
  'socks4-http-answer': {
    title: 'answers SOCKS4 with HTTP',
    spec: `${MEMO}, CONNECT`,
    severity: 'deviation',
    clients: 'They say that the version is wrong.',
    checks: 'Fails at once. It is no SOCKS server, or the wrong port.',
  },
  'socks4-unreadable-answer': {
    title: 'answers SOCKS4 with what is none',
    spec: `${MEMO}, CONNECT`,
    severity: 'violation',
    clients: 'They give up.',
    checks: 'Fails at once, as long as the pattern is anchored.',
  },
  'socks4-refusal-left-open': {
    title: 'leaves the connection open for more than a second behind a refusal',
    spec: `${MEMO}, CONNECT (closes at once)`,
    severity: 'violation',
    clients: 'Those that wait for the end hang.',
    checks: 'Decide by the first bytes; what waits for the end runs into the time-out.',
  },
} as const satisfies Record<string, Quirk>;

export type Socks4Finding = Finding<keyof typeof SOCKS4_QUIRKS>;
