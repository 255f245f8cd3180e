import { closeSync, openSync, writeSync } from 'node:fs';
import { ACK, framesOf, hex, pcapFile, pcapngFile, Talk, type WireSegment } from '../test/support/wire.ts';

/** What a capture is made of; the same request gives the same file. */
export interface Recipe {
  readonly kind: 'short' | 'bulk' | 'lossy' | 'tiny';
  readonly format: 'pcap' | 'pcapng';
  /** Bytes at least as pcap; as pcapng it has the same frames, and is larger. */
  readonly size: number;
}

const REQUEST =
  'GET /generate_204 HTTP/1.1\r\nHost: client3.google.com\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n';
const ANSWER = 'HTTP/1.1 204 No Content\r\nDate: Sun, 22 Nov 2026 10:18:04 GMT\r\nConnection: keep-alive\r\n\r\n';
const BULK_LENGTH = 5_000_000;
const BULK_ANSWER = Buffer.concat([
  Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${BULK_LENGTH}\r\n\r\n`),
  Buffer.alloc(BULK_LENGTH, 'capture2check '),
]);

/** 22 November 2026. */
const EPOCH = 1_795_305_600;

/** How many conversations are under way at a time. */
const AT_ONCE: Readonly<Record<Recipe['kind'], number>> = { short: 64, lossy: 64, bulk: 8, tiny: 1 };
/** Of so many frames a lossy capture lacks one. */
const LOST = 50;

/** Writes a capture of SOCKS5 conversations: check-like ones of 14 frames each, or downloads of 5 MB. */
export function generate(path: string, { kind, format, size }: Recipe): void {
  const output = new Output(path, format);
  const script = new Script(kind === 'bulk' ? bulk() : short());
  const chance = pseudoRandom();
  for (let first = 0; output.size < size; first += AT_ONCE[kind]) {
    for (let frame = 0; frame < script.length && output.size < size; frame++) {
      for (let number = first; number < first + AT_ONCE[kind]; number++) {
        const data = script.frame(frame, number);
        if (kind !== 'lossy' || chance() % LOST > 0) output.add(data);
      }
    }
  }
  output.close();
}

export const generateShort = (path: string, size: number): void =>
  generate(path, { kind: 'short', format: 'pcap', size });

/** Handshake, SOCKS5, one request and its answer, and the end: 14 frames. */
const short = (): Talk =>
  opened()
    .segment('client', { payload: Buffer.from(REQUEST) })
    .segment('server', { payload: Buffer.from(ANSWER) })
    .segment('client')
    .segment('client', { flags: 17 })
    .segment('server')
    .segment('server', { flags: 17 })
    .segment('client');

/** As above, with an answer of 5 MB in segments of 1460 bytes, of which each second one is acknowledged. */
function bulk(): Talk {
  const talk = opened().segment('client', { payload: Buffer.from(REQUEST) });
  for (let at = 0; at < BULK_ANSWER.length; at += 2920) {
    talk.segment('server', { payload: BULK_ANSWER.subarray(at, at + 1460) });
    talk.segment('server', { payload: BULK_ANSWER.subarray(at + 1460, at + 2920) });
    talk.segment('client');
  }
  return talk.close();
}

const CLIENT = '10.0.0.0:0';
const opened = (): Talk =>
  new Talk({ client: CLIENT, clientIsn: 0, serverIsn: 0 })
    .handshake()
    .segment('client', { payload: hex('05020001') })
    .segment('server', { payload: hex('0500') })
    .segment('client', { payload: hex('0501000312636c69656e74332e676f6f676c652e636f6d0050') })
    .segment('server', { payload: hex('05000001c63364010000') });

// Offsets in an Ethernet frame with IPv4 and TCP, both without options.
const AT = {
  source: 26,
  destination: 30,
  sourcePort: 34,
  destinationPort: 36,
  sequence: 38,
  acknowledgment: 42,
} as const;
const SOCKS_REPLY_FRAME = 6;
const BOUND_PORT = 54 + 8;

interface Template {
  readonly data: Buffer;
  readonly segment: WireSegment;
}

/** The frames of a conversation; each conversation differs by its client and its sequence numbers. */
class Script {
  readonly #frames: readonly Template[];

  constructor({ segments }: Talk) {
    this.#frames = framesOf(segments).map(({ data }, at) => ({ data, segment: segments[at] as WireSegment }));
  }

  get length(): number {
    return this.#frames.length;
  }

  /** A frame of the conversation of this number; the next call changes it. */
  frame(at: number, number: number): Buffer {
    const { data, segment } = this.#frames[at] as Template;
    const fromClient = segment.from === CLIENT;
    const [own, other] = [
      Math.imul(number, fromClient ? 7919 : 104_729),
      Math.imul(number, fromClient ? 104_729 : 7919),
    ];
    data.writeUInt32BE(0x0a01_0000 + number, fromClient ? AT.source : AT.destination);
    data.writeUInt16BE(32_768 + (number % 28_000), fromClient ? AT.sourcePort : AT.destinationPort);
    data.writeUInt32BE((segment.seq + own) >>> 0, AT.sequence);
    if ((segment.flags & ACK) !== 0) data.writeUInt32BE((segment.ack + other) >>> 0, AT.acknowledgment);
    if (at === SOCKS_REPLY_FRAME) data.writeUInt16BE(number & 0xffff, BOUND_PORT);
    return data;
  }
}

const MICROSECONDS_APART = 20;
const BLOCK_LENGTH = 1_000_000;

/** A capture file that is written in large blocks. */
class Output {
  /** What was added, as pcap. */
  size = 24;
  readonly #file: number;
  readonly #format: Recipe['format'];
  readonly #block = Buffer.alloc(BLOCK_LENGTH);
  #length = 0;
  #time = 0;

  constructor(path: string, format: Recipe['format']) {
    this.#file = openSync(path, 'w');
    this.#format = format;
    writeSync(this.#file, format === 'pcap' ? pcapFile([]) : pcapngFile([]));
  }

  add(data: Buffer): void {
    if (this.#length + data.length + 64 > BLOCK_LENGTH) this.#flush();
    this.#time += MICROSECONDS_APART;
    this.size += data.length + 16;
    if (this.#format === 'pcap') this.#addRecord(data);
    else this.#addBlock(data);
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #addRecord(data: Buffer): void {
    this.#words(EPOCH + Math.floor(this.#time / 1_000_000), this.#time % 1_000_000, data.length, data.length);
    this.#length += data.copy(this.#block, this.#length);
  }

  /** An Enhanced Packet Block. */
  #addBlock(data: Buffer): void {
    const padded = Math.ceil(data.length / 4) * 4;
    const time = EPOCH * 1_000_000 + this.#time;
    const [high, low] = [Math.floor(time / 2 ** 32), time % 2 ** 32];
    this.#words(6, padded + 32, 0, high, low, data.length, data.length);
    data.copy(this.#block, this.#length);
    this.#block.fill(0, this.#length + data.length, this.#length + padded);
    this.#length += padded;
    this.#words(padded + 32);
  }

  #words(...words: readonly number[]): void {
    for (const word of words) this.#length = this.#block.writeUInt32LE(word, this.#length);
  }

  #flush(): void {
    writeSync(this.#file, this.#block, 0, this.#length);
    this.#length = 0;
  }
}

/** Numbers that look random and are the same each time (a linear congruential generator). */
function pseudoRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
