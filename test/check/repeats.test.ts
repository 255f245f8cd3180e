import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { DEFAULT_LIMITS } from '../../src/bytes/limits.ts';
import { keyOf } from '../../src/check/check.ts';
import { CheckFolder } from '../../src/check/fold.ts';
import { Repeats } from '../../src/check/repeats.ts';
import { sampleOf } from '../../src/check/sample.ts';
import type { Conversation } from '../../src/conversation/conversation.ts';
import { readDialogue } from '../../src/dialogue/dialogue.ts';
import { idleBytesOf, MAY_BE } from '../../src/dialogue/idle.ts';
import { conversationOf, conversationsIn } from '../support/derive.ts';
import { CASES } from '../support/fixtures.ts';
import { framesOf, hex, pcapFile, Talk } from '../support/wire.ts';

/** What a check takes from a conversation, but for the moment and the bytes of the replies. */
function madeOf(conversation: Conversation): unknown {
  const sampling = sampleOf(readDialogue(conversation, new Set()), new Set(), false);
  if (!('sample' in sampling)) return sampling.reason;
  const { sample } = sampling;
  const exchanges = sample.exchanges.map(({ request, reply }) => ({
    request,
    reply: reply.map(({ observation }) => observation),
  }));
  return { ...sample, key: keyOf(sample), exchanges };
}

function withServerBytes(conversation: Conversation, change: (bytes: Uint8Array) => void): Conversation {
  const bytes = Uint8Array.from(conversation.server.bytes.bytes);
  change(bytes);
  return { ...conversation, server: { ...conversation.server, bytes: { ...conversation.server.bytes, bytes } } };
}

describe('idle bytes decide nothing', () => {
  let met = 0;
  test.each(CASES)('$name', async ({ capture }) => {
    for (const conversation of await conversationsIn(capture)) {
      const idle = idleBytesOf(readDialogue(conversation, new Set()).layers, conversation.server.bytes.bytes);
      const expected = madeOf(conversation);
      const replacements: readonly [what: number, byte: number][] = [
        ...[0, 1, 3, 4, 10, 13, 32, 58, 255].map((byte) => [MAY_BE.anything, byte] as [number, number]),
        ...[32, 48, 58, 126].map((byte) => [MAY_BE.anyVisible, byte] as [number, number]),
      ];
      for (const [what, byte] of replacements) {
        const changed = withServerBytes(conversation, (bytes) => {
          for (const at of idle.keys()) if (idle[at] === what) bytes[at] = byte;
        });
        expect(madeOf(changed), `${what} ${byte}`).toEqual(expected);
      }
      met += idle.filter((what) => what !== MAY_BE.nothingElse).length;
    }
  });
  test('and there are some', () => expect(met).toBeGreaterThan(1000));
});

const ANSWER = 'HTTP/1.1 204 No Content\r\nDate: Sun, 22 Nov 2026 10:18:04 GMT\r\nX: 1\r\n\r\n';

let port = 40_000;
function dialogue({
  bound = '01 c6336401 06b5',
  answer = ANSWER,
  server = '10.0.0.2:1080',
  host = 'a.b',
  cut = 99,
} = {}) {
  return new Talk({ client: `10.0.0.1:${port++}`, server })
    .handshake()
    .client(hex('05 01 00'))
    .server(hex('05 00'))
    .client(hex('05 01 00 03 03 612e62 0050'))
    .server(hex(`05 00 00 ${bound}`))
    .client(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    .server(answer, cut)
    .close();
}

describe('a conversation repeats one before it', () => {
  const first = conversationOf(dialogue());
  const repeats = new Repeats();
  const reading = readDialogue(first, new Set());
  const sampling = sampleOf(reading, new Set(), false);
  if (!('sample' in sampling)) throw new Error(sampling.reason);
  const group = new CheckFolder().add(sampling.sample);
  if (group === undefined) throw new Error('no group');
  repeats.remember(first, reading, group);

  test.each<[name: string, other: Talk, repeated: boolean]>([
    ['when it is the same', dialogue(), true],
    ['whatever the server bound', dialogue({ bound: '01 7f000001 ffff' }), true],
    ['whatever the date', dialogue({ answer: ANSWER.replace('Sun, 22', 'Mon, 23') }), true],
    ['but not with an address of another length', dialogue({ bound: `04 ${'00'.repeat(16)} 0000` }), false],
    ['but not with an address of another type', dialogue({ bound: '03 c6336401 06b5' }), false],
    ['but not with another status', dialogue({ answer: ANSWER.replace('204', '404') }), false],
    [
      'but not with another value of a header that may decide',
      dialogue({ answer: ANSWER.replace('1\r', '2\r') }),
      false,
    ],
    ['but not with a line break in its date', dialogue({ answer: ANSWER.replace('22 Nov', '22\r\nov') }), false],
    ['but not with another request', dialogue({ host: 'c.d' }), false],
    ['but not with another server', dialogue({ server: '10.0.0.3:1080' }), false],
    ['but not in other segments', dialogue({ cut: 20 }), false],
  ])('%s', (_name, other, repeated) => {
    expect(repeats.groupOf(conversationOf(other)) !== undefined).toBe(repeated);
  });
});

test('what repeats is counted, and all else is as if each were read', async () => {
  // Each is met six times. One sample a check is kept in one run, so that whatever can be is only counted, and every one in the other.
  const round = () => [
    dialogue(),
    dialogue({ bound: `01 ${Buffer.from([port >> 8, port & 255]).toString('hex')}0000 0438` }),
    dialogue({ bound: '03 05 6c6f63616c 0000' }),
    dialogue({ bound: '03 05 6c6f63616d 0000' }),
    dialogue({ answer: ANSWER.replace('10:18:04', '10:18:05') }),
    dialogue({ answer: ANSWER.replace('204', '302') }),
    dialogue({ answer: ANSWER.replace('204', '404') }),
    dialogue({ host: 'c.d' }),
    dialogue({ server: '10.0.0.3:1080' }),
    dialogue({ cut: 20 }),
  ];
  const talks = Array.from({ length: 6 }, round).flat();
  const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
  try {
    const capture = join(folder, 'many.pcap');
    writeFileSync(capture, pcapFile(talks.flatMap(({ segments }) => framesOf(segments))));
    const told = async (samples: number) => {
      const { checks, setAside } = await analyze({ paths: [capture], limits: { ...DEFAULT_LIMITS, samples } });
      return {
        setAside,
        checks: checks.map(({ sampleCount, servers, title, replies }) => [sampleCount, servers[0], title, replies]),
      };
    };
    const counted = await told(1);
    expect(counted).toEqual(await told(1000));
    expect(counted.checks.map(([count]) => count)).toEqual([42, 6, 6]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
