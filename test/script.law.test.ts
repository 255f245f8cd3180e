import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { analyze } from '../src/analyze.ts';
import { emitHaproxy } from '../src/emit/haproxy/script.ts';
import {
  ACK,
  framesOf,
  hex,
  LINKS,
  type Link,
  PSH,
  pcapFile,
  pcapngFile,
  Talk,
  type WireSegment,
  zstdStored,
} from './support/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Turn = readonly [side: 'client' | 'server', bytes: Buffer];
const REQUEST =
  'GET /generate_204 HTTP/1.1\r\nHost: client3.google.com\r\nUser-Agent: curl/7.54.0\r\nAccept: */*\r\n\r\n';
const ANSWER = 'HTTP/1.1 204 No Content\r\nDate: Sun, 22 Nov 2026 10:18:04 GMT\r\nConnection: keep-alive\r\n\r\n';
const DIALOGUE: readonly Turn[] = [
  ['client', hex('05 02 00 01')],
  ['server', hex('05 00')],
  ['client', hex('05 01 00 03 12 636c69656e74332e676f6f676c652e636f6d 0050')],
  ['server', hex('05 00 00 01 00000000 06b5')],
  ['client', Buffer.from(REQUEST)],
  ['server', Buffer.from(ANSWER)],
];

/** The rules of the script, without the header, which names frames and times. */
async function rulesOf(file: Buffer): Promise<string> {
  const path = join(folder, 'capture');
  writeFileSync(path, file);
  const script = emitHaproxy(await analyze({ paths: [path] }));
  return script.replace(/^ *#.*\n/gm, '');
}

const plain = pcapFile(
  framesOf(DIALOGUE.reduce((talk, [side, bytes]) => talk.says(side, bytes), new Talk().handshake()).close().segments),
);

test('the dialogue of design and article gives the script that the documentation shows', async () => {
  expect(await rulesOf(plain)).toBe(`    option tcp-check
    tcp-check connect linger comment "tcp"
    tcp-check send-binary 05020001 comment "SOCKS5 greeting"
    tcp-check expect min-recv 2 rbinary ^0500 comment "SOCKS5 method: none"
    tcp-check send-binary 0501000312636c69656e74332e676f6f676c652e636f6d0050 comment "SOCKS5 CONNECT client3.google.com:80"
    tcp-check expect min-recv 2 rbinary ^0500 comment "SOCKS5 request granted"
    tcp-check expect rbinary ^0500..(01.{12}|04.{36}|03(12.{40}|1[013-9A-F].{2,}|[02-9A-F]..{2,})) comment "SOCKS5 reply complete"
    tcp-check send GET\\ /generate_204\\ HTTP/1.1\\r\\nHost:\\ client3.google.com\\r\\nUser-Agent:\\ curl/7.54.0\\r\\nAccept:\\ */*\\r\\n\\r\\n comment "GET /generate_204"
    tcp-check expect min-recv 12 rstring ^HTTP/1\\.[01]\\ 204 comment "204 from the origin"
`);
});

/** Cuts each turn at random places, and sends some of the pieces twice. */
const segmentations = fc.record({
  cuts: fc.array(fc.array(fc.nat(200), { maxLength: 6 }), { minLength: DIALOGUE.length, maxLength: DIALOGUE.length }),
  repeats: fc.array(fc.nat(60), { maxLength: 6 }),
  clientIsn: fc.integer({ min: 0, max: 0xffffffff }),
  serverIsn: fc.integer({ min: 0, max: 0xffffffff }),
  order: fc.oneof(fc.constant('as sent' as const), fc.constant('swapped' as const), fc.constant('shuffled' as const)),
  seed: fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 }),
});

function segmentsOf({
  cuts,
  repeats,
  clientIsn,
  serverIsn,
  order,
  seed,
}: typeof segmentations extends fc.Arbitrary<infer T> ? T : never) {
  const talk = new Talk({ clientIsn, serverIsn }).handshake();
  DIALOGUE.forEach(([side, bytes], at) => {
    const places = [...new Set([0, ...(cuts[at] as number[]).filter((cut) => cut < bytes.length), bytes.length])].sort(
      (a, b) => a - b,
    );
    for (let piece = 1; piece < places.length; piece++) {
      talk.segment(side, { flags: ACK | PSH, payload: bytes.subarray(places[piece - 1], places[piece]) });
    }
    talk.segment(side === 'client' ? 'server' : 'client');
  });
  const segments = [...talk.close().segments];
  for (const repeat of repeats)
    segments.splice((repeat * 7) % segments.length, 0, segments[repeat % segments.length] as WireSegment);
  if (order === 'swapped') {
    for (let at = 1; at < segments.length; at += 2)
      [segments[at - 1], segments[at]] = [segments[at] as WireSegment, segments[at - 1] as WireSegment];
  }
  if (order === 'shuffled') {
    return segments
      .map((segment, at) => ({ segment, key: seed[at % seed.length] as number }))
      .sort((a, b) => a.key - b.key)
      .map(({ segment }) => segment);
  }
  return segments;
}

const links = fc.constantFrom<Link>(...Object.values(LINKS));
const endpoints = fc.constantFrom(undefined, { client: '[fd00::1]:50000', server: '[fd00::2]:1080' });
const files = fc.constantFrom<(frames: ReturnType<typeof framesOf>, linkType: number) => Buffer>(
  (frames, linkType) => pcapFile(frames, { linkType }),
  (frames, linkType) => pcapFile(frames, { linkType, bigEndian: true, nanoseconds: true }),
  (frames, linkType) => pcapFile(frames, { linkType, modified: true }),
  (frames, linkType) => pcapngFile(frames, { linkType }),
  (frames, linkType) => pcapngFile(frames, { linkType, bigEndian: true }),
);
const packings = fc.constantFrom<(file: Buffer) => Buffer>((file) => file, gzipSync, zstdStored);

test('segments, order, repetition, link type, file format and compression change no byte of the rules', async () => {
  const expected = await rulesOf(plain);
  await fc.assert(
    fc.asyncProperty(segmentations, links, endpoints, files, packings, async (segmentation, link, ends, file, pack) => {
      const addressed = segmentsOf(segmentation).map((segment) => ({
        ...segment,
        ...(ends && { from: swap(segment.from, ends), to: swap(segment.to, ends) }),
      }));
      expect(await rulesOf(pack(file(framesOf(addressed, link), link.linkType)))).toBe(expected);
    }),
    { numRuns: 300 },
  );
});

const swap = (endpoint: string, ends: { client: string; server: string }): string =>
  endpoint.endsWith(':1080') ? ends.server : ends.client;
