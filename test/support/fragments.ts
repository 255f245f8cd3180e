import { PacketDecoder } from '../../src/packet/decode.ts';
import { frame, RAW, readable, V4, V6 } from './packet.ts';
import { hex, u16, u32 } from './wire.ts';

/** Segments that are worth cutting. */
const TEXT = Buffer.from('The quick brown fox jumps over the lazy dog, then naps.');
export const LONG = { V4: { ...V4, payload: TEXT }, V6: { ...V6, payload: TEXT } };

/** A piece of an IP packet's payload; offsets are in bytes. */
export interface Cut {
  readonly start: number;
  readonly end: number;
  /** Do others follow? */
  readonly more: boolean;
}

export const cut = (start: number, end: number, more = true): Cut => ({ start, end, more });

/** The pieces of a payload of `length` bytes that is cut at these offsets. */
function cutsAt(length: number, ...offsets: readonly number[]): Cut[] {
  const edges = [0, ...offsets, length];
  return edges.slice(1).map((end, at) => ({ start: edges[at] as number, end, more: end < length }));
}

/** A fragment of an IP packet without options or extension headers; the piece may have bytes of its own. */
export function fragmentOf(
  packet: Buffer,
  { start, end, more }: Cut,
  { id = 1, bytes = undefined as Buffer | undefined } = {},
) {
  const version = (packet[0] as number) >> 4;
  const headerLength = version === 4 ? 20 : 40;
  const piece = bytes ?? packet.subarray(headerLength + start, headerLength + end);
  const header = Buffer.from(packet.subarray(0, headerLength));
  if (version === 4) {
    header.writeUInt16BE(20 + piece.length, 2);
    header.writeUInt16BE(id, 4);
    header.writeUInt16BE((start / 8) | (more ? 0x2000 : 0), 6);
    return Buffer.concat([header, piece]);
  }
  const protocol = header[6] as number;
  header[6] = 44;
  header.writeUInt16BE(8 + piece.length, 4);
  return Buffer.concat([header, Buffer.of(protocol, 0), u16(start | (more ? 1 : 0)), u32(id), piece]);
}

/** The fragments of a packet that is cut at these offsets of its payload. */
export function fragmentsOf(packet: Buffer, offsets: readonly number[], id = 1): Buffer[] {
  const length = packet.length - ((packet[0] as number) >> 4 === 4 ? 20 : 40);
  return cutsAt(length, ...offsets).map((cut) => fragmentOf(packet, cut, { id }));
}

/** An IPv6 packet whose TCP stands behind destination options. */
export function withDestinationOptions(packet: Buffer): Buffer {
  const options = hex('06 00 0104 00000000');
  const header = Buffer.from(packet.subarray(0, 40));
  header.writeUInt16BE(packet.length - 40 + options.length, 4);
  header[6] = 60;
  return Buffer.concat([header, options, packet.subarray(40)]);
}

/** What IP packets, in frames from 1 on, decode to, and what became of those in fragments. */
export function decodeAll(packets: readonly Buffer[], decoder = new PacketDecoder()) {
  const results = packets.map((data, at) => readable(decoder.decode(frame(data, { linkType: RAW, number: at + 1 }))));
  return { results, ...decoder.fragmentation };
}

export const NONE = { count: 0, frame: 0 };
