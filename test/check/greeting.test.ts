import { describe, expect, test } from 'vitest';
import { checksOf, dialogueOf, forcedSamplingOf, layersOf, rulesOf, samplingOf } from '../support/derive.ts';
import { GREETINGS, mysqlError, mysqlHandshake, WAYS } from '../support/greetings.ts';
import { hex, Talk } from '../support/wire.ts';

const LINE = '[^\\n]*\\n';
const HEAD = '[^\\n]*\\n([^\\r\\n][^\\n]*\\n)*\\r?\\n';
const greeting = (name: string): Buffer => GREETINGS[name] as Buffer;
const way = (name: string) => WAYS[name] as (typeof WAYS)[string];
const directly = (bytes: Buffer) => way('directly')(bytes);
const expects = (talk: Talk) => rulesOf(talk).filter((rule) => rule.startsWith('expect'));

describe('a greeting is asserted by what stays the same, at once, and to its end', () => {
  test.each([
    ['ssh', ['^SSH-2\\.0-', `^SSH-2\\.0-${LINE}`], 8],
    ['smtp', ['^220(-|\\ )', `^220(-(${LINE})+220\\ |\\ )${LINE}`], 4],
    ['smtp, in lines', ['^220(-|\\ )', `^220(-(${LINE})+220\\ |\\ )${LINE}`], 4],
    ['nntp', ['^200\\ ', `^200\\ ${LINE}`], 4],
    ['pop3', ['^\\+OK', `^\\+OK${LINE}`], 3],
    ['imap', ['^\\*\\ OK', `^\\*\\ OK${LINE}`], 4],
    ['sieve', ['^\\"', `^\\"(${LINE})+OK${LINE}`], 1],
    ['rsync', ['^@RSYNCD:\\ ', `^@RSYNCD:\\ ${LINE}`], 9],
    ['rfb', ['^RFB\\ ', `^RFB\\ ${LINE}`], 4],
  ])('%s', (name, [outcome, whole], length) => {
    expect(expects(directly(greeting(name)))).toEqual([
      `expect min-recv ${length} rstring ${outcome}`,
      `expect rstring ${whole}`,
    ]);
  });

  test('MySQL, whose end no length tells: its version has any', () => {
    expect(expects(directly(mysqlHandshake()))).toEqual([
      'expect min-recv 5 rbinary ^.{6}000A',
      'expect rbinary ^.{6}000A([2-7].)+00.{88}([2-7].)+00',
    ]);
    const old = mysqlHandshake().subarray(0, -22);
    old[0] = old.length - 4;
    expect(expects(directly(Buffer.from(old)))[1]).toBe('expect rbinary ^.{6}000A([2-7].)+00..');
  });
});

