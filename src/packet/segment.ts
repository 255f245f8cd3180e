import { addressText } from '../bytes/address.ts';

/** TCP flag bits (RFC 9293 §3.1). */
export const FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 } as const;

/** One TCP segment with its endpoints. */
export interface Segment {
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Source and destination addresses, then source and destination ports, in network order, a character a byte; see `endpointsOf`. */
  readonly pair: string;
  readonly sequence: number;
  /** The acknowledgment number; meaningless without the ACK flag. */
  readonly acknowledgment: number;
  readonly flags: number;
  /** The payload as captured; shorter than `length` where the snapshot length cut it. */
  readonly payload: Buffer;
  /** Bytes of payload on the wire. */
  readonly length: number;
}

export interface Endpoint {
  /** RFC 5952 text for IPv6, dotted decimal for IPv4. */
  readonly address: string;
  readonly port: number;
}

/** The source and destination of a pair. */
export function endpointsOf(pair: string): [source: Endpoint, destination: Endpoint] {
  const length = (pair.length - 4) / 2;
  const ports = 2 * length;
  return [
    { address: addressAt(pair, 0, length), port: portAt(pair, ports) },
    { address: addressAt(pair, length, length), port: portAt(pair, ports + 2) },
  ];
}

const portAt = (pair: string, at: number): number => pair.charCodeAt(at) * 256 + pair.charCodeAt(at + 1);

function addressAt(pair: string, at: number, length: number): string {
  if (length !== 4) return addressText(Buffer.from(pair.slice(at, at + length), 'latin1'));
  const byte = (offset: number) => pair.charCodeAt(at + offset);
  return `${byte(0)}.${byte(1)}.${byte(2)}.${byte(3)}`;
}

/** The pair of a segment that goes the other way. */
export function reversePair(pair: string): string {
  const length = (pair.length - 4) / 2;
  const ports = 2 * length;
  return (
    pair.slice(length, ports) + pair.slice(0, length) + pair.slice(ports + 2, ports + 4) + pair.slice(ports, ports + 2)
  );
}

/** `127.0.0.1:1080`, `[::1]:1080`. */
export function formatEndpoint({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
