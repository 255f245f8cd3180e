import { describe, expect, test } from 'vitest';
import { type Dialogue, readDialogue } from '../../src/dialogue/dialogue.ts';
import { PLAIN } from '../../src/emit/paint.ts';
import { capturedBytes, emitShow, emitShowJson, shownBytes } from '../../src/emit/show.ts';
import { conversationsIn, dataSegment, dialogueOf, filesNamed, losing, type Source } from '../support/derive.ts';
import { CASES } from '../support/fixtures.ts';
import { ACK, hex, Talk } from '../support/wire.ts';

const ANSWER = 'HTTP/1.1 200 OK\r\nSet-Cookie: TOPSECRET\r\nContent-Length: 2\r\n\r\nok';
const GET = 'GET http://TOPSECRET@a/ HTTP/1.1\r\nCookie: TOPSECRET\r\n TOPSECRET\r\nHost: a\r\n\r\n';
const CONNECT = hex('05 01 00 01 0a000001 0050');
const GRANTED = hex('05 00 00 01 00000000 06b5');
const PASSWORD = Buffer.concat([hex('01 09'), Buffer.from('TOPSECRET'), hex('09'), Buffer.from('TOPSECRET')]);
const start = () => new Talk().handshake();
const secretive = () =>
  start().client(hex('05 01 02')).server(hex('05 02')).client(PASSWORD).server(hex('01 00')).client(CONNECT);
const whole = () => secretive().server(GRANTED).client(GET, 16).server(ANSWER, 16).close();
const files = filesNamed(['a.pcap', 1000]);
const SIDES = ['client', 'server'] as const;

interface ShownTurn {
  readonly side: 'client' | 'server';
  readonly bytes: string;
  readonly frames: number[];
}
interface ShownMessage {
  readonly side: 'client' | 'server';
  readonly fields: { name: string; start: number; length: number; role: string; bytes: string }[];
}
const json = (dialogue: Dialogue, redact = false) =>
  JSON.parse(emitShowJson(dialogue, files, redact)) as Record<string, unknown> & {
    turns: ShownTurn[];
    messages: ShownMessage[];
  };
const text = (dialogue: Dialogue, redact = false): string => emitShow(dialogue, files, redact, PLAIN);

describe('redaction', () => {
  test('masks what no field shows to be none of a secret, byte for byte, in every fixture', async () => {
    for (const { capture } of CASES) {
      for (const conversation of await conversationsIn(capture)) {
        const dialogue = readDialogue(conversation, new Set());
        for (const side of SIDES) {
          const { bytes } = conversation[side].bytes;
          const expected = new Uint8Array(bytes.length).fill(0x2a);
          for (const message of dialogue.layers
            .flatMap(({ messages }) => messages)
            .filter((each) => each.side === side))
            for (const { role, start, length } of message.fields)
              for (let at = start; at < start + length; at++) if (role !== 'secret') expected[at] = bytes[at] as number;
          expect(shownBytes(dialogue, side, true)).toEqual(expected);
          expect(shownBytes(dialogue, side, false)).toBe(bytes);
        }
      }
    }
  });

  test('leaves all but the secrets where every byte is read', () => {
    const dialogue = dialogueOf(whole());
    const read = (redact: boolean) =>
      SIDES.map((side) => Buffer.from(shownBytes(dialogue, side, redact)).toString('latin1'));
    const stars = '*'.repeat(9);
    expect(read(true)).toEqual([
      [
        `\x05\x01\x02\x01\x09${stars}\x09${stars}${CONNECT.toString('latin1')}`,
        `GET http://${stars}*a/ HTTP/1.1\r\n${'*'.repeat(31)}Host: a\r\n\r\n`,
      ].join(''),
      `\x05\x02\x01\x00${GRANTED.toString('latin1')}HTTP/1.1 200 OK\r\n${'*'.repeat(23)}Content-Length: 2\r\n\r\nok`,
    ]);
  });

  test.each<[name: string, source: Source]>([
    ['a whole dialogue', whole()],
    [
      'a password that the capture ends in',
      start().client(hex('05 01 02')).server(hex('05 02')).client(PASSWORD.subarray(0, 15)),
    ],
    [
      'a password behind a gap',
      losing(start().client(hex('05 01 02')).server(hex('05 02')).client(PASSWORD, 3), 'client', 1),
    ],
    [
      'a password that the server did not ask for',
      start().client(hex('05 02 00 02')).server(hex('05 00')).client(PASSWORD),
    ],
    ['a request that the capture ends in', start().client('GET http://TOPSECRET@a/')],
    ['a request behind an unfinished answer', start().client(GET).server('HTTP/1.1 200 OK\r\n').client(GET)],
    ['a request behind a gap', losing(whole(), 'client', 4)],
  ])('keeps the secrets of %s', (_name, source) => {
    const dialogue = dialogueOf(source);
    const secret = /TOPS|SECRET|544f5053|534543524554/;
    expect(
      json(dialogue)
        .turns.map(({ bytes }) => bytes)
        .join(''),
    ).toMatch(secret);
    expect(emitShowJson(dialogue, files, true)).not.toMatch(secret);
    expect(text(dialogue, true)).not.toMatch(secret);
    expect(json(dialogue, true).turns.map(({ bytes }) => bytes.length)).toEqual(
      json(dialogue).turns.map(({ bytes }) => bytes.length),
    );
  });
});

