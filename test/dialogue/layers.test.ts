import { describe, expect, test } from 'vitest';
import type { Conversation } from '../../src/conversation/conversation.ts';
import { type Allowance, isProxied, readDialogue } from '../../src/dialogue/dialogue.ts';
import { conversationOf, cutConversationOf, dataSegment, dialogueOf, layersOf, losing } from '../support/derive.ts';
import { hex, Talk } from '../support/wire.ts';

const GREETING = hex('05 01 00');
const NONE = hex('05 00');
const CONNECT = hex('05 01 00 03 03 612e62 0050');
const GRANTED = hex('05 00 00 01 00000000 06b5');
const GET = 'GET / HTTP/1.1\r\nHost: c.d\r\n\r\n';
const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
const HTTP_CONNECT = 'CONNECT e.f:1080 HTTP/1.1\r\nHost: e.f:1080\r\n\r\n';
const OPENED = 'HTTP/1.1 200 Connection established\r\n\r\n';

const socks5 = (talk = new Talk().handshake()) => talk.client(GREETING).server(NONE).client(CONNECT).server(GRANTED);

describe('layers nest as far as they are known', () => {
  test.each<[name: string, talk: Talk, layers: string[], destination: string | undefined]>([
    ['HTTP in SOCKS5', socks5().client(GET).server(ANSWER), ['socks5 granted', 'http answered'], 'a.b:80'],
    [
      'HTTP in CONNECT',
      new Talk().handshake().client(HTTP_CONNECT).server(OPENED).client(GET).server(ANSWER),
      ['http granted', 'http answered'],
      'e.f:1080',
    ],
    [
      'HTTP in SOCKS5 in CONNECT',
      socks5(new Talk().handshake().client(HTTP_CONNECT).server(OPENED)).client(GET).server(ANSWER),
      ['http granted', 'socks5 granted', 'http answered'],
      'a.b:80',
    ],
    [
      'CONNECT in SOCKS5',
      socks5().client(HTTP_CONNECT).server(OPENED).client(GET).server(ANSWER),
      ['socks5 granted', 'http granted', 'http answered'],
      'e.f:1080',
    ],
    [
      'TLS in SOCKS5, which is not read',
      socks5().client(hex('160301 0001 00')).server(hex('160303 0001 00')),
      ['socks5 granted', 'unknown unfinished'],
      'a.b:80',
    ],
    [
      'a server that speaks first in the tunnel',
      socks5().server('220 mail\r\n'),
      ['socks5 granted', 'greeting ready'],
      'a.b:80',
    ],
    ['a tunnel that nobody used', socks5().close(), ['socks5 granted'], 'a.b:80'],
    ['HTTP alone', new Talk().handshake().client(GET).server(ANSWER), ['http answered'], 'c.d'],
    ['a server that speaks first', new Talk().handshake().server('220 mail\r\n'), ['greeting ready'], undefined],
    ['nothing known', new Talk().handshake().server('hello\r\n'), ['unknown unfinished'], undefined],
    ['nothing at all', new Talk().handshake().close(), ['unknown unfinished'], undefined],
  ])('%s', (_name, talk, layers, destination) => {
    const dialogue = dialogueOf(talk);
    expect(layersOf(dialogue)).toEqual(layers);
    expect(dialogue.destination).toBe(destination);
  });

  test('when the whole handshake is sent without waiting', () => {
    const talk = new Talk()
      .handshake()
      .client(Buffer.concat([GREETING, CONNECT, Buffer.from(GET)]))
      .server(Buffer.concat([NONE, GRANTED, Buffer.from(ANSWER)]));
    expect(layersOf(dialogueOf(talk))).toEqual(['socks5 granted', 'http answered']);
  });

  test('when each byte comes alone', () => {
    const talk = new Talk().handshake().client(GREETING, 1).server(NONE, 1).client(CONNECT, 1).server(GRANTED, 1);
    talk.client(GET, 1).server(ANSWER, 1);
    expect(layersOf(dialogueOf(talk))).toEqual(['socks5 granted', 'http answered']);
  });
});

test('layers nest no deeper than the limit: what is deeper is not read', () => {
  const nested = new Talk().handshake();
  for (let depth = 0; depth < 4; depth++) nested.client(HTTP_CONNECT).server(OPENED);
  const conversation = conversationOf(nested);
  expect(layersOf(readDialogue(conversation, new Set(), 2))).toEqual([
    'http granted',
    'http granted',
    'unknown unfinished',
  ]);
  expect(readDialogue(conversation, new Set(), 2).outcome.reason).toBe('opened, to a protocol that is not read');
  expect(layersOf(readDialogue(conversation, new Set()))).toHaveLength(4);
});

