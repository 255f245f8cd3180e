import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../src/bytes/reader.ts';
import { readDialogue } from '../../src/dialogue/dialogue.ts';
import { readHttp, recognizeHttp } from '../../src/protocol/http/recognize.ts';
import type { MessageSpan, Place, Streams } from '../../src/protocol/layer.ts';
import { readSocks5, recognizeSocks5 } from '../../src/protocol/socks5/recognize.ts';
import { conversationsIn } from '../support/derive.ts';
import { CASES } from '../support/fixtures.ts';
import { hex } from '../support/wire.ts';

/** Fields lie one behind the other, from a message's first byte to its last. */
function expectTiled({ start, end, fields }: MessageSpan): void {
  let position = start;
  for (const field of fields) {
    expect(field.start, field.name).toBe(position);
    expect(field.length, field.name).toBeGreaterThan(0);
    position += field.length;
  }
  expect(position).toBe(end);
}

/** A side's messages lie in order, without overlap, inside what was captured. */
function expectInOrder(messages: readonly MessageSpan[], streams: Streams, from: Place): void {
  const position = { ...from };
  for (const message of messages) {
    expect(message.start).toBeGreaterThanOrEqual(position[message.side]);
    expect(message.end).toBeLessThanOrEqual(streams[message.side].length);
    position[message.side] = message.end;
    expectTiled(message);
  }
}

describe('the fields of every message in the fixtures tile it', () => {
  test.each(CASES)('$name', async ({ capture }) => {
    for (const conversation of await conversationsIn(capture)) {
      const { layers } = readDialogue(conversation, new Set());
      const streams = { client: conversation.client.bytes.bytes, server: conversation.server.bytes.bytes };
      expectInOrder(
        layers.flatMap(({ messages }) => messages),
        streams,
        { client: 0, server: 0 },
      );
    }
  });
});

// Pieces that decoders know, joined at random, so that most inputs get past the first byte.
const PIECES: readonly Buffer[] = [
  hex('05 01 00'),
  hex('05 02 00 02'),
  hex('05 00'),
  hex('05 02'),
  hex('05 ff'),
  hex('01 01 61 01 62'),
  hex('01 00'),
  hex('05 01 00 01 7f000001 0050'),
  hex('05 01 00 03 01 61 0050'),
  hex('05 00 00 01 00000000 0000'),
  hex('05 05 00'),
  ...[
    'GET / HTTP/1.1\r\n',
    'CONNECT a:1 HTTP/1.1\r\n',
    'POST http://u:p@a/ HTTP/1.0\r\n',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 407 No\r\n',
    'Content-Length: 2\r\n',
    'Content-Length: 99999999999999999999\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Authorization: x\r\n y\r\n',
    '\r\n',
    '\n',
    '0\r\n\r\n',
    'fffffff\r\n',
    ':',
  ].map((text) => Buffer.from(text)),
];
const bytes = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...PIECES) }, fc.uint8Array({ maxLength: 6 })), {
    maxLength: 12,
  })
  .map((pieces) => Uint8Array.from(Buffer.concat(pieces)));
const random = fc.uint8Array({ maxLength: 64 });
const inputs = fc
  .tuple(fc.oneof(bytes, random), fc.oneof(bytes, random), fc.nat(4), fc.nat(4))
  .map(([client, server, clientPlace, serverPlace]) => ({
    streams: { client, server },
    place: { client: Math.min(clientPlace, client.length), server: Math.min(serverPlace, server.length) },
  }));

describe.each([
  ['SOCKS5', recognizeSocks5, readSocks5],
  ['HTTP', recognizeHttp, readHttp],
] as const)('%s, on whatever both sides say', (_name, recognize, read) => {
  test('is recognized or not, and read to an outcome: nothing throws', () => {
    fc.assert(
      fc.property(inputs, ({ streams, place }) => {
        expect(recognize(streams, place)).toBeTypeOf('boolean');
        const { messages, outcome } = read(streams, place);
        expectInOrder(messages, streams, place);
        if (outcome.kind === 'granted') {
          expect(outcome.tunnel.client).toBeGreaterThan(place.client);
          expect(outcome.tunnel.server).toBeGreaterThan(place.server);
        }
        if ('place' in outcome) expect(outcome.place.offset).toBeLessThanOrEqual(streams[outcome.place.side].length);
      }),
      { numRuns: 2000 },
    );
  });

  test('reads the same where it starts in the middle of a stream', () => {
    fc.assert(
      fc.property(bytes, bytes, (client, server) => {
        const [before, length] = [Buffer.alloc(7, 0xee), 7];
        const here = read({ client, server }, { client: 0, server: 0 });
        const there = read(
          { client: Buffer.concat([before, client]), server: Buffer.concat([before, server]) },
          { client: length, server: length },
        );
        const moved = ({ start, name, role, length: size }: Field) => ({
          start: start + length,
          name,
          role,
          length: size,
        });
        expect(there.messages.map(({ fields }) => fields)).toEqual(
          here.messages.map(({ fields }) => fields.map(moved)),
        );
        expect(there.outcome.kind).toBe(here.outcome.kind);
      }),
      { numRuns: 500 },
    );
  });
});

test('a head of many lines is read in linear time', () => {
  const line = 'a: b\r\n c\r\n';
  const client = Buffer.from(`GET / HTTP/1.1\r\n${line.repeat(6000)}a:${' \t'.repeat(2000)}\r\n\r\n`);
  const started = performance.now();
  const { messages } = readHttp({ client, server: new Uint8Array(0) }, { client: 0, server: 0 });
  expect(messages[0]).toMatchObject({ kind: 'request', end: client.length });
  expect(performance.now() - started).toBeLessThan(1000);
});
