import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/bytes/limits.ts';
import { PacketDecoder } from '../../src/packet/decode.ts';
import { asDecoded, decode, frame, readable, V4, V6 } from '../support/packet.ts';
import {
  ethernet,
  gre,
  inside,
  ipInIpv4,
  ipInIpv6,
  ipv4,
  type Layer,
  mpls,
  pppoe,
  pptp,
  radiotap,
  TUNNELS,
  udp,
  vxlan,
  wifi,
} from '../support/tunnels.ts';
import { hex, ipPacket, type Link } from '../support/wire.ts';

describe.each(Object.entries(TUNNELS))('%s', (_, link: Link) => {
  test.each([
    ['IPv4', V4],
    ['IPv6', V6],
  ])('carries %s', (_, segment) => {
    expect(readable(decode(link.wrap(ipPacket(segment)), link.linkType))).toEqual(asDecoded(segment));
  });

  test('cut before the end of the TCP header gives no segment, behind it one', () => {
    const whole = link.wrap(ipPacket(V4));
    const header = whole.length - V4.payload.length;
    for (let cut = 0; cut <= whole.length; cut++) {
      const decoded = readable(decode(whole.subarray(0, cut), link.linkType, whole.length));
      // What is cut before it says that it is VXLAN is some datagram.
      if (cut < header) expect(['cut in a header', 'not TCP'], `cut at ${cut}`).toContain(decoded);
      else expect(decoded, `cut at ${cut}`).toMatchObject({ length: 5, seq: V4.seq });
    }
  });
});

test('what stands behind a tunnel is no part of the packet in it', () => {
  const inner = ipPacket({ ...V4, payload: Buffer.from('hello and more') });
  const short = inside([ethernet(0x0800), ipInIpv4], inner.subarray(0, -9));
  const padded = Buffer.concat([short, Buffer.from('no payload')]);
  expect(readable(decode(padded))).toMatchObject({ payload: 'hello', length: 14 });
});

const V4_PACKET = ipPacket(V4);
/** The packet with a link layer that names another protocol than is in it. */
const misnamed = (...layers: readonly Layer[]): Buffer => inside(layers, V4_PACKET);

describe('is not IP', () => {
  test.each([
    ['PPP of the link control protocol', 9, hex('ff03 c021 01010004')],
    ['PPP that is encrypted', 9, hex('ff03 00fd 9000 0102')],
    ['PPP of a compressed header', 9, hex('ff03 002d 0102')],
    ['Cisco HDLC', 50, Buffer.concat([hex('0f00 0800'), V4_PACKET])],
    ['PPPoE of the link control protocol', 1, misnamed(ethernet(0x8864), pppoe(0xc021))],
    ['PPPoE discovery', 1, misnamed(ethernet(0x8863))],
    ['MPLS of an Ethernet pseudowire', 1, misnamed(ethernet(0x8847), mpls(2), () => hex('00000000 0200'))],
    ['GRE of CDP', 1, misnamed(ethernet(0x0800), ipv4(47), gre(0, 0x2000))],
    ['GRE with routing', 1, misnamed(ethernet(0x0800), ipv4(47), gre(0x4000))],
    ['GRE of version 2', 1, misnamed(ethernet(0x0800), ipv4(47), gre(0x0002))],
    ['PPTP without a payload', 1, inside([ethernet(0x0800), ipv4(47)], hex('2081 880b 0000 0007 00000002'))],
    ['GRE that keeps a tunnel alive', 1, inside([ethernet(0x0800), ipv4(47)], hex('0000 0000'))],
    ['Ethernet in GRE of ARP', 1, misnamed(ethernet(0x0800), ipv4(47), gre(0, 0x6558), ethernet(0x0806))],
    ['802.11 data that is encrypted', 105, misnamed(wifi({ flags: 0x41 }))],
    ['802.11 QoS data that is encrypted', 105, misnamed(wifi({ subtype: 8, flags: 0x41, extra: '0000' }))],
    ['802.11 without data', 105, misnamed(wifi({ subtype: 4 }))],
    ['802.11 QoS without data', 105, misnamed(wifi({ subtype: 12, extra: '0000' }))],
    ['an 802.11 beacon', 105, Buffer.concat([hex('8000'), Buffer.alloc(40)])],
    ['an 802.11 acknowledgment', 105, hex('d400 0000 020000000002')],
    ['802.11 data of another LLC', 105, Buffer.concat([hex('0801'), Buffer.alloc(40, 0x42)])],
    ['radiotap of an 802.11 beacon', 127, inside([radiotap(24)], hex('8000 0000'))],
  ])('%s', (_, linkType, data) => expect(decode(data, linkType)).toBe('not IP'));
});

