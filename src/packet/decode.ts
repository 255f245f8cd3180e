import { DEFAULT_LIMITS, type Limits } from '../bytes/limits.ts';
import type { Frame } from '../capture/frame.ts';
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
    const decodeLink = LINK_TYPES.get(frame.linkType);
    if (decodeLink === undefined) return 'unknown link type';
    const wireEnd = Math.max(frame.originalLength, frame.data.length);
    return this.#payload(frame, frame.data, decodeLink(frame.data), wireEnd, 0);
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
    const { protocol, start, end } = packet;
    if (protocol === PROTOCOL_TCP) return decodeTcp(frame, data, packet, this.#pairs);
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

/** Most segments carry nothing: one view will do for all of them. */
const NO_BYTES = Buffer.alloc(0);

/** Decodes a TCP header (RFC 9293 §3.1). */
function decodeTcp(frame: Frame, data: Buffer, packet: IpPacket, pairs: PairReader): Segment | Skip {
  const { start, end } = packet;
  if (end < start + 20) return 'malformed header';
  if (data.length < start + 20) return 'cut in a header';
  const headerLength = ((data[start + 12] as number) >> 4) * 4;
  if (headerLength < 20 || start + headerLength > end) return 'malformed header';
  const payloadStart = start + headerLength;
  return {
    frame: frame.number,
    seconds: frame.seconds,
    nanoseconds: frame.nanoseconds,
    pair: pairs.read(data, packet),
    sequence: data.readUInt32BE(start + 4),
    acknowledgment: data.readUInt32BE(start + 8),
    flags: data[start + 13] as number,
    payload: end === payloadStart || data.length <= payloadStart ? NO_BYTES : data.subarray(payloadStart, end),
    length: end - payloadStart,
  };
}
