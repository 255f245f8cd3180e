import { DEFAULT_LIMITS, type Limits } from '../bytes/limits.ts';
import { capturedOf, type Frame } from '../capture/frame.ts';
import { CARRIER, decodeGre, decodeMpls, decodePpp, decodePppoe, decodeVxlan, TUNNEL } from './encapsulation.ts';
import { FragmentAssembler, type Fragmentation } from './fragments.ts';
import { decodeIpv4, decodeIpv6, type IpPacket, PROTOCOL_TCP, skipExtensions } from './ip.ts';
import { decodeEthernet, ETHER_TYPE, type LinkPayload } from './link.ts';
import { LINK_TYPES } from './link-types.ts';
import { PairReader } from './pairs.ts';
import type { Segment } from './segment.ts';

/** Why a frame holds no segment for us. A fragment is not lost: its packet is read when the last one has come. */
export type Skip =
  | 'unknown link type'
  | 'not IP'
  | 'not TCP'
  | 'fragment'
  | 'cut fragment'
  | 'cut in a header'
  | 'malformed header'
  | 'nested too deeply';

/**
 * Decodes frames down to their TCP segments, through tunnels where the packet in them is plain. It remembers fragments, and what pairs it met lately.
 * Checksums are not looked at: offload leaves them unset.
 */
export class PacketDecoder {
  readonly #limits: Pick<Limits, 'fragments' | 'nesting'>;
  readonly #fragments: FragmentAssembler;
  readonly #pairs = new PairReader();
  readonly #overlapping = { count: 0, frame: 0 };

  constructor(limits: Pick<Limits, 'fragments' | 'nesting'> = DEFAULT_LIMITS) {
    this.#limits = limits;
    this.#fragments = new FragmentAssembler(limits.fragments);
  }

