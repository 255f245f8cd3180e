import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../src/analyze.ts';
import { DEFAULT_LIMITS } from '../src/bytes/limits.ts';
import type { Warning } from '../src/capture/warning.ts';
import { cut, fragmentOf, fragmentsOf } from './support/fragments.ts';
import { inside, ipInIpv4, type Layer } from './support/tunnels.ts';
import { framesOf, hex, ipPacket, LINKS, pcapFile, Talk, type WireFrame } from './support/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TALK = new Talk()
  .handshake()
  .client(hex('05 01 00'))
  .server(hex('05 00'))
  .client(hex('05 01 00 01 c0000201 0050'))
  .server(hex('05 00 00 01 00000000 0000'))
  .client('GET /generate_204 HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n')
  .server('HTTP/1.1 204 No Content\r\n\r\n')
  .close().segments;
const LAST = TALK.length + 1;
const PACKET = ipPacket({
  from: '10.0.0.3:5000',
  to: '10.0.0.4:80',
  seq: 1,
  ack: 1,
  flags: 24,
  payload: Buffer.alloc(60, 'x'),
  time: 0,
});
const piece = (start: number, end: number, more: boolean, id = 1) => fragmentOf(PACKET, cut(start, end, more), { id });

/** What is warned of when these packets, and some without a fault before them, are read. */
async function warningsOn(packets: readonly Buffer[], limits = DEFAULT_LIMITS, copies = 1) {
  const added: WireFrame[] = packets.map((packet) => ({
    data: LINKS.ethernet.wrap(packet),
    time: 1_700_000_000_000_000,
  }));
  const paths = Array.from({ length: copies }, (_, at) => join(folder, `${at + 1}.pcap`));
  for (const path of paths) writeFileSync(path, pcapFile([...framesOf(TALK), ...added]));
  const warnings: Warning[] = [];
  const { accounting } = await analyze({ paths, limits, warn: (warning) => warnings.push(warning), proof: false });
  return { warnings: warnings.map(({ code, message }) => `${code}: ${message}`), accounting };
}

describe('of packets in fragments', () => {
  test('that become whole nothing is said', async () => {
    const { warnings, accounting } = await warningsOn(fragmentsOf(PACKET, [16, 32]));
    expect(warnings).toEqual([]);
    expect(accounting).toMatchObject({ frames: LAST + 2, segments: LAST, conversations: 2 });
    expect(accounting.skipped).toEqual(new Map([['fragment', { count: 2, first: LAST }]]));
  });

  test.each([
    [
      'that overlap: the frame of the first that was put together',
      [piece(0, 32, true), piece(24, 80, false), piece(0, 32, true, 2), piece(24, 80, false, 2)],
      [
        `fragments-overlap: 2 packets were put together from fragments that overlap, of which the first copy is kept, the first in frame ${LAST + 1}`,
      ],
    ],
    [
      'that never become whole: the first frame of the first',
      [piece(0, 32, true), piece(0, 32, true, 2)],
      [`fragments-lost: 2 fragmented packets never became whole, the first from frame ${LAST}`],
    ],
    [
      'that are given up: the first frame of the first, and the limit',
      [1, 2, 3, 4].map((id) => piece(0, 32, true, id)),
      [
        `fragments-lost: 2 fragmented packets never became whole, the first from frame ${LAST + 2}`,
        `limit: 2 fragmented packets were given up while they waited for the rest (--limit fragments allows more), the first from frame ${LAST}`,
      ],
    ],
  ])('%s', async (_, packets, expected) => {
    expect((await warningsOn(packets, { ...DEFAULT_LIMITS, fragments: 500 })).warnings).toEqual(expected);
  });

  test('of several files the one is named', async () => {
    const { warnings } = await warningsOn([piece(0, 32, true)], DEFAULT_LIMITS, 2);
    expect(warnings).toEqual([
      `fragments-lost: 1 fragmented packets never became whole, the first from frame 1.pcap:${LAST}`,
    ]);
  });
});

test('of packets that are nested too deeply the number and the first frame', async () => {
  const nested = inside(Array<Layer>(9).fill(ipInIpv4), PACKET);
  const { warnings } = await warningsOn([nested, PACKET, nested]);
  expect(warnings).toEqual([
    `frames-left-out: 2 of ${LAST + 2} frames left out (nested too deeply), the first is frame ${LAST}; raise --limit nesting`,
  ]);
});

test('of a fragment that the snapshot length cut the number and the first frame', async () => {
  const { warnings } = await warningsOn([piece(0, 32, true).subarray(0, -1)]);
  expect(warnings).toEqual([
    `frames-left-out: 1 of ${LAST} frames left out (cut fragment), the first is frame ${LAST}; record whole frames: tcpdump -s 0`,
  ]);
});