test.each([
  ['UDP to another port', inside([ethernet(0x0800), ipv4(17), udp(4790), vxlan(), ethernet()], V4_PACKET)],
  ['VXLAN without a network', inside([ethernet(0x0800), ipv4(17), udp(4789), vxlan(0), ethernet()], V4_PACKET)],
  ['an empty datagram to the port of VXLAN', inside([ethernet(0x0800), ipv4(17), udp(4789)], hex(''))],
])('%s is not TCP', (_, data) => expect(decode(data)).toBe('not TCP'));

describe('layers inside layers', () => {
  /** What nests in what, and how many layers around the packet each is. */
  const KINDS: Readonly<
    Record<string, { readonly outer: readonly Layer[]; readonly layer: Layer; readonly depth: number }>
  > = {
    'IPv4 in IPv4': { outer: [ethernet()], layer: ipInIpv4, depth: 1 },
    'IPv6 in IPv6': { outer: [ethernet()], layer: ipInIpv6, depth: 1 },
    'Ethernet in Ethernet': { outer: [], layer: ethernet(0x6558), depth: 1 },
    'GRE in GRE': { outer: [ethernet()], layer: (inner) => ipv4(47)(gre()(inner)), depth: 1 },
    'PPTP in PPTP': {
      outer: [ethernet()],
      layer: (inner) => ipv4(47)(pptp()(Buffer.concat([hex('0021'), inner]))),
      depth: 2,
    },
    'VXLAN in VXLAN': {
      outer: [ethernet()],
      layer: (inner) => ipv4(17)(udp(4789)(vxlan()(ethernet()(inner)))),
      depth: 1,
    },
  };
  const nested = (count: number, { outer, layer }: (typeof KINDS)[string]) =>
    inside([...outer, ...Array<Layer>(count).fill(layer)], outer.length === 0 ? ethernet()(V4_PACKET) : V4_PACKET);

  test.each(Object.entries(KINDS))('%s up to the bound', (_, kind) => {
    for (let count = 1; count * kind.depth <= DEFAULT_LIMITS.nesting; count++) {
      expect(readable(decode(nested(count, kind))), `${count}`).toEqual(asDecoded(V4));
    }
  });

  test.each(Object.entries(KINDS))('%s beyond the bound is nested too deeply, however deep', (_, kind) => {
    const least = Math.floor(DEFAULT_LIMITS.nesting / kind.depth) + 1;
    for (const count of [least, least + 1, 30, 1000]) {
      expect(decode(nested(count, kind)), `${count}`).toBe('nested too deeply');
    }
  });

  test('as deep as the limit says', () => {
    const kind = KINDS['IPv4 in IPv4'] as (typeof KINDS)[string];
    const decoder = new PacketDecoder({ ...DEFAULT_LIMITS, nesting: 2 });
    expect(readable(decoder.decode(frame(nested(2, kind))))).toEqual(asDecoded(V4));
    expect(decoder.decode(frame(nested(3, kind)))).toBe('nested too deeply');
  });

  test('labels are one layer, however many they are', () => {
    expect(readable(decode(inside([ethernet(0x8847), mpls(1000)], V4_PACKET)))).toEqual(asDecoded(V4));
  });
});
