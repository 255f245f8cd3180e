import { describe, expect, test } from 'vitest';
import { dataSampleOf } from '../../src/check/data.ts';
import type { Reaction } from '../../src/proof/behavior.ts';
import { type CapturedReplies, twinsOf, variantsOf } from '../../src/proof/counterparts.ts';
import { checkOf, replyMessage, TALKS } from '../support/proof.ts';
import { hex } from '../support/wire.ts';

const TIMEOUT = 3000;
const HEAD = 'HTTP/1.1 204 No Content\r\nServer: nginx\r\nDate: today\r\n\r\n';
const method = replyMessage({ kind: 'SOCKS5 method', version: 5, method: 0 }, hex('0500'));
const status = replyMessage({ kind: 'SOCKS5 password status', version: 1, status: 0 }, hex('0100'));
const reply = replyMessage(
  { kind: 'SOCKS5 reply', version: 5, code: 0, head: hex('05000001'), nameLengths: [3, 14, 14] },
  hex('05000001c6336401d6b4'),
);
const socks4 = replyMessage({ kind: 'SOCKS4 reply', version: 0, result: 0x5a }, hex('005a d6fa c6336401'));
const http = replyMessage({ kind: 'HTTP response', status: 204, tunnel: false, preamble: [] }, HEAD);
const tunnel = replyMessage(
  { kind: 'HTTP response', status: 200, tunnel: true, preamble: [] },
  'HTTP/1.0 200 OK\r\nA: b\r\n\r\n',
);
const data = replyMessage({ kind: 'data', ...dataSampleOf(Buffer.from('SSH-2.0'), 0) }, 'SSH-2.0');

/** One exchange with nothing behind it, and one that another follows. */
const alone = (message: typeof method): CapturedReplies => [[], [message]];
const followed = (message: typeof method): CapturedReplies => [[], [message], [http]];
const said = (reaction: Reaction | undefined) => Buffer.concat(reaction?.pieces.map(({ bytes }) => bytes) ?? []);
const twinNamed = (replies: CapturedReplies, name: string) =>
  twinsOf(replies).find((twin) => twin.name === `reply 1: ${name}`);

const AT_EVERY_STEP = [
  'silence',
  'closed without a word',
  'reset',
  'half of what decides, then silence',
  'half of what decides, then closed',
];
/** How a broken answer comes. */
const MANNERS = ['then closed', 'and the connection lingers', 'one byte at a time'];
const FORMS = ['IPv4', 'bound address 5.0.0.1:1280', 'IPv6', 'domain', 'two bytes', 'three bytes', 'ATYP 0'];
const SOCKS4_FORMS = ['zeros', 'an address that looks like a success', 'version 04', 'two bytes'];
const REFUSALS = [
  'general SOCKS server failure (01)',
  'connection not allowed by ruleset (02)',
  'network unreachable (03)',
  'host unreachable (04)',
  'connection refused (05)',
  'TTL expired (06)',
  'command not supported (07)',
  'address type not supported (08)',
  'unassigned reply (09)',
];
const statusesBut = (expected: number, ...left: readonly string[]) =>
  [
    ...['301 Moved Permanently', '302 Found', '307 Temporary Redirect', '400 Bad Request', '401 Unauthorized'],
    ...['403 Forbidden', '404 Not Found', '407 Proxy Authentication Required', '500 Internal Server Error'],
    ...['502 Bad Gateway', '503 Service Unavailable', '504 Gateway Timeout', '511 Network Authentication Required'],
    ...['594 Unknown Host', '599 Network Connect Timeout Error'],
    ...left,
  ].map((words) => `${words}, whose page says ${expected}`);
const PAGES = ['200 with a page that says 204', '206 with a page that says 204'];
const OTHER_HTTP = ['503 as HTTP/1.0', '407 without a body', '503 behind an interim response'];
const NO_HTTP = ['an HTTP/0.9 page', 'an empty line alone', 'a SOCKS refusal', 'a TLS alert'];

