import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/bytes/limits.ts';
import type { Conversation } from '../../src/conversation/conversation.ts';
import { ConversationTracker } from '../../src/conversation/tracker.ts';
import { formatEndpoint, type Segment } from '../../src/packet/segment.ts';
import {
  client,
  conversationOf,
  linesOf,
  OPENED,
  type Said,
  segmentsFrom,
  server,
  textOf,
  track,
} from '../support/segments.ts';
import { ACK, FIN, RST, SYN } from '../support/wire.ts';

const CLOSED: readonly Said[] = [client.fin(0), server.fin(0, { acks: 1 }), client.acks(1, 1)];
/** The same, said with other sequence numbers: another connection on the same ports. */
const OTHER = 700_000;
const moved = (said: readonly Said[], by = OTHER): Said[] =>
  said.map((each) => ({ ...each, at: each.at + by, acks: each.acks + by }));
const OPENED_AGAIN = moved(OPENED);

// How many frames each number has. tshark 4.0.17 gave the same numbers (`-T fields -e tcp.stream`), but where a row says otherwise.
describe('numbers conversations as Wireshark does', () => {
  const ROWS: readonly (readonly [name: string, said: readonly Said[], frames: readonly number[]])[] = [
    ['one connection', [...OPENED, ...CLOSED], [6]],
    ['ports used again after a RST', [...OPENED, server.rst(0), ...OPENED_AGAIN], [4, 3]],
    ['ports used again after FINs', [...OPENED, ...CLOSED, ...OPENED_AGAIN], [6, 3]],
    ['ports used again without an end', [...OPENED, ...OPENED_AGAIN], [3, 3]],
    ['ports used a third time, with the first numbers', [...OPENED, ...OPENED_AGAIN, ...OPENED], [3, 3, 3]],
    ['ports used again by the other side', [...OPENED, ...CLOSED, ...moved([server.syn(), client.synAck()])], [6, 2]],
    [
      'ports used again by the other side with its old number',
      [...OPENED, ...CLOSED, server.syn(), { ...client.synAck(), at: 9 }],
      [8],
    ],
    [
      'ports used again with ECN (RFC 3168)',
      [client.syn({ flags: SYN | 0xc0 }), ...moved([client.syn({ flags: SYN | 0xc0 })])],
      [1, 1],
    ],
    ['a SYN sent twice', [client.syn(), client.syn(), server.synAck()], [3]],
    ['every frame captured twice', OPENED.flatMap((each) => [each, each]), [6]],
    ['a refused SYN sent again', [client.syn(), server.rst(-1), client.syn(), server.rst(-1)], [4]],
    ['a refused SYN tried anew', [client.syn(), server.rst(-1), ...moved([client.syn(), server.rst(-1)])], [2, 2]],
    ['the same SYN after FINs', [...OPENED, ...CLOSED, client.syn(), server.synAck()], [8]],
    ['the same SYN after one FIN', [...OPENED, client.fin(0), client.syn()], [5]],
    ['the same SYN after a RST', [...OPENED, client.rst(0), client.syn()], [5]],
    ['an old SYN between two others', [client.syn(), ...moved([client.syn()]), client.syn()], [1, 1, 1]],
    ['a SYN-ACK with another number', [...OPENED, ...moved([server.synAck()])], [4]],
    ['ports used again, the SYN not captured', [...OPENED, ...CLOSED, ...OPENED_AGAIN.slice(1)], [8]],
    ['ports used again, no handshake captured', [...OPENED, ...CLOSED, ...moved([client.says(0, 'x')])], [7]],
    ['late text after ports were used again', [...OPENED, ...OPENED_AGAIN, client.says(0, 'x')], [3, 4]],
    ['text, then a SYN', [client.says(0, 'hello'), ...OPENED_AGAIN], [1, 3]],
    ['an acknowledgment, then a SYN', [client.acks(0), ...OPENED_AGAIN], [1, 3]],
    ['text of the server, then a SYN', [server.says(0, 'hello'), ...OPENED_AGAIN], [1, 3]],
    ['text before its own SYN', [client.says(0, 'hello'), ...OPENED], [4]],
    ['text of the server before the SYN', [server.says(0, 'hello'), ...OPENED], [4]],
    ['a SYN-ACK before its SYN', [server.synAck(), client.syn()], [2]],
    ['an acknowledgment before the SYN-ACK', [client.syn(), client.acks(0), server.synAck()], [3]],
    ['a FIN before its SYN', [client.fin(0), client.syn()], [2]],
    ['a refusal before its SYN', [server.rst(-1), client.syn()], [2]],
    ['a simultaneous open (RFC 9293 §3.5)', [client.syn(), server.syn(), client.synAck(), server.synAck()], [4]],
    ['a simultaneous open tried anew by the second', [client.syn(), server.syn(), ...moved([server.syn()])], [2, 1]],
    ['SYN and FIN in one', [client.syn({ flags: SYN | FIN }), ...moved([client.syn({ flags: SYN | FIN })])], [1, 1]],
    ['SYN and RST in one', [client.syn({ flags: SYN | RST }), ...moved([client.syn({ flags: SYN | RST })])], [1, 1]],
    ['text far behind an earlier SYN', [client.says(100_000, 'x'), ...OPENED], [1, 3]],
    // Wireshark counts two: it knows a SYN only by the first byte behind it. A shuffled capture is one connection all the same.
    ['the second text before its SYN', [client.says(5, 'world'), ...OPENED, client.says(0, 'hello')], [5]],
  ];
  test.each(ROWS)('%s', (_, said, frames) => {
    const conversations = track(segmentsFrom(said)).sort((a, b) => a.stream - b.stream);
    expect(conversations.map((each) => each.frames)).toEqual(frames);
    expect(conversations.map((each) => each.stream)).toEqual(frames.map((__, stream) => stream));
  });
});