  /** What became of fragmented packets so far. */
  get fragmentation(): Fragmentation {
    const { incomplete, givenUp } = this.#fragments;
    return { overlapping: { ...this.#overlapping }, incomplete, givenUp };
  }

  /** The segment in a frame, or why there is none. */
  decode(frame: Frame): Segment | Skip {
    return this.#plain(frame) ?? this.#layers(frame);
  }

  /** What nearly all frames are: TCP in a whole IPv4 packet without options, which a link layer carries without tags. They make no objects on the way. */
  #plain(frame: Frame): Segment | Skip | undefined {
    const link = PLAIN_LINKS.get(frame.linkType);
    if (link === undefined) return undefined;
    const { bytes, end } = frame;
    const ip = frame.start + link.payload;
    if (end < ip + 40) return undefined;
    const etherType = frame.start + link.etherType;
    const fragment = ((bytes[ip + 6] as number) & 0x3f) | (bytes[ip + 7] as number);
    if (bytes[etherType] !== 0x08 || bytes[etherType + 1] !== 0 || bytes[ip] !== 0x45) return undefined;
    if (bytes[ip + 9] !== PROTOCOL_TCP || fragment !== 0) return undefined;
    const totalLength = bytes.readUInt16BE(ip + 2);
    if (totalLength < 40) return undefined;
    return segmentAt(frame, bytes, end, this.#pairs.read(bytes, 4, ip + 12, ip + 20), ip + 20, ip + totalLength);
  }

  #layers(frame: Frame): Segment | Skip {
    const decodeLink = LINK_TYPES.get(frame.linkType);
    if (decodeLink === undefined) return 'unknown link type';
    const data = capturedOf(frame);
    const wireEnd = Math.max(frame.originalLength, data.length);
    return this.#payload(frame, data, decodeLink(data), wireEnd, 0);
  }

  #payload(frame: Frame, data: Buffer, link: LinkPayload | undefined, wireEnd: number, depth: number): Segment | Skip {
    if (link === undefined) return 'cut in a header';
    if (depth > this.#limits.nesting) return 'nested too deeply';
    const { etherType, offset } = link;
    switch (etherType) {
      case ETHER_TYPE.ipv4:
        return this.#packet(frame, data, decodeIpv4(data, offset, wireEnd), depth);
      case ETHER_TYPE.ipv6:
        return this.#packet(frame, data, decodeIpv6(data, offset, wireEnd), depth);
      case CARRIER.mpls:
      case CARRIER.mplsMulticast:
        return this.#payload(frame, data, decodeMpls(data, offset), wireEnd, depth + 1);
      case CARRIER.pppoeSession:
        return this.#payload(frame, data, decodePppoe(data, offset), wireEnd, depth + 1);
      case CARRIER.ppp:
        return this.#payload(frame, data, decodePpp(data, offset), wireEnd, depth + 1);
      case CARRIER.bridged:
        return this.#payload(frame, data, decodeEthernet(data, offset), wireEnd, depth + 1);
      default:
        return 'not IP';
    }
  }

  #packet(frame: Frame, data: Buffer, packet: IpPacket | 'cut' | 'malformed', depth: number): Segment | Skip {
    if (packet === 'cut') return 'cut in a header';
    if (packet === 'malformed') return 'malformed header';
    if (packet.fragment !== undefined) return this.#fragment(frame, data, packet, depth);
    const { version, addresses, protocol, start, end } = packet;
    if (protocol === PROTOCOL_TCP) {
      if (end < start + 20) return 'malformed header';
      if (data.length < start + 20) return 'cut in a header';
      return segmentAt(frame, data, data.length, this.#pairs.read(data, version, addresses, start), start, end);
    }
    const inside = data.subarray(0, end); // what stands behind the packet is no part of it
    switch (protocol) {
      case TUNNEL.ipv4:
        return this.#payload(frame, inside, { etherType: ETHER_TYPE.ipv4, offset: start }, end, depth + 1);
      case TUNNEL.ipv6:
        return this.#payload(frame, inside, { etherType: ETHER_TYPE.ipv6, offset: start }, end, depth + 1);
      case TUNNEL.gre:
        return this.#payload(frame, inside, decodeGre(inside, start), end, depth + 1);
      case TUNNEL.udp: {
        const inner = decodeVxlan(inside, start);
        if (inner === undefined) return 'not TCP';
        return this.#payload(frame, inside, decodeEthernet(inside, inner), end, depth + 1);
      }
      default:
        return 'not TCP';
    }
  }

  #fragment(frame: Frame, data: Buffer, packet: IpPacket, depth: number): Segment | Skip {
    const { version, protocol, addresses, start, end, fragment } = packet;
    if (fragment === undefined || data.length < end) return 'cut fragment'; // what is cut cannot be put together
    if (depth >= this.#limits.nesting) return 'nested too deeply';
    const addressBytes = data.subarray(addresses, addresses + (version === 4 ? 8 : 32));
    const whole = this.#fragments.add({
      key: `${version === 4 ? protocol : 'v6'} ${fragment.identification} ${addressBytes.toString('latin1')}`,
      frame: frame.number,
      seconds: frame.seconds,
      protocol,
      offset: fragment.offset,
      last: !fragment.more,
      bytes: data.subarray(start, end),
    });
    if (whole === undefined) return 'fragment';
    if (whole.overlapping && this.#overlapping.count++ === 0) this.#overlapping.frame = frame.number;
    const joined = Buffer.concat([addressBytes, whole.bytes]);
    const joinedPacket: IpPacket = {
      version,
      protocol: whole.protocol,
      addresses: 0,
      start: addressBytes.length,
      end: joined.length,
      fragment: undefined,
    };
    return this.#packet(frame, joined, version === 4 ? joinedPacket : skipExtensions(joined, joinedPacket), depth + 1);
  }
}

/** Where the EtherType and the network header stand, by link type, in frames without tags: Ethernet, Linux cooked v1 and v2. */
const PLAIN_LINKS: ReadonlyMap<number, { readonly etherType: number; readonly payload: number }> = new Map([
  [1, { etherType: 12, payload: 14 }],
  [113, { etherType: 14, payload: 16 }],
  [276, { etherType: 0, payload: 20 }],
]);

/** Most segments carry nothing: one view will do for all of them. */
const NO_BYTES = Buffer.alloc(0);

/**
 * Decodes the TCP header (RFC 9293 §3.1) at `start`, of which the 20 bytes that it has at least are there. The packet ends at `end` on the wire, and was
 * captured up to `capturedEnd`.
 */
function segmentAt(
  { number, seconds, nanoseconds }: Frame,
  data: Buffer,
  capturedEnd: number,
  pair: string,
  start: number,
  end: number,
): Segment | Skip {
  const headerLength = ((data[start + 12] as number) >> 4) * 4;
  const payload = start + headerLength;
  if (headerLength < 20 || payload > end) return 'malformed header';
  return {
    frame: number,
    seconds,
    nanoseconds,
    pair,
    sequence: data.readUInt32BE(start + 4),
    acknowledgment: data.readUInt32BE(start + 8),
    flags: data[start + 13] as number,
    payload: end === payload || capturedEnd <= payload ? NO_BYTES : data.subarray(payload, Math.min(end, capturedEnd)),
    length: end - payload,
  };
}
