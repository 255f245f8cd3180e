import { ETHER_TYPE, type LinkPayload } from './link.ts';

/** EtherTypes of layers that carry another one. */
export const CARRIER = {
  mpls: 0x8847,
  mplsMulticast: 0x8848,
  pppoeSession: 0x8864,
  bridged: 0x6558,
  ppp: 0x880b,
} as const;

/** IP protocols that carry another packet. */
export const TUNNEL = { ipv4: 4, udp: 17, ipv6: 41, gre: 47 } as const;

/** Protocols of PPP that matter here (RFC 1332, RFC 5072). */
const PPP_PROTOCOLS: ReadonlyMap<number, number> = new Map([
  [0x0021, ETHER_TYPE.ipv4],
  [0x0057, ETHER_TYPE.ipv6],
  [0x0281, CARRIER.mpls],
]);

/** A PPP frame: address and control bytes that may be left out, and a protocol of one or two bytes (RFC 1661 §2, §6.5, §6.6). */
export function decodePpp(data: Buffer, start: number): LinkPayload | undefined {
  let at = start;
  if (data[at] === 0xff && data[at + 1] === 0x03) at += 2;
  const first = data[at];
  if (first === undefined || at + 2 > data.length) return undefined;
  const compressed = (first & 1) === 1;
  const protocol = compressed ? first : data.readUInt16BE(at);
  return { etherType: PPP_PROTOCOLS.get(protocol) ?? 0, offset: at + (compressed ? 1 : 2) };
}

/** A PPPoE session packet (RFC 2516 §4): six bytes, then PPP. */
export const decodePppoe = (data: Buffer, start: number): LinkPayload | undefined => decodePpp(data, start + 6);

/** MPLS labels (RFC 3032 §2.1) down to the bottom of the stack; the packet says by its first bits what it is. */
export function decodeMpls(data: Buffer, start: number): LinkPayload | undefined {
  let at = start;
  while (at + 4 <= data.length && ((data[at + 2] as number) & 1) === 0) at += 4;
  const version = (data[at + 4] ?? 0) >> 4;
  if (at + 5 > data.length) return undefined;
  return { etherType: version === 4 ? ETHER_TYPE.ipv4 : version === 6 ? ETHER_TYPE.ipv6 : 0, offset: at + 4 };
}

/** A GRE header (RFC 2784, RFC 2890), or the enhanced one of PPTP, which is version 1 (RFC 2637 §4.1). */
export function decodeGre(data: Buffer, start: number): LinkPayload | undefined {
  if (data.length < start + 4) return undefined;
  const flags = data.readUInt16BE(start);
  const version = flags & 7;
  const field = (flag: number) => ((flags & flag) === 0 ? 0 : 4);
  const routingPresent = (flags & 0x4000) !== 0; // RFC 1701, obsolete: its length is not told by the flags
  const acknowledgmentOnly = version === 1 && (flags & 0x1000) === 0; // PPTP numbers what carries a payload
  if (version > 1 || routingPresent || acknowledgmentOnly) return { etherType: 0, offset: start };
  const acknowledgment = version === 1 ? field(0x0080) : 0;
  const offset = start + 4 + field(0x8000) + field(0x2000) + field(0x1000) + acknowledgment;
  return { etherType: data.readUInt16BE(start + 2), offset };
}

/** VXLAN's ports: IANA's, and the one that Linux used before it. */
const VXLAN_PORTS: ReadonlySet<number> = new Set([4789, 8472]);

/** Where the Ethernet frame inside a VXLAN datagram starts (RFC 7348 §5), `start` being the UDP header; undefined where it is no VXLAN. */
export function decodeVxlan(data: Buffer, start: number): number | undefined {
  if (data.length < start + 9 || !VXLAN_PORTS.has(data.readUInt16BE(start + 2))) return undefined;
  const networkGiven = ((data[start + 8] as number) & 0x08) !== 0; // the other flags are reserved, or of extensions
  return networkGiven ? start + 16 : undefined;
}

/** An IEEE 802.11 data frame that is not encrypted (IEEE 802.11-2020 §9.3.2.1), down to its LLC/SNAP header. */
export function decodeWifi(data: Buffer, start = 0): LinkPayload | undefined {
  if (data.length < start + 2) return undefined;
  const [control, flags] = [data[start] as number, data[start + 1] as number];
  const [type, subtype] = [(control >> 2) & 3, control >> 4];
  const nothing = { etherType: 0, offset: start };
  // Subtypes with bit 2 carry no data; bit 6 of the flags says that the body is encrypted.
  if (type !== 2 || (subtype & 4) !== 0 || (flags & 0x40) !== 0) return nothing;
  const fourAddresses = (flags & 3) === 3 ? 6 : 0;
  const qos = (subtype & 8) === 0 ? 0 : 2;
  const highThroughput = qos > 0 && (flags & 0x80) !== 0 ? 4 : 0;
  const llc = start + 24 + fourAddresses + qos + highThroughput;
  if (data.length < llc + 8) return undefined;
  if (data.toString('hex', llc, llc + 6) !== 'aaaa03000000') return nothing;
  return { etherType: data.readUInt16BE(llc + 6), offset: llc + 8 };
}

/** A radiotap header (https://www.radiotap.org): its length is little-endian at offset 2. */
export function decodeRadiotap(data: Buffer): LinkPayload | undefined {
  return data.length < 4 ? undefined : decodeWifi(data, data.readUInt16LE(2));
}
