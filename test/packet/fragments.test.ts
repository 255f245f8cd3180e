import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/bytes/limits.ts';
import { PacketDecoder } from '../../src/packet/decode.ts';
import { cut, decodeAll, fragmentOf, fragmentsOf, LONG, NONE, withDestinationOptions } from '../support/fragments.ts';
import { asDecoded, decode, frame, RAW, readable } from '../support/packet.ts';
import { ethernet, inside, ipv4, mpls, udp, vxlan } from '../support/tunnels.ts';
import { hex, ipPacket } from '../support/wire.ts';

const PACKETS = [
  ['IPv4', LONG.V4, ipPacket(LONG.V4)],
  ['IPv6', LONG.V6, ipPacket(LONG.V6)],
] as const;
const PAYLOAD_LENGTH = 20 + LONG.V4.payload.length;
const CUTS = [24, 32, 56];
const WHOLE = { overlapping: NONE, incomplete: NONE, givenUp: NONE };

describe.each(PACKETS)('%s in fragments', (_, segment, packet) => {
  const pieces = fragmentsOf(packet, CUTS);
  const waiting = Array<string>(pieces.length - 1).fill('fragment');

  test('in order is a segment once the last one is there', () => {
    expect(decodeAll(pieces)).toEqual({ results: [...waiting, asDecoded(segment)], ...WHOLE });
  });

  test('in the reverse order is one once the first one is there', () => {
    expect(decodeAll([...pieces].reverse())).toEqual({ results: [...waiting, asDecoded(segment)], ...WHOLE });
  });

  test('in any order, with copies of any of them, is one', () => {
    const orders = fc
      .tuple(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), fc.array(fc.nat({ max: 3 })), fc.nat({ max: 3 }))
      .map(([order, copies, at]) => [...order.slice(0, at), ...copies, ...order.slice(at)]);
    fc.assert(
      fc.property(orders, (order) => {
        const { results, ...rest } = decodeAll(order.map((at) => pieces[at] as Buffer));
        expect(results.filter((each) => each !== 'fragment')).toEqual([asDecoded(segment)]);
        expect(rest).toEqual(WHOLE);
      }),
    );
  });

  test('cut at any place, the TCP header too, is one', () => {
    for (let at = 8; at < PAYLOAD_LENGTH; at += 8) {
      expect(decodeAll(fragmentsOf(packet, [at])).results, `cut at ${at}`).toEqual(['fragment', asDecoded(segment)]);
    }
    const eights = Array.from({ length: Math.ceil(PAYLOAD_LENGTH / 8) - 1 }, (_, at) => 8 * at + 8);
    expect(decodeAll(fragmentsOf(packet, eights)).results.at(-1)).toEqual(asDecoded(segment));
  });

  test.each([0, 1, 2, 3])('without the fragment %i never becomes whole', (lost) => {
    const { results, incomplete } = decodeAll(pieces.filter((_, at) => at !== lost));
    expect(results).toEqual(waiting);
    expect(incomplete).toEqual({ count: 1, frame: 1 });
  });

  test('is told from another that comes between', () => {
    const other = { ...segment, payload: Buffer.from(segment.payload).reverse() };
    const others = fragmentsOf(ipPacket(other), CUTS, 2);
    const { results, ...rest } = decodeAll(pieces.flatMap((piece, at) => [piece, others[at] as Buffer]));
    expect(results.slice(-2)).toEqual([asDecoded(segment), asDecoded(other)]);
    expect(rest).toEqual(WHOLE);
  });

  test('may come again with the same identification', () => {
    const other = { ...segment, payload: Buffer.from(segment.payload).reverse() };
    const { results, ...rest } = decodeAll([...pieces, ...fragmentsOf(ipPacket(other), CUTS)]);
    expect(results.filter((each) => each !== 'fragment')).toEqual([asDecoded(segment), asDecoded(other)]);
    expect(rest).toEqual(WHOLE);
  });

  test('does not take what came a minute before for a piece of it', () => {
    const decoder = new PacketDecoder();
    const at = (seconds: number, data: Buffer, number: number) =>
      readable(decoder.decode(frame(data, { linkType: RAW, seconds, number })));
    const [first, last] = fragmentsOf(packet, [32]) as [Buffer, Buffer];
    expect(at(1000, first, 1)).toBe('fragment');
    expect(at(1061, last, 2)).toBe('fragment');
    expect(at(1061, first, 3)).toEqual(asDecoded(segment));
    expect(decoder.fragmentation.incomplete).toEqual({ count: 1, frame: 1 });
  });

  test('with one that the snapshot length cut is not put together', () => {
    const decoder = new PacketDecoder();
    const [first, last] = fragmentsOf(packet, [32]) as [Buffer, Buffer];
    const short = { ...frame(first.subarray(0, -1), { linkType: RAW }), originalLength: first.length };
    expect(decoder.decode(short)).toBe('cut fragment');
    expect(decoder.decode(frame(last, { linkType: RAW }))).toBe('fragment');
    expect(decoder.fragmentation.incomplete).toEqual({ count: 1, frame: 7 });
  });

  test('inside a tunnel is put together', () => {
    const decoder = new PacketDecoder();
    const results = pieces.map((piece) => decoder.decode(frame(inside([ethernet(0x8847), mpls(2)], piece))));
    expect(results.map(readable)).toEqual([...waiting, asDecoded(segment)]);
  });

  test('of a tunnel is put together, then opened', () => {
    const tunnel = inside([ipv4(17), udp(4789), vxlan(), ethernet()], packet);
    expect(decodeAll(fragmentsOf(tunnel, [8, 48])).results).toEqual(['fragment', 'fragment', asDecoded(segment)]);
  });
});