describe('show --json', () => {
  test('has the keys that are documented', () => {
    const value = json(dialogueOf(whole()));
    expect(Object.keys(value)).toEqual([
      'stream',
      'client',
      'server',
      'roles_by',
      'protocol',
      'outcome',
      'reason',
      'destination',
      'turns',
      'gaps',
      'conflicts',
      'messages',
    ]);
    for (const turn of value.turns) expect(Object.keys(turn)).toEqual(['side', 'bytes', 'frames']);
    for (const message of value.messages) {
      expect(Object.keys(message)).toEqual(['protocol', 'kind', 'side', 'title', 'start', 'end', 'frames', 'fields']);
      for (const field of message.fields)
        expect(Object.keys(field)).toEqual(['name', 'start', 'length', 'role', 'bytes']);
    }
  });

  test('names the ends, the layers, the outcome', () => {
    expect(json(dialogueOf(whole()))).toMatchObject({
      stream: 0,
      client: '10.0.0.1:40000',
      server: '10.0.0.2:1080',
      roles_by: 'SYN',
      protocol: 'socks5/http',
      outcome: 'opened',
      reason: 'opened, HTTP 200',
      destination: '10.0.0.1:80',
      gaps: [],
      conflicts: [],
    });
  });

  test('tells the turns in order, each with its bytes and frames', () => {
    const talk = start().client('ab', 1).server('cd').client('ef');
    expect(json(dialogueOf(talk)).turns).toEqual([
      { side: 'client', bytes: '6162', frames: [4, 5] },
      { side: 'server', bytes: '6364', frames: [7] },
      { side: 'client', bytes: '6566', frames: [9] },
    ]);
  });

  test.each([[[]], [['gap' as const]]])('leaves the filler of gaps out of all bytes, allowed: %j', (allowed) => {
    const dialogue = dialogueOf(losing(start().client('GET /aaaaa HTTP/1.1\r\n\r\n', 5), 'client', 1), ...allowed);
    const value = json(dialogue);
    expect(value.turns).toEqual([
      {
        side: 'client',
        bytes: hex('474554202f').toString('hex') + Buffer.from(' HTTP/1.1\r\n\r\n').toString('hex'),
        frames: [4, 5, 6, 7],
      },
    ]);
    expect(value['gaps']).toEqual([
      {
        side: 'client',
        start: 5,
        end: 10,
        kind: 'lost',
        frame: 5,
        reason: 'bytes 5-9 of the client were never captured',
      },
    ]);
    expect(JSON.stringify(value.messages.map(({ fields }) => fields.map(({ bytes }) => bytes)))).not.toContain('0000');
  });

  test('tells frames that disagree', () => {
    const talk = start().client('abcd');
    const { seq } = dataSegment(talk, 'client', 0);
    talk.segment('client', { flags: ACK, seq, payload: Buffer.from('aXXd') });
    expect(json(dialogueOf(talk))['conflicts']).toEqual([{ side: 'client', start: 1, end: 3, kept: 4, other: 6 }]);
  });

  test('names frames by file where there are several', () => {
    const dialogue = dialogueOf(start().client('ab').server('cd'));
    const value = JSON.parse(
      emitShowJson(dialogue, filesNamed(['a.pcap', 5], ['b.pcap', 9]), false),
    ) as typeof dialogue;
    expect(value.turns).toMatchObject([{ frames: ['a.pcap:4'] }, { frames: ['b.pcap:1'] }]);
  });
});

describe('show as text', () => {
  test('tells each message with its offset, length, frames and fields', () => {
    const talk = start().client(hex('05 01 00'), 2).server(hex('05 00')).close();
    expect(text(dialogueOf(talk)).split('\n')).toEqual([
      'tcp.stream 0: 10.0.0.1:40000 (client) and 10.0.0.2:1080 (server), told by SYN; 11 frames',
      'SOCKS5: no SOCKS5 request: the client sent FIN, frame 9',
      '',
      'client: SOCKS5 greeting (offset 0, 3 bytes, frames 4,5)',
      `     0  VER       05${' '.repeat(30)}  \\x05`,
      `     1  NMETHODS  01${' '.repeat(30)}  \\x01`,
      `     2  METHODS   00${' '.repeat(30)}  \\x00`,
      '',
      'server: SOCKS5 method: none (offset 0, 2 bytes, frame 7)',
      `     0  VER     05${' '.repeat(30)}  \\x05`,
      `     1  METHOD  00${' '.repeat(30)}  \\x00  outcome`,
      '',
    ]);
  });

  test('shows 16 bytes a line', () => {
    const lines = text(dialogueOf(start().client('abcdefghijklmnopqrstuvwxyz')))
      .split('\n')
      .slice(4, 6);
    expect(lines).toEqual([
      '     0  data  6162636465666768696a6b6c6d6e6f70  abcdefghijklmnop',
      `    16        ${Buffer.from('qrstuvwxyz').toString('hex').padEnd(32)}  qrstuvwxyz`,
    ]);
  });

  test('shows dashes for the bytes of a gap that is allowed', () => {
    const lines = text(dialogueOf(losing(start().client('GET /aaaaa HTTP/1.1\r\n\r\n', 5), 'client', 1), 'gap'));
    expect(lines).toContain('     0  request line  474554202f----------20485454502f  GET /----- HTTP/\n');
  });

  test('keeps control characters of the capture from the terminal', () => {
    const hostile = 'GET /\x1b[31m\x9b HTTP/1.1\r\nX-\x1b]0;t\x07: \u202e\r\n\r\n';
    expect(text(dialogueOf(start().client(hostile)))).toMatch(/^[\n\x20-\x7e]*$/);
  });
});

test('captured bytes are those of runs', () => {
  const { conversation } = dialogueOf(losing(start().client('abcdef', 2), 'client', 1));
  const { bytes } = conversation.client;
  const captured = (from: number, to: number) => Buffer.from(capturedBytes(bytes.bytes, bytes, from, to)).toString();
  expect([captured(0, 6), captured(1, 5), captured(2, 4), captured(0, 0)]).toEqual(['abef', 'be', '', '']);
});
