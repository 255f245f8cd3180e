import { hex, type Link, u16, u32 } from './wire.ts';

/** Layers that stand around a packet: each takes what it carries and gives the bytes of both. */
export type Layer = (inner: Buffer) => Buffer;

const isV6 = (ip: Buffer): boolean => (ip[0] as number) >> 4 === 6;
/** The EtherType of an IP packet. */
const typeOf = (ip: Buffer): number => (isV6(ip) ? 0x86dd : 0x0800);
const MACS = hex('020000000002 020000000001');

/** The layers from the outermost to the innermost around a packet. */
export const inside = (layers: readonly Layer[], packet: Buffer): Buffer =>
  layers.reduceRight((inner, layer) => layer(inner), packet);

export const ethernet =
  (etherType?: number): Layer =>
  (inner) =>
    Buffer.concat([MACS, u16(etherType ?? typeOf(inner)), inner]);

/** An IPv4 header with a right checksum around the payload of a protocol. */
export const ipv4 =
  (protocol: number, { id = 0x4242, fragment = 0, addresses = '0a0a0001 0a0a0002' } = {}): Layer =>
  (inner) => {
    const header = Buffer.concat([
      hex('4500'),
      u16(20 + inner.length),
      u16(id),
      u16(fragment),
      Buffer.of(64, protocol, 0, 0),
      hex(addresses),
    ]);
    let sum = 0;
    for (let at = 0; at < header.length; at += 2) sum += header.readUInt16BE(at);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    header.writeUInt16BE(~sum & 0xffff, 10);
    return Buffer.concat([header, inner]);
  };

const ipv6 =
  (protocol: number, addresses = `fd00${'0'.repeat(27)}a fd00${'0'.repeat(27)}b`): Layer =>
  (inner) =>
    Buffer.concat([hex('60000000'), u16(inner.length), Buffer.of(protocol, 64), hex(addresses), inner]);

/** The protocol number of an IP packet inside IP. */
const versionOf = (ip: Buffer): number => (isV6(ip) ? 41 : 4);
export const ipInIpv4: Layer = (inner) => ipv4(versionOf(inner))(inner);
export const ipInIpv6: Layer = (inner) => ipv6(versionOf(inner))(inner);

export const mpls =
  (labels = 1): Layer =>
  (inner) =>
    Buffer.concat([
      ...Array.from({ length: labels }, (_, at) => u32(((16 + at) << 12) | (at + 1 === labels ? 0x100 : 0) | 64)),
      inner,
    ]);

/** PPP, with or without the address and control bytes and the first byte of the protocol. */
const ppp =
  ({ address = true, compressed = false, protocol = undefined as number | undefined } = {}): Layer =>
  (inner) => {
    const number = protocol ?? (isV6(inner) ? 0x57 : 0x21);
    return Buffer.concat([address ? hex('ff03') : hex(''), compressed ? Buffer.of(number) : u16(number), inner]);
  };

/** A PPPoE session packet, its PPP without address and control (RFC 2516 §4). */
export const pppoe =
  (protocol?: number): Layer =>
  (inner) => {
    const carried = ppp({ address: false, protocol })(inner);
    return Buffer.concat([hex('1100 0011'), u16(carried.length), carried]);
  };

const GRE_FIELDS = [
  [0x8000, 'beef 0000'],
  [0x2000, '00000007'],
  [0x1000, '00000001'],
] as const;

/** GRE (RFC 2784, RFC 2890) with the fields that the flags ask for. */
export const gre =
  (flags = 0, etherType?: number): Layer =>
  (inner) =>
    Buffer.concat([
      u16(flags),
      u16(etherType ?? typeOf(inner)),
      ...GRE_FIELDS.filter(([flag]) => (flags & flag) !== 0).map(([, bytes]) => hex(bytes)),
      inner,
    ]);

/** The enhanced GRE of PPTP (RFC 2637 §4.1): key, sequence number, and an acknowledgment where asked for. */
export const pptp =
  ({ acknowledgment = false } = {}): Layer =>
  (inner) =>
    Buffer.concat([
      u16(acknowledgment ? 0x3081 : 0x3001),
      hex('880b'),
      u16(inner.length),
      hex('0007 00000001'),
      acknowledgment ? hex('00000002') : hex(''),
      inner,
    ]);

export const udp =
  (port: number): Layer =>
  (inner) =>
    Buffer.concat([u16(50_000), u16(port), u16(8 + inner.length), u16(0), inner]);

export const vxlan =
  (flags = 0x08): Layer =>
  (inner) =>
    Buffer.concat([Buffer.of(flags, 0, 0, 0), hex('00002a 00'), inner]);

/** An 802.11 data frame from the station to the access point, and the LLC/SNAP header of the packet in it. */
export const wifi =
  ({ subtype = 0, flags = 0x01, extra = '' } = {}): Layer =>
  (inner) =>
    Buffer.concat([
      Buffer.of(0x08 | (subtype << 4), flags),
      hex('0000 020000000002 020000000001 020000000003 1000'),
      hex(extra),
      hex('aaaa03 000000'),
      u16(typeOf(inner)),
      inner,
    ]);

