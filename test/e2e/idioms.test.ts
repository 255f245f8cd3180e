import { beforeAll, describe, expect, test } from 'vitest';
import type { Check } from '../../src/check/check.ts';
import type { CapturedReplies } from '../../src/proof/counterparts.ts';
import { proveCheck } from '../../src/proof/prove.ts';
import { rulesOf, sendLengths, type TcpRule } from '../../src/proof/rule.ts';
import { confirms } from '../../src/proof/run.ts';
import { scriptOfRules } from '../../src/proof/script.ts';
import type { HaproxyVerdict } from '../../src/replay/haproxy.ts';
import { failedStep, tryJudged } from '../../src/replay/prove.ts';
import { tcpScriptOf } from '../support/derive.ts';
import { checkOf, losing, TALKS } from '../support/proof.ts';
import { binary, CONNECT, rbinary, rstring, scriptOf, string } from '../support/tcp-rules.ts';
import { describeWith } from '../support/tools.ts';
import { hex, Talk } from '../support/wire.ts';

/** Milliseconds a check may take. */
const TIMEOUT = 1000;

const [GREET, ASK, FETCH] = [
  hex('050100'),
  hex('05010003 0e 6f726967696e2e6578616d706c65 0050'),
  'GET /generate_204 HTTP/1.1\r\nHost: origin.example\r\n\r\n',
];
const SOCKS5 = checkOf(
  new Talk()
    .handshake()
    .client(GREET)
    .server(hex('0500'))
    .client(ASK)
    .server(hex('05000001000000000000'))
    .client(FETCH)
    .server('HTTP/1.1 204 No Content\r\nServer: nginx\r\nDate: today\r\n\r\n'),
);
const HTTP = checkOf(TALKS['HTTP proxy'] as Talk);
const TUNNEL = checkOf(TALKS['HTTP CONNECT'] as Talk);

/** The sends of a check with other expects behind them. */
const asks = ({ steps }: Check, ...expects: readonly (readonly TcpRule[])[]): TcpRule[] => [
  CONNECT,
  ...rulesOf(steps)
    .filter(({ kind }) => kind === 'send')
    .slice(0, expects.length)
    .flatMap((rule, at) => [rule, ...(expects[at] ?? [])]),
];

const METHOD = rbinary('^0500', { min: 2 });
const GRANTED = rbinary('^0500', { min: 2 });
const REPLY = rbinary('^0500..(01.{12}|04.{36}|03.{4,})');
const NO_CONTENT = rstring('^HTTP/1\\.[01] 204', { min: 12 });
const TUNNEL_OPEN = rstring('^HTTP/1\\.[01] 200', { min: 12 });

interface Idiom {
  readonly sentence: string;
  readonly rules: readonly TcpRule[];
  readonly replies: CapturedReplies;
  /** Twins of which some are not found out, by the reason; variants that are taken for broken. */
  readonly up: readonly RegExp[];
  readonly down: readonly RegExp[];
}

