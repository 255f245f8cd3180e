/** Builds captures byte by byte, so that tests can say exactly what stands in a file. */

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

export interface WireSegment {
  /** Sender and receiver, `10.0.0.1:40000` or `[fd00::1]:40000`. */
  readonly from: string;
  readonly to: string;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly payload: Uint8Array;
  /** Microseconds since the capture began. */
  readonly time: number;
}

export const CLIENT = '10.0.0.1:40000';
export const SERVER = '10.0.0.2:1080';

/** A TCP conversation, written turn by turn; numbers and acknowledgments follow by themselves. */
export class Talk {
  readonly segments: WireSegment[] = [];
  readonly #client: string;
  readonly #server: string;
  readonly #next: { client: number; server: number };
  #time = 0;

  constructor({ client = CLIENT, server = SERVER, clientIsn = 1000, serverIsn = 5000 } = {}) {
    this.#client = client;
    this.#server = server;
    this.#next = { client: clientIsn, server: serverIsn };
  }

  /** Appends a segment as it stands; `seq` and `ack` default to the next ones. */
  segment(side: 'client' | 'server', fields: Partial<WireSegment> = {}): this {
    const other = side === 'client' ? 'server' : 'client';
    this.#time += 100;
    const segment: WireSegment = {
      from: side === 'client' ? this.#client : this.#server,
      to: side === 'client' ? this.#server : this.#client,
      seq: this.#next[side],
      ack: this.#next[other],
      flags: ACK,
      payload: new Uint8Array(0),
      time: this.#time,
      ...fields,
    };
    this.segments.push(segment);
    const length = segment.payload.length + (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0);
    const end = (segment.seq + length) >>> 0;
    if (((end - this.#next[side]) | 0) > 0) this.#next[side] = end;
    return this;
  }

  handshake(): this {
    return this.segment('client', { flags: SYN, ack: 0 })
      .segment('server', { flags: SYN | ACK })
      .segment('client');
  }

  /** One side says something, in pieces of at most `mss` bytes, and the other acknowledges. */
  says(side: 'client' | 'server', payload: Uint8Array | string, mss = 1460): this {
    const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
    for (let at = 0; at < bytes.length; at += mss) {
      this.segment(side, { flags: ACK | PSH, payload: bytes.subarray(at, at + mss) });
    }
    return this.segment(side === 'client' ? 'server' : 'client');
  }

  client(payload: Uint8Array | string, mss?: number): this {
    return this.says('client', payload, mss);
  }

  server(payload: Uint8Array | string, mss?: number): this {
    return this.says('server', payload, mss);
  }

  close(): this {
    return this.segment('client', { flags: FIN | ACK })
      .segment('server', { flags: FIN | ACK })
      .segment('client');
  }
}

export const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

/** A link layer around an IP packet; names say what tcpdump calls them. */
export const LINKS = {
  ethernet: { linkType: 1, wrap: (ip: Buffer) => Buffer.concat([hex('020000000002 020000000001'), etherType(ip), ip]) },
  vlan: {
    linkType: 1,
    wrap: (ip: Buffer) => Buffer.concat([hex('020000000002 020000000001 8100 0064'), etherType(ip), ip]),
  },
  qinq: {
    linkType: 1,
    wrap: (ip: Buffer) => Buffer.concat([hex('020000000002 020000000001 88a8 0064 8100 0065'), etherType(ip), ip]),
  },
  llcSnap: {
    linkType: 1,
    wrap: (ip: Buffer) =>
      Buffer.concat([hex('020000000002 020000000001'), u16(ip.length + 8), hex('aaaa03 000000'), etherType(ip), ip]),
  },
  linuxSll: {
    linkType: 113,
    wrap: (ip: Buffer) => Buffer.concat([hex('0000 0001 0006 020000000001 0000'), etherType(ip), ip]),
  },
  linuxSll2: {
    linkType: 276,
    wrap: (ip: Buffer) => Buffer.concat([etherType(ip), hex('0000 00000001 0001 00 06 020000000001 0000'), ip]),
  },
  nullLittle: { linkType: 0, wrap: (ip: Buffer) => Buffer.concat([isV6(ip) ? hex('1e000000') : hex('02000000'), ip]) },
  nullBig: { linkType: 0, wrap: (ip: Buffer) => Buffer.concat([isV6(ip) ? hex('0000001c') : hex('00000002'), ip]) },
  loop: { linkType: 108, wrap: (ip: Buffer) => Buffer.concat([isV6(ip) ? hex('00000018') : hex('00000002'), ip]) },
  raw: { linkType: 101, wrap: (ip: Buffer) => ip },
  rawBsd: { linkType: 12, wrap: (ip: Buffer) => ip },
} as const satisfies Record<string, Link>;

export interface Link {
  readonly linkType: number;
  readonly wrap: (ip: Buffer) => Buffer;
}

const isV6 = (ip: Buffer): boolean => (ip[0] as number) >> 4 === 6;
const etherType = (ip: Buffer): Buffer => (isV6(ip) ? hex('86dd') : hex('0800'));

/** The IP packet of a segment. `extension` is put between the IPv6 header and TCP, its first byte replaced by TCP's number. */
export function ipPacket(
  segment: WireSegment,
  { options = Buffer.alloc(0), extension = Buffer.alloc(0), extensionType = 0 } = {},
): Buffer {
  const [source, sourcePort] = splitEndpoint(segment.from);
  const [destination, destinationPort] = splitEndpoint(segment.to);
  const tcp = Buffer.concat([
    u16(sourcePort),
    u16(destinationPort),
    u32(segment.seq),
    u32(segment.flags & ACK ? segment.ack : 0),
    Buffer.from([0x50, segment.flags]),
    u16(65_535),
    u16(0),
    u16(0),
    segment.payload,
  ]);
  if (source.length === 16) {
    const payload = extension.length > 0 ? Buffer.concat([Buffer.from([6]), extension.subarray(1), tcp]) : tcp;
    const next = extension.length > 0 ? extensionType : 6;
    return Buffer.concat([hex('60000000'), u16(payload.length), Buffer.from([next, 64]), source, destination, payload]);
  }
  const headerLength = 20 + options.length;
  return Buffer.concat([
    Buffer.from([0x40 | (headerLength / 4), 0]),
    u16(headerLength + tcp.length),
    hex('0001 4000 4006 0000'),
    source,
    destination,
    options,
    tcp,
  ]);
}

export interface WireFrame {
  readonly data: Buffer;
  readonly originalLength?: number;
  /** Microseconds since 1970. */
  readonly time: number;
}

const EPOCH = 1_700_000_000_000_000;

/** The frames of segments on one link. */
export function framesOf(segments: readonly WireSegment[], link: Link = LINKS.ethernet): WireFrame[] {
  return segments.map((segment) => ({ data: link.wrap(ipPacket(segment)), time: EPOCH + segment.time }));
}

/** A classic pcap file. */
export function pcapFile(
  frames: readonly WireFrame[],
  { linkType = 1, bigEndian = false, nanoseconds = false, modified = false, snapLength = 262_144 } = {},
): Buffer {
  const [word, half] = bigEndian ? [u32, u16] : [u32le, u16le];
  const magic = nanoseconds ? 0xa1b23c4d : modified ? 0xa1b2cd34 : 0xa1b2c3d4;
  const parts = [word(magic), half(2), half(4), word(0), word(0), word(snapLength), word(linkType)];
  for (const { data, originalLength = data.length, time } of frames) {
    const fraction = (time % 1_000_000) * (nanoseconds ? 1000 : 1);
    parts.push(word(Math.floor(time / 1_000_000)), word(fraction), word(data.length), word(originalLength));
    if (modified) parts.push(word(1), half(0x0800), Buffer.from([0, 0]));
    parts.push(data);
  }
  return Buffer.concat(parts);
}

/** A pcapng file of one section and one interface, with Enhanced Packet Blocks. */
export function pcapngFile(
  frames: readonly WireFrame[],
  { linkType = 1, bigEndian = false, snapLength = 0 } = {},
): Buffer {
  const ng = pcapngBlocks(bigEndian);
  return Buffer.concat([
    ng.section(),
    ng.interface(linkType, { snapLength }),
    ...frames.map((frame) => ng.enhancedPacket(0, frame)),
  ]);
}

/** The blocks that pcapng files are made of, in one byte order. */
export function pcapngBlocks(bigEndian = false) {
  const [word, half] = bigEndian ? [u32, u16] : [u32le, u16le];
  const padded = (data: Uint8Array) => Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
  const block = (type: number, body: Buffer): Buffer =>
    Buffer.concat([word(type), word(body.length + 12), body, word(body.length + 12)]);
  const option = (code: number, value: Buffer): Buffer =>
    Buffer.concat([half(code), half(value.length), padded(value)]);
  const units = (time: number, perSecond: bigint) => (BigInt(time) * perSecond) / 1_000_000n;
  return {
    block,
    option,
    section: () => block(0x0a0d0d0a, Buffer.concat([word(0x1a2b3c4d), half(1), half(0), Buffer.alloc(8, 0xff)])),
    interface: (linkType: number, { snapLength = 0, options = Buffer.alloc(0) } = {}) =>
      block(1, Buffer.concat([half(linkType), half(0), word(snapLength), options])),
    enhancedPacket: (id: number, { data, originalLength = data.length, time }: WireFrame, perSecond = 1_000_000n) => {
      const stamp = units(time, perSecond);
      const body = [
        word(id),
        word(Number(stamp >> 32n)),
        word(Number(stamp & 0xffffffffn)),
        word(data.length),
        word(originalLength),
        padded(data),
      ];
      return block(6, Buffer.concat(body));
    },
    obsoletePacket: (id: number, { data, originalLength = data.length, time }: WireFrame) => {
      const stamp = units(time, 1_000_000n);
      const body = [
        half(id),
        half(0),
        word(Number(stamp >> 32n)),
        word(Number(stamp & 0xffffffffn)),
        word(data.length),
        word(originalLength),
        padded(data),
      ];
      return block(2, Buffer.concat(body));
    },
    simplePacket: ({ data, originalLength = data.length }: WireFrame) =>
      block(3, Buffer.concat([word(originalLength), padded(data)])),
  };
}

function splitEndpoint(endpoint: string): [address: Buffer, port: number] {
  const [, v6, v4, port] = /^(?:\[(.*)\]|([0-9.]+)):([0-9]+)$/.exec(endpoint) as unknown as [
    string,
    string?,
    string?,
    string?,
  ];
  if (v4 !== undefined) return [Buffer.from(v4.split('.').map(Number)), Number(port)];
  const [head = '', tail = ''] = (v6 as string).split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail)];
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return [Buffer.concat(all.map(u16)), Number(port)];
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
const u16le = (value: number): Buffer => u16(value).reverse();
const u32le = (value: number): Buffer => u32(value).reverse();

/** The bytes as a zstd frame of stored blocks (RFC 8878 §3.1.1): no compressor is needed to test a decompressor. */
export function zstdStored(bytes: Uint8Array): Buffer {
  const parts: Buffer[] = [hex('28b52ffd 00 38')]; // no content size, window of 128 KiB
  for (let at = 0; at === 0 || at < bytes.length; at += 65_536) {
    const piece = bytes.subarray(at, at + 65_536);
    const last = at + 65_536 >= bytes.length ? 1 : 0;
    const header = Buffer.alloc(3);
    header.writeUIntLE(last | (piece.length << 3), 0, 3);
    parts.push(header, Buffer.from(piece));
  }
  return Buffer.concat(parts);
}
