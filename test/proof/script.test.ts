import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Aim } from '../../src/check/aim.ts';
import type { Check } from '../../src/check/check.ts';
import { CheckFolder } from '../../src/check/fold.ts';
import { sampleOf } from '../../src/check/sample.ts';
import { haproxyRules } from '../../src/emit/haproxy/rules.ts';
import { DEFAULT_FORM, DIALECTS, EXPECT_FORMS, type Form, isModern, SEND_FORMS } from '../../src/proof/form.ts';
import { proveCheck } from '../../src/proof/prove.ts';
import { composeScript, FormError, type Script } from '../../src/proof/script.ts';
import { dialogueOf } from '../support/derive.ts';
import { checkOf, TALKS } from '../support/proof.ts';
import { hex, Talk } from '../support/wire.ts';

const form = (changes: Partial<Form>): Form => ({ ...DEFAULT_FORM, ...changes });
/** Rules without the option and without comments. */
const rulesIn = (check: Check, changes: Partial<Form>): string[] => {
  const all = form(changes);
  const lines = haproxyRules(composeScript(check, all), { comments: false, old: !isModern(all), variables: undefined });
  return lines.map((line) => line.replace(/^tcp-check /, ''));
};
const expects = (check: Check, changes: Partial<Form>): string[] =>
  rulesIn(check, changes).flatMap((line) => (line.startsWith('expect ') ? [line.slice('expect '.length)] : []));
const sends = (check: Check, changes: Partial<Form>): string[] =>
  rulesIn(check, changes).filter((line) => line.startsWith('send'));

const GET = 'GET /generate_204 HTTP/1.1\r\nHost: a\r\n\r\n';
const ANSWER = 'HTTP/1.1 204 No Content\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n';
const socks5 = (bound = '01 00000000 06b5', answer = ANSWER) =>
  new Talk()
    .handshake()
    .client(hex('05020001'))
    .server(hex('0500'))
    .client(hex('05010003 01 61 0050'))
    .server(hex(`050000${bound}`))
    .client(GET)
    .server(answer);
const socks4 = new Talk()
  .handshake()
  .client(hex('04010050 0a000001 00'))
  .server(hex('005a 0050 0a000001'))
  .client(GET)
  .server(ANSWER);
const aimedCheck = (talk: Talk, aim: Aim): Check => {
  const sampling = sampleOf(dialogueOf(talk), new Set(), false, aim);
  if (!('sample' in sampling)) throw new Error(sampling.reason);
  const folder = new CheckFolder();
  folder.add(sampling.sample);
  return folder.finish().checks[0] as Check;
};

