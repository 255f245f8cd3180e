import type { Frame } from '../capture/frame.ts';
import { decodeIpv4, decodeIpv6, type IpPacket, PROTOCOL_TCP } from './ip.ts';
import { ETHER_TYPE, LINK_TYPES } from './link.ts';
import type { Segment } from './segment.ts';

/** Why a frame holds no segment for us. */
export type Skip = 'unknown link type' | 'not IP' | 'not TCP' | 'fragment' | 'cut in a header' | 'malformed header';

/** Decodes a frame down to its TCP segment, or says why there is none. Checksums are not looked at: offload leaves them unset. */
export function decodeSegment(frame: Frame): Segment | Skip {
  const decodeLink = LINK_TYPES.get(frame.linkType);
  if (decodeLink === undefined) return 'unknown link type';
  const { data } = frame;
  const link = decodeLink(data);
  if (link === undefined) return 'cut in a header';
  const wireEnd = Math.max(frame.originalLength, data.length);
  let packet: IpPacket | 'cut' | 'malformed';
  if (link.etherType === ETHER_TYPE.ipv4) packet = decodeIpv4(data, link.offset, wireEnd);
  else if (link.etherType === ETHER_TYPE.ipv6) packet = decodeIpv6(data, link.offset, wireEnd);
  else return 'not IP';
  if (packet === 'cut') return 'cut in a header';
  if (packet === 'malformed') return 'malformed header';
  if (packet.fragment) return 'fragment';
  return packet.protocol === PROTOCOL_TCP ? decodeTcp(frame, packet) : 'not TCP';
}

/** Decodes a TCP header (RFC 9293 §3.1). */
function decodeTcp(frame: Frame, packet: IpPacket): Segment | Skip {
  const { data } = frame;
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
    pair: pairOf(data, packet),
    sequence: data.readUInt32BE(start + 4),
    acknowledgment: data.readUInt32BE(start + 8),
    flags: data[start + 13] as number,
    payload: data.subarray(payloadStart, Math.min(end, Math.max(payloadStart, data.length))),
    length: end - payloadStart,
  };
}

function pairOf(data: Buffer, { version, addresses, start }: IpPacket): string {
  const addressesEnd = addresses + (version === 4 ? 8 : 32);
  // Without options or extension headers the ports stand right behind the addresses: one slice instead of two.
  if (addressesEnd === start) return data.toString('latin1', addresses, start + 4);
  return data.toString('latin1', addresses, addressesEnd) + data.toString('latin1', start, start + 4);
}