describe('behind a proxy', () => {
  const WHOLE = '(2D.*0A32323020|20).*0A';
  const OTHER = '([^3].|3[^2]|32([^3].|3[^2]|32([^3].|3[^0]|30([^2].|2[^0D]))))';

  test('a reply of unknown length: what cannot stand behind it fails at once', () => {
    const rules = expects(way('through SOCKS5')(greeting('smtp'))).slice(1);
    expect(rules).toEqual([
      'expect min-recv 2 rbinary ^0500',
      `expect min-recv 11 ! rbinary ^0500..(01.{12}|04.{36}|0306.{16})${OTHER}`,
      `expect rbinary ^0500..(01.{12}|04.{36}|03(06.{16}|0[0-57-9A-F](..){1,257}|[1-9A-F].(..){1,257}))323230${WHOLE}`,
    ]);
  });

  test('a reply of one length: so many bytes decide', () => {
    expect(expects(way('through SOCKS4')(greeting('smtp')))).toEqual([
      'expect min-recv 2 rbinary ^..5A',
      'expect min-recv 12 rbinary ^..5A.{12}323230(2D|20)',
      `expect rbinary ^..5A.{12}323230${WHOLE}`,
    ]);
  });

  test('a head of HTTP, in text', () => {
    expect(expects(way('through CONNECT')(greeting('pop3')))).toEqual([
      'expect min-recv 12 rstring ^HTTP/1\\.[01]\\ 200',
      `expect min-recv 15 ! rstring ^HTTP/1\\.[01]\\ 200${HEAD}([^+]|\\+([^O]|O[^K]))`,
      `expect rstring ^HTTP/1\\.[01]\\ 200${HEAD}\\+OK${LINE}`,
    ]);
  });

  test('a head of HTTP and what is no text: its blank line is looked for exactly', () => {
    const [, unwanted, whole] = expects(way('through CONNECT')(mysqlHandshake()));
    expect(unwanted).toMatch(
      /^expect min-recv 18 ! rbinary \^485454502F312E\(30\|31\)20323030\(\[\^0\]\.\|0\[\^A\]\)\*0A\(\(\[\^0\]\.\|0\[\^AD\]\)/,
    );
    expect(whole).toContain('.*0A(0D)?0A.{6}000A');
  });

  test.each(Object.keys(WAYS))('%s it makes no difference whether it shares a segment with the reply', (name) => {
    for (const bytes of [...Object.values(GREETINGS), mysqlHandshake()])
      expect(rulesOf(way(name)(bytes, true))).toEqual(rulesOf(way(name)(bytes)));
  });
});

describe('a check of a greeting', () => {
  test('ends there, whatever is said behind it', () => {
    const talk = () => way('through SOCKS5')(greeting('smtp'));
    const more = talk()
      .client('EHLO a.test\r\n')
      .server('250 mail.example\r\n')
      .client('QUIT\r\n')
      .server('221 bye\r\n');
    expect(rulesOf(more)).toEqual(rulesOf(talk()));
  });

  test('sends nothing that a client said without waiting for it', () => {
    const open = () =>
      new Talk().handshake().client(hex('050100')).server(hex('0500')).client(hex('05010003 06 612e74657374 0016'));
    const [granted, banner] = [hex('05000001 00000000 0000'), greeting('ssh')];
    const before = open().server(granted).client('SSH-2.0-y\r\n').server(banner);
    const after = open().server(granted).server(banner).client('SSH-2.0-y\r\n');
    expect(layersOf(dialogueOf(before))).toEqual(['socks5 granted', 'ssh ready']);
    expect(rulesOf(before)).toEqual(rulesOf(after));
  });

  test('has its name for a title, and no caveat', () => {
    const [check] = checksOf([way('through SOCKS5')(greeting('smtp'))]);
    expect(check).toMatchObject({
      title: 'SMTP greeting 220',
      layers: ['socks5', 'smtp'],
      destination: 'a.test:25',
      caveats: [],
    });
  });

  test('stands on sessions whose words differ', () => {
    const session = (port: number, words: string) =>
      new Talk({ client: `10.0.0.1:${port}`, server: '10.0.0.2:143' }).handshake().server(words);
    const checks = checksOf([
      session(40_000, '* OK ready at 10:00\r\n'),
      session(40_001, '* OK [CAPABILITY IMAP4rev1] another\r\n'),
      session(40_002, '* PREAUTH welcome\r\n'),
    ]);
    expect(checks.map(({ sampleCount }) => sampleCount)).toEqual([3]);
    // Their openings have no length in common that would decide.
    expect(expects(session(40_000, '* OK\r\n'))[0]).toBe('expect min-recv 4 rstring ^\\*\\ OK');
    expect(checks[0]?.steps[1]).toMatchObject({ minReceived: undefined });
  });

  test('is not made of a refusal, but for one that is asked for', () => {
    const refused = way('through SOCKS5')(Buffer.from('554 no ESMTP for you\r\n'));
    expect(samplingOf(refused)).toMatchObject({ reason: 'SMTP refused: 554 no ESMTP for you', frame: 12 });
    expect(forcedSamplingOf(refused)).toHaveProperty('sample');
    expect(rulesOf(refused, true).at(-1)).toMatch(/353534\.\*0A$/);
    const blocked = way('through SOCKS4')(mysqlError(1129, 'Host is blocked'));
    expect(samplingOf(blocked)).toMatchObject({ reason: 'MySQL refused: Host is blocked (1129)' });
    expect(rulesOf(blocked, true).at(-1)).toBe('expect min-recv 13 rbinary ^..5A.{12}.{6}00FF');
  });

  test('is not made of a greeting that is cut', () => {
    const talk = way('directly')(Buffer.from('220 mail.example ESM')).segment('server', { flags: 17 });
    expect(samplingOf(talk)).toMatchObject({ reason: 'no whole greeting: the server sent FIN' });
  });
});

describe('the data connections of FTP make no check: their ports are for one transfer', () => {
  const open = (port: number, to: string) =>
    new Talk({ client: `10.0.0.1:${port}` })
      .handshake()
      .client(hex('050100'))
      .server(hex('0500'))
      .client(hex(`05010003 06 612e74657374 ${to}`))
      .server(hex('05000001 00000000 0000'));
  const control = (said: string) =>
    open(40_000, '0015')
      .server('220 FTP ready\r\n')
      .client('EPSV\r\n')
      .server(said)
      .client('LIST\r\n')
      .server('150 Here\r\n');
  const listing = open(40_001, 'c738').server('-rw-r--r-- 1 ftp ftp 3 readme.txt\r\n');

  test.each([
    ['EPSV', '229 Entering Extended Passive Mode (|||51000|)\r\n'],
    ['PASV', '227 Entering Passive Mode (10,0,0,9,199,56).\r\n'],
    ['PASV without brackets', '227 =10,0,0,9,199,56\r\n'],
  ])('%s', (_name, said) => {
    expect(checksOf([control(said), listing]).map(({ title }) => title)).toEqual(['FTP greeting 220']);
  });

  test('other ports do', () => {
    const said = '229 Entering Extended Passive Mode (|||51001|)\r\n';
    expect(checksOf([control(said), listing])).toHaveLength(2);
  });
});