describe('what is looked for, form by form', () => {
  test.each<[name: string, talk: Talk, changes: Partial<Form>, expects: string[]]>([
    [
      'SOCKS5, anchored',
      socks5(),
      {},
      [
        'min-recv 2 rbinary ^0500',
        'min-recv 2 rbinary ^0500',
        'rbinary ^0500..(01.{12}|04.{36}|03(01.{6}|0[02-9A-F].{2,}|[1-9A-F]..{2,}))',
        'min-recv 12 rstring ^HTTP/1\\.[01]\\ 204',
      ],
    ],
    [
      'SOCKS5, prefix',
      socks5(),
      { expect: 'prefix' },
      ['binary 0500', 'binary 05000001', 'rstring ^HTTP/1\\.[01]\\ 204'],
    ],
    [
      'SOCKS5, exact',
      socks5(),
      { expect: 'exact' },
      ['binary 0500', 'binary 050000010000000006b5', 'rstring ^HTTP/1.1\\ 204'],
    ],
    [
      'SOCKS5, exact, a name',
      socks5('03 03 612e62 0050'),
      { expect: 'exact' },
      ['binary 0500', 'binary 0500000303612e620050', 'rstring ^HTTP/1.1\\ 204'],
    ],
    ['SOCKS4, prefix', socks4, { expect: 'prefix' }, ['binary 005a', 'rstring ^HTTP/1\\.[01]\\ 204']],
    ['SOCKS4, exact', socks4, { expect: 'exact' }, ['binary 005a00500a000001', 'rstring ^HTTP/1.1\\ 204']],
    [
      'SOCKS4 before 2.2, where 00 stays in the buffer',
      socks4,
      { dialect: '2.1' },
      ['binary 005a', 'string HTTP/1.1\\ 204'],
    ],
    [
      'SOCKS5 before 2.2',
      socks5(),
      { dialect: '1.8' },
      ['binary 0500', 'binary 05000001', 'rstring ^HTTP/1\\.[01]\\ 204'],
    ],
    [
      'SOCKS5 with a password, prefix',
      TALKS['SOCKS5 with a password'] as Talk,
      { expect: 'prefix' },
      ['binary 0502', 'binary 0100', 'binary 05000001', 'rstring ^HTTP/1\\.[01]\\ 204'],
    ],
    [
      'HTTP/1.0, exact',
      socks5(undefined, 'HTTP/1.0 200 OK\r\n\r\n'),
      { expect: 'exact' },
      ['binary 0500', 'binary 050000010000000006b5', 'rstring ^HTTP/1.0\\ 200'],
    ],
  ])('%s', (_name, talk, changes, rules) => expect(expects(checkOf(talk), changes)).toEqual(rules));

  test.each<[changes: Partial<Form>, rule: string]>([
    [{}, 'min-recv 12 rstring ^HTTP/1\\.[01]\\ (2[0-9][0-9]|404)'],
    [{ expect: 'prefix' }, 'rstring ^HTTP/1\\.[01]\\ (2[0-9][0-9]|404)'],
    [{ expect: 'exact' }, 'rstring ^HTTP/1.1\\ (2[0-9][0-9]|404)'],
    [{ dialect: '1.8' }, 'rstring ^HTTP/1\\.[01]\\ (2[0-9][0-9]|404)'],
  ])('statuses that the user takes, in every form: %j', (changes, rule) => {
    const check = aimedCheck(socks5(), {
      statuses: [
        [404, 404],
        [200, 299],
      ],
    });
    expect(expects(check, changes).at(-1)).toBe(rule);
  });

  test('a status line behind an interim response is not looked for at the start', () => {
    const talk = socks5(undefined, `HTTP/1.1 100 Continue\r\n\r\n${ANSWER}`);
    expect(expects(checkOf(talk), { expect: 'exact' }).at(-1)).toBe('rstring HTTP/1.1\\ 204');
    expect(expects(checkOf(talk), { expect: 'prefix' }).at(-1)).toBe('rstring HTTP/1\\.[01]\\ 204');
  });

  test('connect says linger where HAProxy has it, and not in the exact form', () => {
    const connects = (changes: Partial<Form>) => rulesIn(checkOf(socks5()), changes)[1];
    expect(connects({})).toBe('connect linger');
    expect(connects({ expect: 'prefix' })).toBe('connect linger');
    expect(connects({ expect: 'exact' })).toBe('connect');
    expect(connects({ dialect: '2.1' })).toBe('connect');
  });
});