/** A radiotap header of `length` bytes whose fields are all absent. */
export const radiotap =
  (length = 8): Layer =>
  (inner) =>
    Buffer.concat([hex('0000'), u16(length).reverse(), u32(0), Buffer.alloc(length - 8), inner]);

const link = (linkType: number, ...layers: readonly Layer[]): Link => ({
  linkType,
  wrap: (ip) => inside(layers, ip),
});
const onEthernet = (etherType: number, ...layers: readonly Layer[]) => link(1, ethernet(etherType), ...layers);
const inIpv4 = (protocol: number, ...layers: readonly Layer[]) => onEthernet(0x0800, ipv4(protocol), ...layers);
const inIpv6 = (protocol: number, ...layers: readonly Layer[]) => onEthernet(0x86dd, ipv6(protocol), ...layers);
/** Bridges carry whole Ethernet frames. */
const BRIDGED = 0x6558;

/** Every way of carrying an IP packet, of either version, through other layers. */
export const TUNNELS: Readonly<Record<string, Link>> = {
  'PPP with address and control': link(9, ppp()),
  'PPP without address and control': link(9, ppp({ address: false })),
  'PPP with a protocol of one byte': link(9, ppp({ address: false, compressed: true })),
  'PPP with address, control and a protocol of one byte': link(9, ppp({ compressed: true })),
  'PPP in HDLC-like framing': link(50, ppp()),
  'PPP of MPLS': link(9, ppp({ protocol: 0x0281 }), mpls()),
  PPPoE: onEthernet(0x8864, pppoe()),
  'PPPoE in a VLAN': link(1, ethernet(0x8100), (inner) => Buffer.concat([hex('0064 8864'), inner]), pppoe()),
  'PPPoE of MPLS': onEthernet(0x8864, pppoe(0x0281), mpls(2)),
  'MPLS with one label': onEthernet(0x8847, mpls()),
  'MPLS with three labels': onEthernet(0x8847, mpls(3)),
  'MPLS to many': onEthernet(0x8848, mpls(2)),
  GRE: inIpv4(47, gre()),
  'GRE with a checksum': inIpv4(47, gre(0x8000)),
  'GRE with a key': inIpv4(47, gre(0x2000)),
  'GRE with a sequence number': inIpv4(47, gre(0x1000)),
  'GRE with checksum, key and sequence number': inIpv4(47, gre(0xb000)),
  'GRE in IPv6': inIpv6(47, gre(0x2000)),
  'GRE of MPLS': inIpv4(47, gre(0, 0x8847), mpls()),
  PPTP: inIpv4(47, pptp(), ppp()),
  'PPTP with an acknowledgment': inIpv4(47, pptp({ acknowledgment: true }), ppp({ address: false })),
  'Ethernet in GRE': inIpv4(47, gre(0, BRIDGED), ethernet()),
  'Ethernet in GRE with a key': inIpv4(47, gre(0x2000, BRIDGED), ethernet()),
  'IP in IPv4': onEthernet(0x0800, ipInIpv4),
  'IP in IPv6': onEthernet(0x86dd, ipInIpv6),
  VXLAN: inIpv4(17, udp(4789), vxlan(), ethernet()),
  "VXLAN at Linux's port": inIpv4(17, udp(8472), vxlan(), ethernet()),
  'VXLAN in IPv6': inIpv6(17, udp(4789), vxlan(), ethernet()),
  'VXLAN with a group policy': inIpv4(17, udp(4789), vxlan(0x88), ethernet()),
  '802.11 data': link(105, wifi()),
  '802.11 data from the access point': link(105, wifi({ flags: 0x02 })),
  '802.11 QoS data': link(105, wifi({ subtype: 8, extra: '0000' })),
  '802.11 data with four addresses': link(105, wifi({ flags: 0x03, extra: '020000000004' })),
  '802.11 QoS data with four addresses': link(105, wifi({ subtype: 8, flags: 0x03, extra: '020000000004 0000' })),
  '802.11 QoS data with HT control': link(105, wifi({ subtype: 8, flags: 0x81, extra: '0000 00000000' })),
  '802.11 data with a poll': link(105, wifi({ subtype: 2 })),
  'radiotap and 802.11 data': link(127, radiotap(), wifi()),
  'radiotap of 24 bytes and 802.11 QoS data': link(127, radiotap(24), wifi({ subtype: 8, extra: '0000' })),
  'VXLAN of a VLAN of PPPoE': inIpv4(
    17,
    udp(4789),
    vxlan(),
    ethernet(0x8100),
    (inner) => Buffer.concat([hex('0064 8864'), inner]),
    pppoe(),
  ),
  'GRE in IPv6 in IPv4': onEthernet(0x0800, ipInIpv4, ipv6(47), gre()),
  'PPPoE of IPv4 of PPTP': onEthernet(0x8864, pppoe(), ipv4(47), pptp(), ppp()),
  'MPLS of IPv6 of Ethernet in GRE': onEthernet(0x8847, mpls(2), ipv6(47), gre(0, BRIDGED), ethernet()),
};
