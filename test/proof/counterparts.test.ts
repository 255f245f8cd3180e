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
const http = replyMessage({ kind: 'HTTP response', status: 204, tunnel: false }, HEAD);
const tunnel = replyMessage({ kind: 'HTTP response', status: 200, tunnel: true }, 'HTTP/1.0 200 OK\r\nA: b\r\n\r\n');
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
const FORMS = ['IPv4', 'bound address 5.0.0.1:1280', 'IPv6', 'domain', 'two bytes', 'three bytes', 'ATYP 0'];
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
    ...left,
  ].map((words) => `${words}, whose page says ${expected}`);
const NO_HTTP = ['503 as HTTP/1.0', 'an HTTP/0.9 page', 'a SOCKS refusal', 'a TLS alert'];

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
      'password rejected (01)',
      'password rejected (02)',
      'password rejected (ff)',
      'password rejected (01), version 05',
      'wrong version',
      'password rejected (01), with text',
      'HTTP text',
    ],
  ],
  'SOCKS5 reply': [
    alone(reply),
    [
      ...REFUSALS.flatMap((refusal) => FORMS.map((form) => `${refusal}, ${form}`)),
      'reply code ff',
      'wrong version',
      'a SOCKS4 refusal',
      'HTTP text',
    ],
  ],
  'HTTP response': [alone(http), ['200 with a page that says 204', ...statusesBut(204), ...NO_HTTP]],
  'CONNECT response': [alone(tunnel), [...statusesBut(200), ...NO_HTTP]],
  'unknown data': [alone(data), ['a reply that begins otherwise']],
};

describe.each(Object.entries(BROKEN))('twins of a %s', (_kind, [replies, broken]) => {
  const names = twinsOf(replies).map(({ name }) => name);

  test.each([
    ...AT_EVERY_STEP,
    ...broken.flatMap((name) => [`${name}, then closed`, `${name}, and the connection lingers`]),
  ])('%s', (name) => expect(names).toContain(`reply 1: ${name}`));

  test('and no others', () => expect(names).toHaveLength(AT_EVERY_STEP.length + 2 * broken.length));
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
  ])('%s', (name, replies, bytes, ending) => {
    const reaction = twinNamed(replies, name)?.behavior.reactions[1];
    expect([said(reaction).toString('hex'), reaction?.ending]).toEqual([bytes, ending]);
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

  test('a reply that nothing follows has no rest to wait for', () => {
    expect(twinNamed(alone(reply), 'granted, then closed')).toBeUndefined();
    expect(twinNamed(followed(method), 'granted, then closed')).toBeUndefined(); // two bytes are all of it
  });
});

/** Healthy answers by the kind of the captured message. */
const HEALTHY: Readonly<Record<string, readonly [CapturedReplies, readonly string[]]>> = {
  'SOCKS5 method': [alone(method), []],
  'SOCKS5 password status': [alone(status), []],
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
  ],
  'HTTP response': [
    alone(http),
    [
      'HTTP/1.1',
      'HTTP/1.0',
      'another reason phrase',
      'no reason phrase',
      'no reason phrase and no space',
      'headers in another order',
      'headers in lower case',
      'more headers',
      'bare line feeds',
    ],
  ],
  'response of which the head is not all there': [
    alone(replyMessage({ kind: 'HTTP response', status: 204, tunnel: false }, 'HTTP/1.1 204 No')),
    ['the status line alone'],
  ],
  'unknown data': [alone(data), []],
};

describe.each(Object.entries(HEALTHY))('variants of a %s', (_kind, [replies, healthy]) => {
  const names = variantsOf(replies, TIMEOUT).map(({ name }) => name);

  test.each([
    'as captured',
    'as captured, then closed',
    'every reply one byte at a time',
    'slow',
    ...healthy.flatMap((name) => [`reply 1: ${name}`, `reply 1: ${name}, one byte at a time`]),
  ])('%s', (name) => expect(names).toContain(name));

  test('and no others', () => expect(names).toHaveLength(4 + 2 * healthy.length));
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