describe('how payloads are written', () => {
  const check = checkOf(socks5());
  test.each<[send: Form['send'], rules: string[]]>([
    [
      'auto',
      [
        'send-binary 05020001',
        'send-binary 0501000301610050',
        'send GET\\ /generate_204\\ HTTP/1.1\\r\\nHost:\\ a\\r\\n\\r\\n',
      ],
    ],
    [
      'text',
      [
        'send-binary 05020001',
        'send-binary 0501000301610050',
        'send GET\\ /generate_204\\ HTTP/1.1\\r\\n',
        'send Host:\\ a\\r\\n',
        'send \\r\\n',
      ],
    ],
    [
      'binary',
      ['send-binary 05020001', 'send-binary 0501000301610050', `send-binary ${Buffer.from(GET).toString('hex')}`],
    ],
  ])('%s', (send, rules) => expect(sends(check, { send })).toEqual(rules));

  test('text: the body is one send', () => {
    const talk = new Talk()
      .handshake()
      .client('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\na\r\n\r\nb')
      .server(ANSWER);
    expect(sends(checkOf(talk), { send: 'text' }).slice(-2)).toEqual(['send \\r\\n', 'send a\\r\\n\\r\\nb']);
  });

  const names = fc.stringMatching(/^[A-Za-z-]{1,10}$/);
  const values = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
  const heads = fc.array(fc.tuple(fc.oneof(names, fc.constantFrom('Cookie', 'Authorization')), values), {
    maxLength: 8,
  });

  test('the sends of a turn, put together, are its bytes, and its secrets stay where they are', () => {
    fc.assert(
      fc.property(heads, fc.string({ maxLength: 20 }), fc.constantFrom(...SEND_FORMS), (headers, body, send) => {
        const request = `POST /p HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
        const bytes = Buffer.from(request, 'utf8');
        const secrets = [...request.matchAll(/^(?:Cookie|Authorization): (.*)\r$/gm)].map((match) => {
          const start =
            Buffer.byteLength(request.slice(0, match.index + match[0].length - 1)) -
            Buffer.byteLength(match[1] as string);
          return { name: 'x', form: 'plain', start, length: Buffer.byteLength(match[1] as string) } as const;
        });
        const base = checkOf(socks5());
        const steps = [base.steps[0], { kind: 'send', bytes, secrets, comment: 'c' }] as Check['steps'];
        const script = composeScript({ ...base, steps }, form({ send, checker: 'tcp-check' }));
        const rules =
          script.kind === 'tcp-check' ? script.rules.flatMap((rule) => (rule.kind === 'send' ? [rule] : [])) : [];
        expect(Buffer.concat(rules.map((rule) => rule.bytes)).toString('hex')).toBe(bytes.toString('hex'));
        const held = rules.flatMap((rule) =>
          (rule.secrets ?? []).map(({ start, length }) =>
            Buffer.from(rule.bytes.subarray(start, start + length)).toString(),
          ),
        );
        expect(held).toEqual(secrets.map(({ start, length }) => bytes.subarray(start, start + length).toString()));
      }),
    );
  });
});

describe('what a form cannot promise is said, once', () => {
  const caveats = (talk: Talk, changes: Partial<Form>) =>
    composeScript(checkOf(talk), form(changes)).caveats.map(({ message }) => message);
  const WAITS = 'a wrong reply is waited on until the timeout';
  const PIECES = 'nothing waits for the end of a reply: one that comes in pieces is taken for broken';

  test.each<[name: string, talk: Talk, changes: Partial<Form>, caveats: unknown[]]>([
    ['anchored', socks5(), {}, []],
    ['binary payloads', socks5(), { send: 'binary' }, []],
    [
      'prefix',
      socks5(),
      { expect: 'prefix' },
      ['expect binary finds its bytes anywhere in a reply, a refusal too', WAITS, PIECES],
    ],
    ['exact', socks5(), { expect: 'exact' }, [expect.stringContaining('the exact reply is looked for'), WAITS, PIECES]],
    [
      '1.8',
      socks5(),
      { dialect: '1.8' },
      [expect.stringContaining('HAProxy 1.8 has no rbinary and no min-recv'), WAITS, PIECES],
    ],
    [
      '1.8 behind 00',
      socks4,
      { dialect: '1.8' },
      [expect.anything(), WAITS, PIECES, expect.stringContaining('keeps a reply that begins with 00')],
    ],
    ['a send a line', socks5(), { send: 'text' }, [expect.stringContaining('every send is a segment of its own')]],
    [
      'a send a line, before 2.2, where they are merged',
      socks5(),
      { send: 'text', dialect: '2.1' },
      [expect.anything(), WAITS, PIECES],
    ],
  ])('%s', (_name, talk, changes, expected) => {
    const said = caveats(talk, changes);
    expect(said).toEqual(expected);
    expect(new Set(said).size).toBe(said.length);
  });
});

describe('which checker', () => {
  const http = checkOf(TALKS['HTTP proxy'] as Talk);
  const connect = checkOf(TALKS['HTTP CONNECT'] as Talk);

  test('http-check where it can say the check, else tcp-check with the reason', () => {
    expect(composeScript(http, form({}))).toMatchObject({ kind: 'http-check', caveats: [] });
    const why = 'http-check sends nothing into the tunnel that CONNECT opens';
    expect(composeScript(connect, form({}))).toMatchObject({ kind: 'tcp-check', why });
    expect(composeScript(checkOf(socks5()), form({}))).toMatchObject({ kind: 'tcp-check', why: undefined });
  });

  test('or as the user says', () => {
    expect(composeScript(http, form({ checker: 'tcp-check' }))).toMatchObject({ kind: 'tcp-check', why: undefined });
    expect(() => composeScript(connect, form({ checker: 'http-check' }))).toThrow(FormError);
    expect(() => composeScript(checkOf(socks5()), form({ checker: 'http-check' }))).toThrow(
      'http-check cannot say it: the proxy does not speak HTTP',
    );
  });

  test.each<[dialect: Form['dialect'], lines: string[]]>([
    [
      '2.1',
      [
        'option httpchk GET http://origin.example/generate_204 HTTP/1.1\\r\\nHost:\\ origin.example',
        'http-check expect status 204',
      ],
    ],
    [
      '2.2',
      [
        'option httpchk',
        'http-check connect linger',
        'http-check send meth GET uri http://origin.example/generate_204 ver HTTP/1.1 hdr Host origin.example',
        'http-check expect status 204',
      ],
    ],
  ])('an http-check for %s', (dialect, lines) => expect(rulesIn(http, { dialect })).toEqual(lines));

  test.each<[dialect: Form['dialect'], rule: string]>([
    ['2.1', 'http-check expect rstatus ^(2[0-9][0-9]|404)$'],
    ['2.2', 'http-check expect status 404,200-299'],
  ])('a list of statuses for %s', (dialect, rule) => {
    const check = aimedCheck(TALKS['HTTP proxy'] as Talk, {
      statuses: [
        [404, 404],
        [200, 299],
      ],
    });
    expect(rulesIn(check, { dialect }).at(-1)).toBe(rule);
  });
});

describe('every form of every check', () => {
  const FORMS = DIALECTS.flatMap((dialect) =>
    EXPECT_FORMS.flatMap((each) => SEND_FORMS.map((send) => form({ dialect, expect: each, send }))),
  );
  const scripts = (check: Check): Script[] => FORMS.map((each) => composeScript(check, each));

  test.each(Object.entries(TALKS))('is up on the captured server: %s', (name, talk) => {
    const check = checkOf(talk, name === 'unknown protocol');
    for (const script of scripts(check)) {
      const { rows } = proveCheck(script, check.replies, check.timeout * 1000);
      expect(
        rows.find((row) => row.name === 'as captured'),
        JSON.stringify(script),
      ).toMatchObject({ result: 'right' });
    }
  });

  test.each(Object.entries(TALKS))('of no version that has none asks for what came with 2.2: %s', (name, talk) => {
    const check = checkOf(talk, name === 'unknown protocol');
    for (const dialect of DIALECTS.filter((each) => !isModern(form({ dialect: each })))) {
      for (const each of EXPECT_FORMS) {
        const text = rulesIn(check, { dialect, expect: each }).join('\n');
        expect(text).not.toMatch(/rbinary|min-recv|linger|send-lf|http-check (send|connect)|comment/);
      }
    }
  });
});
