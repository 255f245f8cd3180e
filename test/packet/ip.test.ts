import { describe, expect, test } from 'vitest';
import { asDecoded, decode, RAW, readable, V4, V6 } from '../support/packet.ts';
import { hex, ipPacket, LINKS } from '../support/wire.ts';

/** The packet with bytes replaced from `at` on. */
const patched = (packet: Buffer, at: number, bytes: string): Buffer =>
  Buffer.concat([packet.subarray(0, at), hex(bytes), packet.subarray(at + hex(bytes).length)]);

/** An IPv6 packet with extension headers; each begins with a byte that is replaced by the type of the next. */
function extended(headers: readonly (readonly [type: number, bytes: string])[], last = 6): Buffer {
  const packet = ipPacket(V6);
  const types = [...headers.map(([type]) => type), last];
  const chain = headers.map(([, bytes], at) =>
    Buffer.concat([Buffer.of(types[at + 1] as number), hex(bytes).subarray(1)]),
  );
  const length = packet.readUInt16BE(4) + Buffer.concat(chain).length;
  packet.writeUInt16BE(length, 4);
  packet[6] = types[0] as number;
  return Buffer.concat([packet.subarray(0, 40), ...chain, packet.subarray(40)]);
}

const HOP_BY_HOP = [0, '00 00 0502 0000 0100'] as const; // router alert
const ROUTING = [43, `00 02 04 00 00000000 ${'20010db8'.padEnd(32, '0')}`] as const; // segment routing, none left
const DESTINATION = [60, `00 01 010c ${'00'.repeat(12)}`] as const;
const AUTHENTICATION = [51, `00 04 0000 00000001 00000001 ${'ab'.repeat(12)}`] as const;
const MOBILITY = [135, '00 00 0000 0000 0000'] as const;
const ATOMIC = [44, '00 00 0000 00000001'] as const; // a fragment header of a packet in one piece (RFC 6946)

describe('IPv4', () => {
  test.each([
    ['no option', 0],
    ['a router alert', 4],
    ['as many options as there can be', 40],
  ])('with %s', (_, length) => {
    const options = Buffer.alloc(length, 1);
    expect(readable(decode(ipPacket(V4, { options }), RAW))).toEqual(asDecoded(V4));
  });

  test('of which a fragment may not be made is no fragment', () => {
    expect(readable(decode(patched(ipPacket(V4), 6, '4000'), RAW))).toEqual(asDecoded(V4));
  });

  test.each([
    ['the first fragment', '2000'],
    ['a fragment in the middle', '20b9'],
    ['the last fragment', '00b9'],
  ])('%s waits for the rest', (_, flags) => expect(decode(patched(ipPacket(V4), 6, flags), RAW)).toBe('fragment'));

  test.each([
    ['ICMP', '01'],
    ['UDP', '11'],
    ['ESP', '32'],
    ['SCTP', '84'],
  ])('with %s is not TCP', (_, protocol) => expect(decode(patched(ipPacket(V4), 9, protocol), RAW)).toBe('not TCP'));

  test.each([
    ['a header of 16 bytes', 0, '44'],
    ['no header', 0, '40'],
    ['a total length within its header', 2, '0013'],
    ['a total length at the end of its header', 2, '0014'],
    ['a total length within the TCP header', 2, '0027'],
  ])('with %s is malformed', (_, at, bytes) => {
    expect(decode(patched(ipPacket(V4), at, bytes), RAW)).toBe('malformed header');
  });

  test('with a header longer than what is left for TCP is malformed', () => {
    expect(decode(patched(ipPacket({ ...V4, payload: Buffer.alloc(0) }), 0, '46'), RAW)).toBe('malformed header');
  });

  test('of another version than its link layer says is malformed', () => {
    expect(decode(Buffer.concat([hex('020000000002 020000000001 0800'), ipPacket(V6)]))).toBe('malformed header');
    expect(decode(Buffer.concat([hex('020000000002 020000000001 86dd'), ipPacket(V4), Buffer.alloc(20)]))).toBe(
      'malformed header',
    );
  });

  test('with total length 0, as segmentation offload leaves it, ends with the frame', () => {
    const big = { ...V4, payload: Buffer.alloc(70_000, 'x') };
    const packet = patched(ipPacket({ ...big, payload: Buffer.alloc(0) }), 2, '0000');
    expect(readable(decode(Buffer.concat([packet, big.payload]), RAW))).toEqual(asDecoded(big));
    const cut = decode(LINKS.ethernet.wrap(packet), 1, 14 + 40 + 70_000);
    expect(readable(cut)).toEqual({ ...asDecoded(big), payload: '' });
  });
});

describe('IPv6', () => {
  test.each([
    ['a hop-by-hop header', [HOP_BY_HOP]],
    ['a routing header', [ROUTING]],
    ['a destination header', [DESTINATION]],
    ['an authentication header', [AUTHENTICATION]],
    ['a mobility header', [MOBILITY]],
    ['a fragment header of a packet in one piece', [ATOMIC]],
    ['all of them', [HOP_BY_HOP, DESTINATION, ROUTING, ATOMIC, AUTHENTICATION, DESTINATION, MOBILITY]],
    ['a hop-by-hop header of 2048 bytes', [[0, `00 ff ${'00'.repeat(2046)}`] as const]],
  ])('with %s', (_, headers) => expect(readable(decode(extended(headers), RAW))).toEqual(asDecoded(V6)));

  test.each([
    ['the first fragment', '0001'],
    ['a fragment in the middle', '05a9'],
    ['the last fragment', '05a8'],
  ])('%s waits for the rest, whatever it begins with', (_, offset) => {
    expect(decode(extended([[44, `00 00 ${offset} 00000001`]]), RAW)).toBe('fragment');
    expect(decode(extended([HOP_BY_HOP, [44, `00 00 ${offset} 00000001`]], 60), RAW)).toBe('fragment');
  });

  test.each([
    ['no next header', 59],
    ['UDP', 17],
    ['ICMPv6', 58],
    ['ESP', 50],
  ])('with %s is not TCP', (_, protocol) => {
    expect(decode(extended([], protocol), RAW)).toBe('not TCP');
    expect(decode(extended([HOP_BY_HOP, DESTINATION], protocol), RAW)).toBe('not TCP');
  });

  test.each([
    ['a payload length within the TCP header', patched(ipPacket(V6), 4, '0013')],
    ['an extension header beyond its end', patched(extended([HOP_BY_HOP]), 41, '04')],
    ['an authentication header beyond its end', patched(extended([AUTHENTICATION]), 41, 'ff')],
    ['an extension header at its end', patched(patched(ipPacket(V6), 4, '0000'), 6, '00').subarray(0, 40)],
    [
      'extension headers that never end',
      patched(Buffer.concat([ipPacket(V6).subarray(0, 40), Buffer.alloc(64)]), 4, '004000'),
    ],
  ])('with %s is malformed', (_, packet) => expect(decode(packet, RAW)).toBe('malformed header'));

  test('with payload length 0, as segmentation offload leaves it, ends with the frame', () => {
    const big = { ...V6, payload: Buffer.alloc(70_000, 'x') };
    const packet = patched(ipPacket({ ...big, payload: Buffer.alloc(0) }), 4, '0000');
    expect(readable(decode(Buffer.concat([packet, big.payload]), RAW))).toEqual(asDecoded(big));
  });
});
