import type { Side } from '../conversation/conversation.ts';
import type { Turn } from '../conversation/turns.ts';
import { BANNER_LABELS } from '../protocol/banner/codes.ts';
import type { Command } from '../protocol/banner/command.ts';
import type { Banner } from '../protocol/banner/message.ts';
import { readBanner, recognizeBanner } from '../protocol/banner/recognize.ts';
import type { HttpMessage } from '../protocol/http/message.ts';
import { readHttp, recognizeHttp } from '../protocol/http/recognize.ts';
import type { LayerReading, MessageSpan, Place, Streams } from '../protocol/layer.ts';
import type { ProxyHeader } from '../protocol/proxy-protocol/message.ts';
import { readProxyProtocol, recognizeProxyProtocol } from '../protocol/proxy-protocol/recognize.ts';
import type { RedisMessage } from '../protocol/redis/message.ts';
import { readRedis, recognizeRedis } from '../protocol/redis/recognize.ts';
import type { Socks4Message } from '../protocol/socks4/message.ts';
import { readSocks4, recognizeSocks4 } from '../protocol/socks4/recognize.ts';
import type { Socks5Message } from '../protocol/socks5/message.ts';
import { readSocks5, recognizeSocks5 } from '../protocol/socks5/recognize.ts';

import type { TlsMessage } from '../protocol/tls/message.ts';
import { readTls, recognizeTls } from '../protocol/tls/recognize.ts';

/** A turn, or its part in a tunnel, whose protocol is not known. */
export interface DataMessage extends MessageSpan {
  readonly protocol: 'unknown';
  readonly kind: 'data';
}

export type Message =
  | Banner
  | Command
  | ProxyHeader
  | RedisMessage
  | Socks5Message
  | Socks4Message
  | TlsMessage
  | HttpMessage
  | DataMessage;

export type ProtocolName = Message['protocol'];

/** One protocol's part of a dialogue. */
export interface Layer extends LayerReading<Message> {
  readonly protocol: ProtocolName;
}

interface Recognizer {
  readonly protocol: ProtocolName;
  /** `first`: who speaks first from there on, as far as it is known. */
  readonly recognize: (streams: Streams, place: Place, first: Side | undefined) => boolean;
  /** A reading may know the protocol better. */
  readonly read: (
    streams: Streams,
    place: Place,
    first: Side | undefined,
  ) => LayerReading<Message> & { readonly protocol?: ProtocolName };
}

/** The protocols that are read, in the order in which they are tried. */
export const RECOGNIZERS: readonly Recognizer[] = [
  { protocol: 'proxy-protocol', recognize: recognizeProxyProtocol, read: readProxyProtocol },
  { protocol: 'socks5', recognize: recognizeSocks5, read: readSocks5 },
  { protocol: 'socks4', recognize: recognizeSocks4, read: readSocks4 },
  { protocol: 'tls', recognize: recognizeTls, read: readTls },
  { protocol: 'http', recognize: recognizeHttp, read: readHttp },
  { protocol: 'redis', recognize: recognizeRedis, read: readRedis },
  { protocol: 'greeting', recognize: recognizeBanner, read: readBanner },
];

/**
 * The layers of known protocols, from the outermost inwards, and the place where what is not known begins; no such place where the last layer
 * takes all that follows.
 */
export function readProtocols(
  streams: Streams,
  turns: readonly Pick<Turn, 'side' | 'end'>[],
  nesting: number,
): { layers: Layer[]; rest: Place | undefined } {
  const layers: Layer[] = [];
  let place: Place = { client: 0, server: 0 };
  for (;;) {
    const deeper = layers.length < nesting;
    const first = turns.find(({ side, end }) => end > place[side])?.side;
    const recognizer = deeper ? RECOGNIZERS.find(({ recognize }) => recognize(streams, place, first)) : undefined;
    if (recognizer === undefined) return { layers, rest: place };
    const layer: Layer = { protocol: recognizer.protocol, ...recognizer.read(streams, place, first) };
    layers.push(layer);
    if (layer.outcome.kind !== 'granted') return { layers, rest: undefined };
    place = layer.outcome.tunnel;
  }
}

const LABELS: Readonly<Record<ProtocolName, string>> = {
  ...BANNER_LABELS,
  'proxy-protocol': 'PROXY',
  socks5: 'SOCKS5',
  socks4: 'SOCKS4',
  tls: 'TLS',
  redis: 'Redis',
  http: 'HTTP',
  unknown: 'unknown',
};

/** Does the innermost layer lie in a tunnel? A PROXY header stands before a conversation and opens none. */
export const isInTunnel = (layers: readonly Layer[]): boolean =>
  layers.slice(0, -1).some(({ protocol }) => protocol !== 'proxy-protocol');

/** How a protocol is called in sentences. */
export const protocolLabel = (protocol: ProtocolName): string => LABELS[protocol];