/** Broken answers by the kind of the captured message. */
const BROKEN: Readonly<Record<string, readonly [CapturedReplies, readonly string[]]>> = {
  'SOCKS5 method': [
    alone(method),
    [
      'method 01 (GSSAPI) selected',
      'method 02 (username/password) selected',
      'method 03 (method 03) selected',
      'method 80 (method 80) selected',
      'no acceptable methods (ff)',
      'no acceptable methods (ff) with a whole reply',
      'wrong version',
      'a SOCKS4 refusal',
      'HTTP text',
    ],
  ],
  'SOCKS5 password status': [
    alone(status),
    [
      ...['01', '02', 'ff'].flatMap((rejected) => [
        `password rejected (${rejected})`,
        `password rejected (${rejected}), version 05`,
      ]),
      'password rejected (01), with text',
      'password rejected (01), version 05, with text',
      'a whole reply of a general failure',
      'HTTP text',
    ],
  ],
  'SOCKS5 reply': [
    alone(reply),
    [
      ...REFUSALS.flatMap((refusal) => FORMS.map((form) => `${refusal}, ${form}`)),
      'reply code ff',
      ...['00', '02', '05', 'ff'].map((type) => `succeeded (00), but ATYP ${type}`),
      'wrong version',
      'a SOCKS4 refusal',
      'HTTP text',
    ],
  ],
  'SOCKS4 reply': [
    alone(socks4),
    [
      ...[
        'rejected or failed (5b)',
        'rejected: no identd on the client (5c)',
        'rejected: identd names another user (5d)',
      ].flatMap((refusal) => SOCKS4_FORMS.map((form) => `${refusal}, ${form}`)),
      ...['00', '01', '59', '5e', 'ff'].map((result) => `result ${result}`),
      'a SOCKS5 refusal (05 ff)',
      'a SOCKS5 refusal (05 01)',
      'SOCKS5 for a general failure',
      'SOCKS5 for a success',
      'HTTP text',
    ],
  ],
  'HTTP response': [alone(http), [...PAGES, ...statusesBut(204), ...OTHER_HTTP, ...NO_HTTP]],
  'CONNECT response': [alone(tunnel), [...statusesBut(200), ...OTHER_HTTP, ...NO_HTTP]],
  'unknown data': [alone(data), ['a reply that begins otherwise']],
};

describe.each(Object.entries(BROKEN))('twins of a %s', (_kind, [replies, broken]) => {
  const names = twinsOf(replies).map(({ name }) => name);

  test.each([...AT_EVERY_STEP, ...broken.flatMap((name) => MANNERS.map((manner) => `${name}, ${manner}`))])(
    '%s',
    (name) => expect(names).toContain(`reply 1: ${name}`),
  );

  test('and no others', () => expect(names).toHaveLength(AT_EVERY_STEP.length + MANNERS.length * broken.length));
});

describe('twins say what their names say', () => {
  test.each<[name: string, replies: CapturedReplies, bytes: string, ending: 'FIN' | 'RST' | undefined]>([
    ['silence', alone(reply), '', undefined],
    ['closed without a word', alone(reply), '', 'FIN'],
    ['reset', alone(reply), '', 'RST'],
    ['half of what decides, then silence', alone(reply), '05', undefined],
    ['half of what decides, then closed', alone(http), '485454502f31', 'FIN'],
    ['granted, and the rest never comes', followed(reply), '0500', undefined],
    ['granted, then closed', followed(reply), '0500', 'FIN'],
    ['connection refused (05), two bytes, then closed', alone(reply), '0505', 'FIN'],
    ['connection refused (05), IPv4, and the connection lingers', alone(reply), '05050001000000000000', undefined],
    ['TTL expired (06), bound address 5.0.0.1:1280, then closed', alone(reply), '05060001050000010500', 'FIN'],
    ['host unreachable (04), domain, then closed', alone(reply), '05040003036161610050', 'FIN'],
    ['no acceptable methods (ff), then closed', alone(method), '05ff', 'FIN'],
    ['password rejected (01), version 05, then closed', alone(status), '0501', 'FIN'],
    ['succeeded (00), but ATYP 02, and the connection lingers', alone(reply), '05000002000000000000', undefined],
    ['an empty line alone, then closed', alone(http), '0d0a', 'FIN'],
    ['said in full, then closed', followed(method), '0500', 'FIN'],
    ['said in full, then reset', followed(reply), '05000001c6336401d6b4', 'RST'],
    ['granted, and a TLS alert at once, then closed', followed(reply), '05000001c6336401d6b4 15030300020250', 'FIN'],
  ])('%s', (name, replies, bytes, ending) => {
    const reaction = twinNamed(replies, name)?.behavior.reactions[1];
    expect([said(reaction).toString('hex'), reaction?.ending]).toEqual([bytes.replaceAll(' ', ''), ending]);
  });

  test.each(
    statusesBut(204, '503 as HTTP/1.0').map((name) => name.replace('HTTP/1.0, whose page says 204', 'HTTP/1.0')),
  )('the body of %s holds the status line that is expected, its head does not', (name) => {
    const [head, body] = said(twinNamed(alone(http), `${name}, then closed`)?.behavior.reactions[1])
      .toString()
      .split('\r\n\r\n');
    expect(body).toContain('HTTP/1.1 204');
    expect(head?.split('\r\n')[0]).not.toContain('204');
  });

  test('a refusal that trickles says what the others say', () => {
    const name = 'connection refused (05), IPv4';
    const reaction = twinNamed(alone(reply), `${name}, one byte at a time`)?.behavior.reactions[1];
    expect(reaction?.pieces.map(({ bytes }) => bytes.length)).toEqual(Array(10).fill(1));
    expect(said(reaction)).toEqual(said(twinNamed(alone(reply), `${name}, then closed`)?.behavior.reactions[1]));
  });

  test.each([
    ['a SOCKS5 reply', reply, true],
    ['a SOCKS4 reply', socks4, true],
    ['a CONNECT response', tunnel, true],
    ['a method', method, false],
    ['an answer', http, false],
  ])('only what opens a tunnel fails behind its grant: %s', (_name, message, opens) => {
    expect(twinNamed(followed(message), 'granted, and HTTP 502 at once, then closed') !== undefined).toBe(opens);
    expect(twinNamed(alone(message), 'granted, and HTTP 502 at once, then closed')).toBeUndefined();
  });

  test('a reply that nothing follows has no rest to wait for', () => {
    expect(twinNamed(alone(reply), 'said in full, then closed')).toBeUndefined();
    expect(twinNamed(alone(reply), 'granted, then closed')).toBeUndefined();
    expect(twinNamed(followed(method), 'granted, then closed')).toBeUndefined(); // two bytes are all of it
  });
});