test('what is not read is a message a turn, from where the tunnel begins', () => {
  const talk = new Talk()
    .handshake()
    .client(GREETING)
    .server(NONE)
    .client(Buffer.concat([CONNECT, hex('160301')]))
    .server(Buffer.concat([GRANTED, hex('160303 aa')]))
    .client(hex('bb'));
  const { messages } = dialogueOf(talk).layers.at(-1) ?? { messages: [] };
  expect(messages).toMatchObject([
    { kind: 'data', side: 'client', start: 13, end: 16 },
    { kind: 'data', side: 'server', start: 12, end: 16 },
    { kind: 'data', side: 'client', start: 16, end: 17 },
  ]);
});

test.each<[name: string, talk: Talk, proxied: boolean]>([
  ['SOCKS5', socks5(), true],
  ['CONNECT', new Talk().handshake().client(HTTP_CONNECT).server(OPENED), true],
  ['the absolute form', new Talk().handshake().client('GET http://a.b/ HTTP/1.1\r\n\r\n').server(ANSWER), true],
  ['the origin form', new Talk().handshake().client(GET).server(ANSWER), false],
  [
    'an origin form that names a URL',
    new Talk().handshake().client('GET /?u=a HTTP/1.1\r\n\r\n').server(ANSWER),
    false,
  ],
  ['what is not known', new Talk().handshake().client('EHLO\r\n'), false],
])('does the client talk through a proxy? %s', (_name, talk, proxied) => {
  expect(isProxied(dialogueOf(talk).layers)).toBe(proxied);
});

describe('where no SYN was captured, the bytes tell the roles', () => {
  const middle = (ends: { client: string; server: string }) =>
    new Talk(ends).client(GREETING).server(NONE).client(CONNECT);

  test.each([
    ['the client at the higher port', { client: '10.0.0.1:40000', server: '10.0.0.2:1080' }],
    ['the client at the lower port', { client: '10.0.0.1:1080', server: '10.0.0.2:40000' }],
  ])('%s', (_name, ends) => {
    const { conversation } = dialogueOf(middle(ends));
    expect(conversation.rolesBy).toBe('bytes');
    expect(`${conversation.client.address}:${conversation.client.port}`).toBe(ends.client);
  });

  test('unless nothing is recognized: then the ports are believed', () => {
    const { conversation } = dialogueOf(new Talk().client('EHLO\r\n').server('250 mail\r\n'));
    expect(conversation).toMatchObject({ rolesBy: 'ports', client: { port: 40_000 } });
  });

  test('a SYN is believed, whatever the bytes are', () => {
    const { conversation } = dialogueOf(new Talk().handshake().server(GET).client(ANSWER));
    expect(conversation).toMatchObject({ rolesBy: 'SYN', client: { port: 40_000 } });
  });
});

describe('bytes behind a gap are read only if it is allowed', () => {
  const LONG = 'GET / HTTP/1.1\r\nHost: c.d\r\nAccept: aaaaaaaaaaaaaaaaaaaa\r\n\r\n';
  const talk = socks5().client(LONG, 16).server(ANSWER);
  const third = dataSegment(talk, 'client', 4); // of the request, inside the last header's value
  const flawed: Record<string, Conversation> = {
    gap: conversationOf(losing(talk, 'client', 4)),
    cut: cutConversationOf(talk, (segment) => (segment === third ? 5 : 0)),
  };

  test.each([
    ['lost bytes', 'gap', 45],
    ['bytes that were cut off', 'cut', 56],
  ] as const)('%s', (_name, flaw, start) => {
    const request = (...allowed: Allowance[]) =>
      readDialogue(flawed[flaw] as Conversation, new Set(allowed)).layers.at(-1)?.messages[0];
    expect(request()).toMatchObject({ kind: 'request', start: 13, end: start, complete: false });
    expect(request(flaw === 'gap' ? 'cut' : 'gap')).toEqual(request());
    expect(request(flaw)).toMatchObject({ kind: 'request', start: 13, end: 13 + LONG.length, complete: true });
  });

  test('what came before the gap is read as ever', () => {
    const lost = losing(talk, 'server', 1); // the reply to the request
    expect(layersOf(dialogueOf(lost))).toEqual(['socks5 unfinished']);
    expect(dialogueOf(lost).layers[0]?.messages.map(({ kind }) => kind)).toEqual([
      'greeting',
      'method selection',
      'request',
    ]);
  });
});

test('a dialogue is the same whichever allowance is given, where nothing is missing', () => {
  const conversation = conversationOf(socks5().client(GET).server(ANSWER));
  expect(readDialogue(conversation, new Set(['gap', 'cut', 'conflict', 'role']))).toEqual(
    readDialogue(conversation, new Set()),
  );
});
