import { ByteReader, DecodeError } from '../../bytes/reader.ts';
import { type LayerReading, type Place, type Streams, stopped } from '../layer.ts';
import { LINE_START, SIGNATURE } from './codes.ts';
import { decodeHeader, type ProxyHeader } from './message.ts';

/** No other protocol begins with as many bytes of one of the signatures. */
const DISTINCT = 5;

/** Does the client begin with a header of the PROXY protocol, or with the part of one that was captured? */
export function recognizeProxyProtocol({ client }: Streams, { client: at }: Place): boolean {
  return [LINE_START, SIGNATURE].some((signature) => {
    const length = Math.min(signature.length, client.length - at);
    return length >= DISTINCT && signature.subarray(0, length).every((byte, index) => client[at + index] === byte);
  });
}

/** Reads a header, which nothing answers: what both sides say behind it is the next layer. Never throws: what stops it is the outcome. */
export function readProxyProtocol({ client }: Streams, place: Place): LayerReading<ProxyHeader> {
  const reader = new ByteReader(client, place.client);
  try {
    const header = decodeHeader(reader);
    const tunnel = { client: reader.offset, server: place.server };
    return { messages: [header], outcome: { kind: 'granted', tunnel }, destination: undefined };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { messages: [], outcome: stopped(error, 'client', 'whole PROXY header'), destination: undefined };
  }
}
