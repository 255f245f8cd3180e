import { decodeSegment, type Skip } from '../../src/packet/decode.ts';
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

/** What the frame of these bytes decodes to. */
export const decode = (data: Buffer, linkType = 1, originalLength = data.length): Segment | Skip =>
  decodeSegment({ number: 7, seconds: 1_700_000_000, nanoseconds: 123_456_789, linkType, data, originalLength });

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
