import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LINK_TYPES } from '../../src/packet/link-types.ts';
import { endpointsOf, formatEndpoint, reversePair, type Segment } from '../../src/packet/segment.ts';
import { asDecoded, decode, readable, V4, V6 } from '../support/packet.ts';
import { FIN, hex, ipPacket, LINKS, type Link, RST, SYN, u16 } from '../support/wire.ts';

const segmentOf = (decoded: Segment | string): Segment => {
  if (typeof decoded === 'string') throw new Error(decoded);
  return decoded;
};
const TCP_AT = 20;
/** An IPv4 packet whose TCP header has options. */
function withTcpOptions(options: Buffer, payload = V4.payload): Buffer {
  const packet = ipPacket({ ...V4, payload: Buffer.concat([options, payload]) });
  packet[TCP_AT + 12] = ((20 + options.length) / 4) << 4;
  return packet;
}

describe('a segment', () => {
  test('has the number and the time of its frame', () => {
    expect(segmentOf(decode(ipPacket(V4), 101))).toMatchObject({
      frame: 7,
      seconds: 1_700_000_000,
      nanoseconds: 123_456_789,
    });
  });

  test.each([
    ['SYN', SYN],
    ['FIN', FIN],
    ['RST', RST],
    ['all flags', 0xff],
    ['none', 0],
  ])('with %s', (_, flags) => expect(segmentOf(decode(ipPacket({ ...V4, flags }), 101)).flags).toBe(flags));

  test.each([4, 12, 40])('with %i bytes of options has its payload behind them', (length) => {
    expect(readable(decode(withTcpOptions(Buffer.alloc(length, 1)), 101))).toEqual(asDecoded(V4));
  });

  test('does not take the padding of an Ethernet frame for payload', () => {
    const empty = { ...V4, payload: Buffer.alloc(0) };
    const short = { ...V4, payload: Buffer.from('12345') };
    for (const segment of [empty, short]) {
      const padded = Buffer.alloc(60);
      LINKS.ethernet.wrap(ipPacket(segment)).copy(padded);
      expect(readable(decode(padded))).toEqual(asDecoded(segment));
    }
  });

  test('cut by the snapshot length has what was captured, and its length on the wire', () => {
    for (const [segment, link] of [
      [V4, LINKS.ethernet],
      [V6, LINKS.linuxSll],
    ] as const) {
      const whole = link.wrap(ipPacket(segment));
      for (let missing = 1; missing <= 5; missing++) {
        const cut = whole.subarray(0, whole.length - missing);
        expect(readable(decode(cut, link.linkType, whole.length))).toEqual({
          ...asDecoded(segment),
          payload: 'hello'.slice(0, 5 - missing),
        });
      }
    }
  });

  test('cut within its options has no payload, and its length on the wire', () => {
    const packet = withTcpOptions(Buffer.alloc(12, 1));
    for (let cut = TCP_AT + 20; cut <= TCP_AT + 32; cut++) {
      expect(readable(decode(packet.subarray(0, cut), 101, packet.length))).toEqual({ ...asDecoded(V4), payload: '' });
    }
  });

  test.each([
    ['of 16 bytes', 0x40],
    ['of no byte', 0x00],
    ['longer than the packet', 0x70],
  ])('with a TCP header %s is malformed', (_, offset) => {
    const packet = ipPacket(V4);
    packet[TCP_AT + 12] = offset;
    expect(decode(packet, 101)).toBe('malformed header');
  });

  test('is the same whatever its checksums are', () => {
    const packet = ipPacket(V4);
    packet.fill(0xff, 10, 12);
    packet.fill(0xff, TCP_AT + 16, TCP_AT + 18);
    expect(readable(decode(packet, 101))).toEqual(asDecoded(V4));
  });
});

describe.each(Object.entries<Link>(LINKS))('a frame on %s', (_, link) => {
  const HEADERS = [
    ['IPv4', ipPacket(V4), TCP_AT],
    ['IPv4 with options', ipPacket(V4, { options: Buffer.alloc(8, 1) }), TCP_AT + 8],
    ['IPv6', ipPacket(V6), 40],
    [
      'IPv6 with an extension',
      ipPacket(V6, { extension: Buffer.from([0, 0, 5, 2, 0, 0, 1, 0]), extensionType: 0 }),
      48,
    ],
    [
      'IPv6 with an authentication header',
      ipPacket(V6, { extension: Buffer.concat([hex('00 04'), Buffer.alloc(22)]), extensionType: 51 }),
      64,
    ],
  ] as const;

  test.each(HEADERS)(
    'cut anywhere within %s or before it is cut in a header, behind it a segment',
    (_, packet, tcpAt) => {
      const whole = link.wrap(packet);
      const ports = whole.length - packet.length + tcpAt;
      for (let cut = 0; cut <= whole.length; cut++) {
        const decoded = decode(whole.subarray(0, cut), link.linkType, whole.length);
        if (cut < ports + 20) expect(decoded, `cut at ${cut}`).toBe('cut in a header');
        else expect(segmentOf(decoded), `cut at ${cut}`).toMatchObject({ length: 5, sequence: V4.seq });
      }
    },
  );
});