describe('the client is known by', () => {
  const ROWS: readonly (readonly [
    name: string,
    said: readonly Said[],
    ports: object,
    clientPort: number,
    rolesBy: string,
  ])[] = [
    ['its SYN', OPENED, {}, 40_000, 'SYN'],
    ['its SYN, though it is at the lower port', OPENED, { clientPort: 80, serverPort: 40_000 }, 80, 'SYN'],
    ['its SYN, though text came first', [server.says(0, 'x'), ...OPENED], {}, 40_000, 'SYN'],
    [
      'its SYN, though the SYN-ACK came first',
      [server.synAck(), client.syn()],
      { clientPort: 80, serverPort: 40_000 },
      80,
      'SYN',
    ],
    [
      'the first SYN of a simultaneous open',
      [client.syn(), server.syn(), client.synAck(), server.synAck()],
      {},
      40_000,
      'SYN',
    ],
    ['the SYN-ACK of the other', OPENED.slice(1), { clientPort: 80, serverPort: 40_000 }, 80, 'SYN-ACK'],
    ['the higher port', [client.says(0, 'x')], {}, 40_000, 'ports'],
    ['the higher port, though the other spoke first', [server.says(0, 'x')], {}, 40_000, 'ports'],
    [
      'the first word, where the ports are the same',
      [server.says(0, 'x')],
      { clientPort: 80, serverPort: 80 },
      80,
      'ports',
    ],
  ];
  test.each(ROWS)('%s', (_, said, ports, clientPort, rolesBy) => {
    const conversation = conversationOf(said, ports);
    expect([conversation.client.port, conversation.rolesBy]).toEqual([clientPort, rolesBy]);
  });
  test('the first word, where the ports are the same and the server spoke', () => {
    const { client: first } = conversationOf([server.says(0, 'x')], { clientPort: 80, serverPort: 80 });
    expect(formatEndpoint(first)).toBe('10.0.0.2:80');
  });
});

describe('a conversation', () => {
  test('says where and when it began, and how many frames it has', () => {
    const { stream, frames, firstFrame, started, client: one, server: two } = conversationOf(OPENED, { firstFrame: 7 });
    expect([stream, frames, firstFrame, started]).toEqual([0, 3, 7, { seconds: 7, nanoseconds: 0 }]);
    expect([formatEndpoint(one), formatEndpoint(two)]).toEqual(['10.0.0.1:40000', '10.0.0.2:1080']);
  });
  test.each([
    ['a SYN', [client.syn()], true, false],
    ['a SYN-ACK', [server.synAck()], false, true],
    ['both', OPENED, true, true],
    ['neither', OPENED.slice(2), false, false],
  ])('says whose start was seen: %s', (_, said, ofClient, ofServer) => {
    const conversation = conversationOf(said);
    expect([conversation.client.bytes.fromStart, conversation.server.bytes.fromStart]).toEqual([ofClient, ofServer]);
  });
  test.each([0, 1080])('of port %d with itself is one side that talks', (port) => {
    const segments = segmentsFrom([client.syn(), client.says(0, 'hello'), client.fin(5)], {
      clientPort: port,
      serverPort: port,
    });
    const itself = segments.map((each) => ({ ...each, pair: each.pair.replace('\x0a\0\0\x02', '\x0a\0\0\x01') }));
    const [conversation, ...more] = track(itself);
    expect([linesOf(conversation as Conversation), conversation?.frames, more]).toEqual([['client: hello'], 3, []]);
  });
  test('of port 0 is one like any other', () => {
    expect(linesOf(conversationOf([...OPENED, client.says(0, 'x')], { clientPort: 0 }))).toEqual(['client: x']);
  });
  test.each([OTHER, -OTHER, 2 ** 30, -(2 ** 31)])(
    'has no text of an old one, %d bytes away, before its SYN-ACK',
    (at) => {
      const old = server.says(at, 'old', { acks: -1 });
      const { bytes } = conversationOf([client.syn(), old, server.synAck(), server.says(0, 'hi')]).server;
      expect([textOf(bytes), bytes.length, bytes.gaps]).toEqual(['hi', 2, []]);
    },
  );
  test('is not changed by a later one whose SYN was not captured', () => {
    const said = [
      ...OPENED,
      client.says(0, 'ab'),
      client.fin(2, { acks: 0 }),
      server.fin(0, { acks: 3 }),
      client.acks(1, 3),
    ];
    const later = [server.synAck(), client.says(0, 'yz'), server.says(0, 'yz', { acks: 2 })];
    const [first] = track(segmentsFrom([...said, ...moved(later)]));
    expect(first && linesOf(first)).toEqual(['client: ab']);
    expect(first?.client.bytes.length).toBe(2);
  });
});

