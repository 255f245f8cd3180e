import type { Frame } from '../../src/capture/frame.ts';
import { PacketDecoder, type Skip } from '../../src/packet/decode.ts';
import { endpointsOf, formatEndpoint, type Segment } from '../../src/packet/segment.ts';
import { ACK, CLIENT, PSH, SERVER, type WireSegment } from './wire.ts';

export const V4: WireSegment = {
  from: CLIENT,
  to: SERVER,
  seq: 0xfedc_ba98,
  ack: 0x0123_4567,
  flags: PSH | ACK,
  payload: Buffer.from('hello'),
  time: 0,
};
export const V6: WireSegment = { ...V4, from: '[2001:db8::1]:40000', to: '[fd00::2]:1080' };

/** The link type of packets without a link layer. */
export const RAW = 101;

/** A frame of these bytes. */
export const frame = (data: Buffer, { linkType = 1, number = 7, seconds = 1_700_000_000 } = {}): Frame => ({
  number,
  seconds,
  nanoseconds: 123_456_789,
  linkType,
  bytes: data,
  start: 0,
  end: data.length,
  originalLength: data.length,
});

/** What the frame of these bytes decodes to. */
export const decode = (data: Buffer, linkType = 1, originalLength = data.length): Segment | Skip =>
  new PacketDecoder().decode({ ...frame(data, { linkType }), originalLength });

/** A segment in a form that reads well in a diff. */
export function readable(segment: Segment | Skip) {
  if (typeof segment === 'string') return segment;
  const [from, to] = endpointsOf(segment.pair);
  return {
    from: formatEndpoint(from),
    to: formatEndpoint(to),
    seq: segment.sequence,
    ack: segment.acknowledgment,
    flags: segment.flags,
    payload: segment.payload.toString('latin1'),
    length: segment.length,
  };
}

/** What a segment on the wire should decode to. */
export const asDecoded = ({ from, to, seq, ack, flags, payload }: WireSegment) => ({
  from,
  to,
  seq,
  ack,
  flags,
  payload: Buffer.from(payload).toString('latin1'),
  length: payload.length,
});
