/** An IP packet inside a frame: positions are offsets in the frame. */
export interface IpPacket {
  readonly version: 4 | 6;
  /** IANA protocol number of what the packet carries. */
  readonly protocol: number;
  /** Where the addresses start: source, then destination. */
  readonly addresses: number;
  /** Where the payload starts, and where it ends on the wire. */
  readonly start: number;
  readonly end: number;
  /** Is it a piece of a larger packet? */
  readonly fragment: boolean;
}

export const PROTOCOL_TCP = 6;

/** Decodes an IPv4 header (RFC 791 §3.1). `wireEnd` is where the frame ended on the wire. */
export function decodeIpv4(data: Buffer, offset: number, wireEnd: number): IpPacket | 'cut' | 'malformed' {
  if (data.length < offset + 20) return 'cut';
  const first = data[offset] as number;
  const headerLength = (first & 0x0f) * 4;
  // A total length of 0 is written by segmentation offload: the frame itself says how long the packet is.
  const totalLength = data.readUInt16BE(offset + 2) || wireEnd - offset;
  if (first >> 4 !== 4 || headerLength < 20 || totalLength < headerLength) return 'malformed';
  return {
    version: 4,
    protocol: data[offset + 9] as number,
    addresses: offset + 12,
    start: offset + headerLength,
    end: offset + totalLength,
    fragment: (data.readUInt16BE(offset + 6) & 0x3fff) !== 0,
  };
}

/** Extension headers (RFC 8200 §4.1) that stand between the IPv6 header and TCP. */
const EXTENSION = {
  hopByHop: 0,
  routing: 43,
  fragment: 44,
  authentication: 51,
  destination: 60,
  mobility: 135,
} as const;
const GENERIC_EXTENSIONS: ReadonlySet<number> = new Set([
  EXTENSION.hopByHop,
  EXTENSION.routing,
  EXTENSION.destination,
  EXTENSION.mobility,
]);

/** Decodes an IPv6 header and its extension headers (RFC 8200 §3, §4). `wireEnd` is where the frame ended on the wire. */
export function decodeIpv6(data: Buffer, offset: number, wireEnd: number): IpPacket | 'cut' | 'malformed' {
  if (data.length < offset + 40) return 'cut';
  if ((data[offset] as number) >> 4 !== 6) return 'malformed';
  const payloadLength = data.readUInt16BE(offset + 4);
  const end = payloadLength === 0 ? wireEnd : offset + 40 + payloadLength; // 0: a jumbogram or segmentation offload
  let protocol = data[offset + 6] as number;
  let start = offset + 40;
  let fragment = false;
  while (GENERIC_EXTENSIONS.has(protocol) || protocol === EXTENSION.fragment || protocol === EXTENSION.authentication) {
    if (data.length < start + 8) return start + 8 > end ? 'malformed' : 'cut';
    if (protocol === EXTENSION.fragment) fragment = (data.readUInt16BE(start + 2) & 0xfff9) !== 0 || fragment;
    const units = data[start + 1] as number;
    const next = data[start] as number;
    if (protocol === EXTENSION.fragment) start += 8;
    else if (protocol === EXTENSION.authentication) start += (units + 2) * 4;
    else start += (units + 1) * 8;
    protocol = next;
    if (fragment) break; // what follows belongs to the whole packet
  }
  if (start > end) return 'malformed';
  return { version: 6, protocol, addresses: offset + 8, start, end, fragment };
}