describe('conversations that ended', () => {
  const KEPT = 256;
  /** One connection on a port of its own, in frames that come together. */
  const connection = (port: number, said: readonly Said[]): Segment[] =>
    segmentsFrom(said, { clientPort: port, firstFrame: port * 100 });
  /** A request, a reply, and the end of both. */
  const closes = [client.fin(2, { acks: 2 }), server.fin(2, { acks: 3 }), client.acks(3, 3)];
  const whole = [...OPENED, client.says(0, 'hi'), server.says(0, 'yo', { acks: 2 }), ...closes];
  const ENDS: readonly (readonly [name: string, said: readonly Said[]])[] = [
    ['by FINs', whole],
    ['by a RST', [...OPENED, client.says(0, 'hi'), server.rst(0, { acks: 2 })]],
    ['by a RST after the same side’s FIN', [...OPENED, client.says(0, 'hi'), client.fin(2), client.rst(3)]],
    ['by a refusal', [client.syn(), server.rst(-1, { flags: RST | ACK })]],
  ];
  test.each(ENDS)('%s are given out while reading, when as many more ended as may come late', (_, said) => {
    const given: number[] = [];
    const tracker = new ConversationTracker({
      limits: { ...DEFAULT_LIMITS, head: 64 },
      onConversation: ({ stream }) => given.push(stream),
    });
    for (let port = 0; port < 10 * KEPT; port++) {
      for (const segment of connection(port, said)) tracker.add(segment);
      expect(given).toHaveLength(Math.max(0, port + 1 - KEPT));
    }
    tracker.finish();
    expect(given).toEqual([...Array(10 * KEPT).keys()]);
    expect(tracker.conversations).toBe(10 * KEPT);
  });
  test('by FINs that nobody acknowledged have not ended', () => {
    const said = [...OPENED, client.fin(0), server.fin(0), client.acks(0), server.acks(0)];
    const given: number[] = [];
    const tracker = new ConversationTracker({ onConversation: ({ stream }) => given.push(stream) });
    for (let port = 0; port < 2 * KEPT; port++) for (const segment of connection(port, said)) tracker.add(segment);
    expect(given).toEqual([]);
  });
  test('still take what comes late, and no new number for it', () => {
    const without = whole.filter(({ text }) => text !== 'hi');
    const conversations = track([
      ...connection(1, without),
      ...connection(2, whole),
      ...connection(1, [client.says(0, 'hi')]),
    ]);
    expect(conversations.map((each) => linesOf(each)[0])).toEqual(['client: hi', 'client: hi']);
    expect(conversations.map(({ frames }) => frames)).toEqual([whole.length, whole.length]);
  });
  test('take no more once they were given out, and no new number for it', () => {
    const others = Array.from({ length: KEPT }, (_, at) => connection(at + 2, whole)).flat();
    const conversations = track([
      ...connection(1, whole),
      ...others,
      ...connection(1, [...whole, client.says(9, 'x')]),
    ]);
    expect(conversations).toHaveLength(KEPT + 1);
    expect([conversations[0]?.stream, conversations[0]?.frames]).toEqual([0, whole.length]);
  });
  test('are given out at once where their ports are used again', () => {
    const given: number[] = [];
    const tracker = new ConversationTracker({
      limits: { ...DEFAULT_LIMITS, head: 64 },
      onConversation: ({ stream }) => given.push(stream),
    });
    for (const segment of segmentsFrom([...OPENED, ...CLOSED, ...OPENED_AGAIN])) tracker.add(segment);
    expect(given).toEqual([0]);
  });
});