describe('whatever the bytes', () => {
  const linkTypes = fc.constantFrom(...LINK_TYPES.keys(), 147);
  const packets = Object.values<Link>(LINKS).flatMap((link) =>
    [ipPacket(V4), ipPacket(V6), ipPacket(V6, { extension: Buffer.alloc(16), extensionType: 0 })].map((packet) => ({
      linkType: link.linkType,
      data: link.wrap(packet),
    })),
  );

  /** A frame gives a reason, or a segment whose payload lies in the frame. */
  function expectSound(data: Buffer, linkType: number, originalLength: number): void {
    const decoded = decode(data, linkType, originalLength);
    if (typeof decoded === 'string') return;
    expect([12, 36]).toContain(decoded.pair.length);
    expect(decoded.payload.length).toBeLessThanOrEqual(decoded.length);
    expect(data.includes(decoded.payload)).toBe(true);
  }

  test('random bytes on any link type give a reason or a segment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), linkTypes, fc.nat({ max: 2000 }), (bytes, linkType, length) =>
        expectSound(Buffer.from(bytes), linkType, length),
      ),
      { numRuns: 2000 },
    );
  });

  test('packets with bytes changed and cut give a reason or a segment', () => {
    const changes = fc.array(fc.tuple(fc.nat({ max: 130 }), fc.nat({ max: 255 })), { maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...packets), changes, fc.nat({ max: 130 }), ({ data, linkType }, changed, length) => {
        const bytes = Buffer.from(data);
        for (const [at, value] of changed) bytes[at % bytes.length] = value;
        expectSound(bytes.subarray(0, length), linkType, data.length);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a packet is read alike on every link', () => {
  /** Plain ones are read without the layers in between; a packet without a link layer always goes through them. */
  test.each(['ethernet', 'vlan', 'linuxSll', 'linuxSll2'] as const)('%s', (name) => {
    const { linkType, wrap }: Link = LINKS[name];
    const changes = fc.array(fc.tuple(fc.nat({ max: 45 }), fc.nat({ max: 255 })), { maxLength: 3 });
    const packets = fc.constantFrom(
      ipPacket(V4),
      ipPacket({ ...V4, payload: Buffer.alloc(0) }),
      ipPacket(V4, { options: Buffer.alloc(4, 1) }),
    );
    fc.assert(
      fc.property(packets, changes, fc.nat({ max: 130 }), (packet, changed, length) => {
        const bytes = Buffer.from(packet);
        for (const [at, value] of changed) bytes[at % bytes.length] = value;
        fc.pre((bytes[0] as number) >> 4 === 4); // the link says that it is IPv4
        const framed = wrap(bytes);
        const header = framed.length - bytes.length;
        const linked = decode(framed.subarray(0, header + length), linkType, framed.length);
        expect(readable(linked)).toEqual(readable(decode(bytes.subarray(0, length), 101, bytes.length)));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('the endpoints of a pair', () => {
  const PAIRS = [
    ['IPv4', V4, '10.0.0.1:40000', '10.0.0.2:1080'],
    ['IPv6', V6, '[2001:db8::1]:40000', '[fd00::2]:1080'],
    ['the highest IPv4', { ...V4, from: '255.255.255.255:65535' }, '255.255.255.255:65535', '10.0.0.2:1080'],
    ['loopback IPv6', { ...V6, from: '[::1]:1' }, '[::1]:1', '[fd00::2]:1080'],
  ] as const;

  test.each(PAIRS)('%s are source and destination', (_, segment, source, destination) => {
    const { pair } = segmentOf(decode(ipPacket(segment), 101));
    expect(endpointsOf(pair).map(formatEndpoint)).toEqual([source, destination]);
  });

  test.each(PAIRS)('%s, the other way round, are that of the answer', (_, segment, source, destination) => {
    const { pair } = segmentOf(decode(ipPacket(segment), 101));
    const answer = segmentOf(decode(ipPacket({ ...segment, from: segment.to, to: segment.from }), 101)).pair;
    expect(reversePair(pair)).toBe(answer);
    expect(endpointsOf(reversePair(pair)).map(formatEndpoint)).toEqual([destination, source]);
    expect(reversePair(answer)).toBe(pair);
  });

  test('are the same whether headers stand between addresses and ports or not', () => {
    const plain = segmentOf(decode(ipPacket(V4), 101)).pair;
    expect(segmentOf(decode(ipPacket(V4, { options: Buffer.alloc(4, 1) }), 101)).pair).toBe(plain);
  });

  test('have ports in network order', () => {
    const pair = Buffer.concat([hex('0a000001 0a000002'), u16(0x1234), u16(0xff00)]).toString('latin1');
    expect(endpointsOf(pair).map(({ port }) => port)).toEqual([0x1234, 0xff00]);
  });
});