const RESPONSES = [
  'HTTP/1.1',
  'HTTP/1.0',
  'another reason phrase',
  'no reason phrase',
  'no reason phrase and no space',
  'headers in another order',
  'headers in lower case',
  'more headers',
  'no headers',
  'no headers, as HTTP/1.0',
  'to be kept alive, without a length',
  'bare line feeds',
  'a head of 5 KiB',
  'a head of 9 KiB',
];

/** Healthy answers by the kind of the captured message, and those that are only in one piece. */
const HEALTHY: Readonly<Record<string, readonly [CapturedReplies, readonly string[], (readonly string[])?]>> = {
  'SOCKS5 method': [alone(method), []],
  'SOCKS5 password status': [alone(status), ['version 05']],
  'SOCKS5 reply': [
    alone(reply),
    [
      'bound address 0.0.0.0:0',
      'bound address 5.0.0.1:1280',
      'bound address of IPv6',
      'bound address a domain of 3 octets',
      'bound address a domain of 14 octets',
      'RSV not 0',
    ],
    ['bound address a domain of 1 octets', 'bound address a domain of 255 octets'],
  ],
  'SOCKS4 reply': [
    alone(socks4),
    ['zeros', 'an address that looks like a success', 'port 80 of 192.0.2.1', '0.0.0.1, as SOCKS4a asks', 'version 04'],
  ],
  'HTTP response': [alone(http), RESPONSES],
  'CONNECT response': [
    alone(tunnel),
    [...RESPONSES, 'Content-Length, which is void', 'Transfer-Encoding, which is void'],
  ],
  'response of which the head is not all there': [
    alone(replyMessage({ kind: 'HTTP response', status: 204, tunnel: false, preamble: [] }, 'HTTP/1.1 204 No')),
    ['the status line alone'],
  ],
  'unknown data': [alone(data), []],
};

describe.each(Object.entries(HEALTHY))('variants of a %s', (_kind, [replies, healthy, whole = []]) => {
  const names = variantsOf(replies, TIMEOUT).map(({ name }) => name);

  test.each([
    'as captured',
    'as captured, then closed',
    'every reply one byte at a time',
    'slow',
    ...healthy.flatMap((name) => [`reply 1: ${name}`, `reply 1: ${name}, one byte at a time`]),
    ...whole.map((name) => `reply 1: ${name}`),
  ])('%s', (name) => expect(names).toContain(name));

  test('and no others', () => expect(names).toHaveLength(4 + 2 * healthy.length + whole.length));
});

describe.each(Object.entries(TALKS))('the counterparts of %s', (_name, talk) => {
  const { replies } = checkOf(talk, true);
  const twins = twinsOf(replies);
  const variants = variantsOf(replies, TIMEOUT);
  /** What a server says, whatever the pieces, and how it ends. */
  const told = ({ behavior }: (typeof twins)[number] | (typeof variants)[number]) =>
    JSON.stringify(behavior.reactions.map((each) => [said(each).toString('latin1'), each.ending ?? '']));

  test('have names of their own', () => {
    const names = [...twins, ...variants].map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  test('no twin does what a variant does', () => {
    const healthy = new Map(variants.map((variant) => [told(variant), variant.name]));
    expect(twins.filter((twin) => healthy.has(told(twin))).map(({ name }) => name)).toEqual([]);
  });

  test('a twin is the captured server up to where it breaks', () => {
    for (const { name, behavior } of twins) {
      const at = Number(/^reply ([0-9]+)/.exec(name)?.[1]);
      const before = behavior.reactions.slice(0, at).map((each) => said(each).toString('latin1'));
      expect(before).toEqual(
        replies
          .slice(0, at)
          .map((messages) => messages.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('')),
      );
      expect(behavior.reactions, name).toHaveLength(at + 1);
    }
  });

  test('the slow one is done within the time that the check has', () => {
    const slow = variants.find(({ name }) => name === 'slow')?.behavior.reactions ?? [];
    const delay = slow.flatMap(({ pieces }) => pieces).reduce((sum, piece) => sum + piece.delay, 0);
    expect(delay).toBeGreaterThan(TIMEOUT / 4);
    expect(delay).toBeLessThan(TIMEOUT);
  });
});
