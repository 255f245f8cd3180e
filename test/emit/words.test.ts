import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/check/check.ts';
import type { Analysis, SetAside } from '../../src/emit/analysis.ts';
import { nothingToDerive, wordsOn } from '../../src/emit/words.ts';
import { proveCheck } from '../../src/proof/prove.ts';
import type { Script } from '../../src/proof/script.ts';
import { checksOf, dialogueOf, filesNamed, scripted } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const analysis = (changes: Partial<Analysis> = {}): Analysis => ({
  files: filesNamed(['a.pcap', 100]),
  accounting: { frames: 100, segments: 100, conversations: 2, late: 0, skipped: new Map() },
  ...scripted(changes.checks ?? []),
  proofs: new Map(),
  lookalikes: new Map(),
  setAside: [],
  rows: [],
  dialogue: undefined,
  dialogues: [],
  ...changes,
});
const setAside = (changes: Partial<SetAside> = {}): SetAside => ({
  stream: 3,
  client: { address: '10.0.0.1', port: 40_000 },
  server: { address: 'fd00::2', port: 1080 },
  reason: 'SOCKS5 refused: connection refused (05)',
  frame: 9,
  nextStep: undefined,
  count: 1,
  ...changes,
});
const say = (changes: Partial<Analysis>, options: Partial<Parameters<typeof wordsOn>[1]> = {}): string[] =>
  wordsOn(analysis(changes), { stream: undefined, artifact: 'script', ...options }).map(
    ({ kind, text }) => `${kind}: ${text}`,
  );

const get = (header = '') => `GET / HTTP/1.1\r\nHost: a\r\n${header}\r\n`;
const answer = (status: string) => `HTTP/1.1 ${status}\r\n\r\n`;
const talk = (status: string, header?: string) => new Talk().handshake().client(get(header)).server(answer(status));
const check = (status: string, header?: string): Check => checksOf([talk(status, header)])[0] as Check;

describe('what was left out is told with its reason', () => {
  test.each<[words: string, changes: Partial<SetAside>]>([
    ['', {}],
    [', and 2 more like it', { count: 3 }],
    ['; record again', { nextStep: 'record again' }],
    [', and 1 more like it; record again', { count: 2, nextStep: 'record again' }],
  ])('%j', (words, changes) => {
    expect(say({ setAside: [setAside(changes)] })).toEqual([
      `note: left out: tcp.stream 3 (10.0.0.1:40000 to [fd00::2]:1080): SOCKS5 refused: connection refused (05), frame 9${words}`,
    ]);
  });

  test('without a frame, and by one endpoint where there is but one to name', () => {
    const { server } = setAside();
    expect(
      say({ setAside: [setAside({ client: server, server, reason: 'goes to the origin', frame: undefined })] }),
    ).toEqual(['note: left out: tcp.stream 3 ([fd00::2]:1080): goes to the origin']);
  });
});

describe('what a check cannot promise is a warning', () => {
  test('nothing for a good one', () => expect(say({ checks: [check('204 No Content')] })).toEqual([]));

  test('that it would take a failure for a success as well', () => {
    const taken = check('204 No Content');
    const lookalikes = new Map([[taken, [{ stream: 4, reason: 'opened, but HTTP 502', frame: 9 }]]]);
    expect(say({ checks: [taken], lookalikes })).toContain(
      'warning: tcp.stream 0: the check would take tcp.stream 4 for a success too (opened, but HTTP 502, frame 9)',
    );
  });

  test('a redirect, which a captive portal gives too', () => {
    expect(say({ checks: [check('302 Found')] })).toEqual([
      'warning: tcp.stream 0: the answer is a redirect (302), which a captive portal gives too; ask for something that is answered 204 or 200',
    ]);
  });

  test('a protocol that is not read', () => {
    const unread = new Talk().handshake().client(hex('05 01 00')).server(hex('05 00'));
    unread.client(hex('05 01 00 01 0a000001 0050')).server(hex('05 00 00 01 00000000 0000'));
    const [check] = checksOf([unread.client('EHLO\r\n').server('250\r\n')]);
    expect(say({ checks: check ? [check] : [] })).toEqual([
      "warning: tcp.stream 0: the reply's protocol is not known: its first 3 bytes are asserted, as they were in the one sample",
    ]);
  });

  test.each<[name: string, status: string, words: string[]]>([
    ['a success', '204 No Content', []],
    [
      'a failure',
      '404 Not Found',
      ['warning: the check expects what this conversation showed: answered, but HTTP 404 Not Found'],
    ],
  ])('a conversation that was asked for by its number: %s', (_name, status, words) => {
    const changes = { checks: checksOf([talk(status)], true), dialogue: dialogueOf(talk(status)) };
    expect(say(changes, { stream: 0 })).toEqual(words);
  });

  test('one that nobody can read: its check says that already, and is proved as others are', () => {
    const unread = () => new Talk().handshake().client('PING\n').server('PONG\n');
    const checks = checksOf([unread()], true);
    const [check] = checks as [Check];
    const proof = proveCheck(scripted(checks).scripts.get(check) as Script, check.replies, 3000);
    expect(say({ checks, dialogue: dialogueOf(unread()), proofs: new Map([[check, proof]]) }, { stream: 0 })).toEqual([
      'warning: tcp.stream 0: no protocol is recognized: whether what was captured was a success is not known',
      "warning: tcp.stream 0: the reply's protocol is not known: its first 3 bytes are asserted, as they were in the one sample",
      expect.stringMatching(/^note: proof: \d+\/\d+ broken twins fail/),
    ]);
  });
});

test('the lines that hold secrets are told, without the secrets, where there is a script', () => {
  const changes = { checks: [check('204 No Content', 'Authorization: Basic dTpw\r\n')] };
  expect(say(changes)).toEqual([
    'note: line 6 of the script holds a secret (Authorization): keep the file private, or say --secrets env',
  ]);
  expect(say(changes, { artifact: 'verdicts' })).toEqual([]);
});

describe('why there is nothing to derive, with the next step', () => {
  const noTcp = { accounting: { frames: 5, segments: 0, conversations: 0, late: 0, skipped: new Map() } };
  test.each<[name: string, changes: Partial<Analysis>, wanted: Parameters<typeof nothingToDerive>[1], words: string]>([
    ['no TCP', noTcp, {}, "no TCP conversation in 5 frames; record the proxy's port while curl runs, as: tcpdump"],
    [
      'no success',
      { setAside: [setAside()] },
      {},
      'nothing to derive a check from; record a session in which the request succeeds',
    ],
    ['no such stream', {}, { stream: 7 }, 'no conversation is tcp.stream 7; capture2check list shows what there is'],
    ['no such server', {}, { server: '10.0.0.9:1' }, 'no conversation has the server 10.0.0.9:1; capture2check list'],
    [
      'neither',
      {},
      { stream: 7, server: '10.0.0.9:1' },
      'no conversation is tcp.stream 7 and has the server 10.0.0.9:1;',
    ],
  ])('%s', (_name, changes, wanted, words) => {
    expect(nothingToDerive(analysis(changes), wanted)).toContain(`a.pcap: ${words}`);
  });
});

test('a script that holds a token says so', () => {
  const asked = (target: string) =>
    checksOf([
      new Talk().handshake().client(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`).server(answer('204 No Content')),
    ]);
  expect(say({ checks: asked('/?access_token=t0k') }).join('\n')).toContain(
    'warning: tcp.stream 0: what is sent holds what looks like a token, by the name of its parameter: keep the file private',
  );
  expect(say({ checks: asked('/?page=1') }).join('\n')).not.toContain('token');
});