/** What is copied from place to place, and why it is wrong. `up` and `down` name all rows that are lost, `late` ones left out. */
const IDIOMS: readonly Idiom[] = [
  {
    sentence: 'a TCP connect alone takes whatever listens for healthy',
    rules: [CONNECT],
    replies: SOCKS5.replies,
    up: [/^reply 1: silence$/, /^reply 2: connection refused/, /^reply 3: 503/],
    down: [],
  },
  {
    sentence: 'the greeting alone says nothing of the request and of the origin',
    rules: asks(SOCKS5, [METHOD]),
    replies: SOCKS5.replies,
    up: [/^reply 2: silence$/, /^reply 2: host unreachable/, /^reply 3: 302/],
    down: [],
  },
  {
    sentence: '`expect binary 0500` is found in the bound address of a refusal, and in 05 05 00',
    rules: asks(SOCKS5, [METHOD], [binary('0500')]),
    replies: SOCKS5.replies.slice(0, 3),
    up: [
      /^reply 2: connection refused \(05\), IPv4, then closed$/,
      /^reply 2: connection refused \(05\), three bytes, /,
      /^reply 2: host unreachable \(04\), bound address 5\.0\.0\.1:1280, /,
    ],
    down: [],
  },
  {
    sentence: '`expect binary 0500` leaves the rest of the reply to the next expect',
    rules: asks(SOCKS5, [METHOD], [binary('0500')], [NO_CONTENT]),
    replies: SOCKS5.replies,
    up: [],
    down: [/^every reply one byte at a time$/, /^reply 2: bound address of IPv6, one byte at a time$/],
  },
  {
    sentence: 'one anchored expect without the end of the message has the same flaw',
    rules: asks(SOCKS5, [METHOD], [GRANTED], [NO_CONTENT]),
    replies: SOCKS5.replies,
    up: [],
    down: [/^every reply one byte at a time$/, /^reply 2: bound address 0\.0\.0\.0:0, one byte at a time$/],
  },
  {
    sentence: 'the exact ten bytes of the reply change with the bound address',
    rules: asks(SOCKS5, [METHOD], [binary('05000001000000000000')], [NO_CONTENT]),
    replies: SOCKS5.replies,
    up: [],
    down: [
      /^reply 2: bound address 5\.0\.0\.1:1280$/,
      /^reply 2: bound address of IPv6$/,
      /^reply 2: bound address a domain of 14 octets$/,
    ],
  },
  {
    sentence: 'a domain name of whatever length is over with its first bytes',
    rules: asks(SOCKS5, [METHOD], [GRANTED, REPLY], [NO_CONTENT]),
    replies: SOCKS5.replies,
    up: [],
    down: [/^reply 2: bound address a domain of 14 octets, one byte at a time$/],
  },
  {
    sentence: 'lower-case rbinary refuses nobody: `! ^05ff` holds for 05 FF',
    rules: asks(SOCKS5, [rbinary('^05ff', { not: true, min: 2 })]),
    replies: SOCKS5.replies.slice(0, 2),
    up: [/^reply 1: no acceptable methods \(ff\), then closed$/, /^reply 1: HTTP text, then closed$/],
    down: [],
  },
  {
    sentence: 'lower-case rbinary matches nothing: ^485454502f is no HTTP/',
    rules: asks(HTTP, [rbinary('^485454502f312e.20323034', { min: 12 })]),
    replies: HTTP.replies,
    up: [],
    down: [/^as captured$/, /^slow$/],
  },
  {
    sentence: '`expect string 204` is found in the page of an error',
    rules: asks(HTTP, [string('204')]),
    replies: HTTP.replies,
    up: [/^reply 1: 200 with a page that says 204, /, /^reply 1: 302 Found, /, /^reply 1: 503 Service Unavailable, /],
    down: [],
  },
  {
    sentence: '`^HTTP/1\\.1 204` takes a proxy that answers in HTTP/1.0 for broken',
    rules: asks(HTTP, [rstring('^HTTP/1\\.1 204', { min: 12 })]),
    replies: HTTP.replies,
    up: [],
    down: [/^reply 1: HTTP\/1\.0$/, /^reply 1: HTTP\/1\.0, one byte at a time$/],
  },
  {
    sentence: '`expect string 200` after CONNECT is found in the page of a refusal',
    rules: asks(TUNNEL, [string('200')]),
    replies: TUNNEL.replies.slice(0, 2),
    up: [/^reply 1: 407 Proxy Authentication Required, /, /^reply 1: 403 Forbidden, /],
    down: [],
  },
  {
    sentence: 'CONNECT alone says nothing of the origin',
    rules: asks(TUNNEL, [TUNNEL_OPEN]),
    replies: TUNNEL.replies,
    up: [/^reply 2: silence$/, /^reply 2: 502 Bad Gateway/, /^reply 1: granted, and the rest never comes$/],
    down: [],
  },
  {
    sentence: 'CONNECT that wants `HTTP/1.1 200 OK` refuses other words for the same',
    rules: asks(TUNNEL, [string('HTTP/1.1 200 OK')], [NO_CONTENT]),
    replies: TUNNEL.replies,
    up: [],
    down: [/^as captured$/, /^reply 1: another reason phrase$/, /^reply 1: HTTP\/1\.0$/],
  },
  {
    sentence: 'CONNECT without a wait for the blank line leaves the head to the next expect',
    rules: asks(TUNNEL, [TUNNEL_OPEN], [NO_CONTENT]),
    replies: TUNNEL.replies,
    up: [],
    down: [/^every reply one byte at a time$/, /^reply 1: HTTP\/1\.1, one byte at a time$/],
  },
];

const proofs = IDIOMS.map(({ rules, replies }) => proveCheck(scriptOfRules(rules), replies, TIMEOUT));

describe('the wrong idioms lose in the model', () => {
  test.each(IDIOMS.map(({ sentence, up, down }, at) => ({ sentence, up, down, at })))(
    '$sentence',
    ({ up, down, at }) => {
      const proof = proofs[at] as (typeof proofs)[number];
      const taken = proof.rows.filter(({ expected, result }) => expected === 'down' && result === 'wrong');
      const missed = (names: readonly string[], reasons: readonly RegExp[]) =>
        reasons.filter((reason) => !names.some((name) => reason.test(name))).map(String);
      expect(
        missed(
          taken.map(({ name }) => name),
          up,
        ),
        'UP though broken',
      ).toEqual([]);
      expect(missed(losing(proof, 'up'), down), 'DOWN though healthy').toEqual([]);
      // An idiom that is said to err one way does not err the other way.
      expect({ up: taken.length > 0, down: losing(proof, 'up').length > 0 }).toEqual({
        up: up.length > 0,
        down: down.length > 0,
      });
    },
  );

  test.each(Object.entries({ SOCKS5, HTTP, TUNNEL }))('where the derived rules of %s lose nothing', (_name, check) => {
    expect(proveCheck(tcpScriptOf(check), check.replies, TIMEOUT)).toMatchObject({ perfect: true });
  });
});

describeWith(['haproxy'], 'the wrong idioms lose in a real HAProxy alike', () => {
  const rows = IDIOMS.flatMap(({ rules }, idiom) =>
    (proofs[idiom]?.rows ?? []).map((row) => ({
      idiom,
      row,
      script: scriptOf(rules),
      requestLengths: sendLengths(rules),
      ...row,
    })),
  );
  let verdicts: HaproxyVerdict[] = [];

  beforeAll(async () => {
    verdicts = await tryJudged(rows, { binary: 'haproxy', timeout: TIMEOUT });
  }, 120_000);

  test.each(IDIOMS.map(({ sentence }, idiom) => ({ sentence, idiom })))('$sentence', ({ idiom }) => {
    const own = rows
      .map((row, at) => ({ ...row, real: verdicts[at] as HaproxyVerdict }))
      .filter((each) => each.idiom === idiom);
    const told = (name: string, status: string, step: number | undefined) => `${name}: ${status}, step ${step}`;
    // A check without layer 7 says so: its success is called L4OK.
    const alike = (status: string) => (status === 'L4OK' ? 'L7OK' : status);
    expect(own.map(({ name, verdict }) => told(name, verdict.status, verdict.step))).toEqual(
      own.map(({ name, real, verdict }) => {
        const said = { status: alike(real.status), step: failedStep(real) };
        const { status, step } = confirms(said, verdict) ? verdict : said;
        return told(name, status, step);
      }),
    );
  });
});
