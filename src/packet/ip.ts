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
  /** Where the piece of a larger packet belongs that this is; undefined for a packet that is whole. */
  readonly fragment: { readonly identification: number; readonly offset: number; readonly more: boolean } | undefined;
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
  const position = data.readUInt16BE(offset + 6);
  return {
    version: 4,
    protocol: data[offset + 9] as number,
    addresses: offset + 12,
    start: offset + headerLength,
    end: offset + totalLength,
    fragment:
      (position & 0x3fff) === 0
        ? undefined
        : {
            identification: data.readUInt16BE(offset + 4),
            offset: (position & 0x1fff) * 8,
            more: (position & 0x2000) !== 0,
          },
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
  const start = offset + 40;
  return skipExtensions(data, {
    version: 6,
    protocol: data[offset + 6] as number,
    addresses: offset + 8,
    start,
    end: payloadLength === 0 ? wireEnd : start + payloadLength, // 0: a jumbogram or segmentation offload
    fragment: undefined,
  });
}

/** The packet behind its extension headers, or behind the fragment header that says that it is in pieces: what follows there belongs to the whole. */
export function skipExtensions(data: Buffer, packet: IpPacket): IpPacket | 'cut' | 'malformed' {
  const { end } = packet;
  let { protocol, start, fragment } = packet;
  while (GENERIC_EXTENSIONS.has(protocol) || protocol === EXTENSION.fragment || protocol === EXTENSION.authentication) {
    if (data.length < start + 8) return start + 8 > end ? 'malformed' : 'cut';
    const next = data[start] as number;
    const units = data[start + 1] as number;
    if (protocol === EXTENSION.fragment) {
      fragment = fragmentAt(data, start);
      start += 8;
    } else if (protocol === EXTENSION.authentication) start += (units + 2) * 4;
    else start += (units + 1) * 8;
    protocol = next;
    if (fragment !== undefined) break;
  }
  if (start > end) return 'malformed';
  return { ...packet, protocol, start, fragment };
}

/** What a fragment header says (RFC 8200 §4.5); undefined where a whole packet carries it all the same (RFC 6946). */
function fragmentAt(data: Buffer, start: number): IpPacket['fragment'] {
  const position = data.readUInt16BE(start + 2);
  if ((position & 0xfff9) === 0) return undefined;
  return { identification: data.readUInt32BE(start + 4), offset: position & 0xfff8, more: (position & 1) !== 0 };
}