describe('IPv6 fragments', () => {
  const packet = ipPacket(LONG.V6);

  test('carry the extension headers behind the fragment header', () => {
    for (const offsets of [[8], [16], [24, 48]]) {
      const { results } = decodeAll(fragmentsOf(withDestinationOptions(packet), offsets));
      expect(results.at(-1)).toEqual(asDecoded(LONG.V6));
    }
  });

  test('are of the protocol that the first one says', () => {
    const [first, last] = fragmentsOf(packet, [32]) as [Buffer, Buffer];
    last[40] = 17;
    for (const order of [
      [first, last],
      [last, first],
    ]) {
      expect(decodeAll(order).results.at(-1)).toEqual(asDecoded(LONG.V6));
    }
  });

  test('whose header says that the packet is whole stand alone', () => {
    const atomic = fragmentOf(packet, cut(0, PAYLOAD_LENGTH, false));
    expect(readable(decode(atomic, RAW))).toEqual(asDecoded(LONG.V6));
  });

  test('of fragments of fragments are nested too deeply at some depth, not without end', () => {
    const depth = 1000;
    /** Eight bytes that are the header of a first fragment, whose bytes are another such header, and so on. */
    const headers = Array.from({ length: depth }, (_, at) =>
      hex(`2c 00 0001 ${(at + 1).toString(16).padStart(8, '0')}`),
    );
    const chain = Buffer.concat([packet.subarray(0, 40), ...headers]);
    chain.writeUInt16BE(8 * depth, 4);
    chain[6] = 44;
    /** What each of them waits for: eight bytes, which the header that was read before makes room for. */
    const last = (id: number) =>
      fragmentOf(packet, cut(8 * (depth - 1), 8 * depth, false), { id, bytes: Buffer.alloc(8) });
    const decoder = new PacketDecoder();
    for (let id = 1; id <= depth; id++) decoder.decode(frame(last(id), { linkType: RAW }));
    expect(decoder.decode(frame(chain, { linkType: RAW }))).toBe('nested too deeply');
    expect(decoder.fragmentation.incomplete.count).toBe(depth - DEFAULT_LIMITS.nesting);
  });
});
