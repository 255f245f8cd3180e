import { EventEmitter } from 'node:events';
import { type GlobalHeader, type Packet, type Parser, parse } from 'pcap-parser';
import { ChunkQueue } from './chunks.ts';
import type { ReadContext } from './context.ts';
import { BATCH, type Frame } from './frame.ts';
import { type Place, Records } from './pcap-records.ts';
import { CaptureError } from './warning.ts';

const GLOBAL_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;

interface Variant {
  readonly bigEndian: boolean;
  /** Nanoseconds in one unit of a record's fraction. */
  readonly unit: number;
  /** Bytes that a record header has beyond the classic 16 (Kuznetzov's modified format: interface, protocol, packet type). */
  readonly extra: number;
}

/** The classic formats by the first four bytes of the file (https://wiki.wireshark.org/Development/LibpcapFileFormat). */
export const PCAP_MAGICS: ReadonlyMap<string, Variant> = new Map([
  ['a1b2c3d4', { bigEndian: true, unit: 1000, extra: 0 }],
  ['d4c3b2a1', { bigEndian: false, unit: 1000, extra: 0 }],
  ['a1b23c4d', { bigEndian: true, unit: 1, extra: 0 }],
  ['4d3cb2a1', { bigEndian: false, unit: 1, extra: 0 }],
  ['a1b2cd34', { bigEndian: true, unit: 1000, extra: 8 }],
  ['34cdb2a1', { bigEndian: false, unit: 1000, extra: 8 }],
]);

/**
 * Reads a classic pcap file. pcap-parser does the parsing; this guard stands before it, because it knows only the
 * microsecond magic, buffers whatever length a record claims, and is silent on a cut-off last record.
 * Throws CaptureError on damage, naming the frame and its offset.
 */
export async function* readPcap(chunks: AsyncIterable<Buffer>, context: ReadContext): AsyncGenerator<Frame[]> {
  const queue = new ChunkQueue();
  let parser: ParserFeed | undefined;
  for await (const chunk of chunks) {
    queue.push(chunk);
    if (parser === undefined) {
      const header = queue.take(GLOBAL_HEADER_LENGTH);
      if (header === undefined) continue;
      parser = new ParserFeed(header, checkGlobalHeader(header, context), context);
    }
    for (let frames = parser.read(queue); frames.length > 0; frames = parser.read(queue)) yield frames;
  }
  if (parser === undefined) {
    throw new CaptureError(
      { file: context.file, offset: queue.length },
      `the file ends inside the pcap header (${queue.length} of ${GLOBAL_HEADER_LENGTH} bytes)`,
      'record again',
    );
  }
  if (queue.length > 0) context.cutOff(queue.offset, queue.length);
}

/** pcap-parser behind a synchronous feed: whole records in, their frames out. */
class ParserFeed {
  readonly #source = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
  readonly #parser: Parser<Place>;
  readonly #variant: Variant;
  readonly #context: ReadContext;
  readonly #records: Records;
  #frames: Frame[] = [];

  constructor(header: Buffer, variant: Variant, context: ReadContext) {
    this.#variant = variant;
    this.#context = context;
    this.#records = new Records(variant.bigEndian);
    let linkType = 0;
    this.#parser = parse<Place>(this.#source)
      .on('globalHeader', (global: GlobalHeader) => {
        linkType = global.linkLayerType;
      })
      .on('packet', ({ header: record, data: { bytes, start, end } }: Packet<Place>) => {
        this.#frames.push({
          number: context.files.next(),
          seconds: record.timestampSeconds,
          nanoseconds: record.timestampMicroseconds * variant.unit,
          linkType,
          bytes,
          start,
          end,
          originalLength: record.originalLength,
        });
      })
      .on('error', (error: Error) => {
        throw error;
      });
    this.#source.emit('data', normalizedHeader(header, variant));
    this.#parser.endianness = '';
  }

  /** The frames of the next whole records that wait, a batch at most; none when there is no whole one. Throws CaptureError when a record is too long to be believed. */
  read(queue: ChunkQueue): Frame[] {
    this.#frames = [];
    const length = this.#lengthOfWhole(queue);
    if (length === 0) return [];
    if (this.#variant.extra === 0) this.#records.hold(queue.head, queue.at, length);
    else {
      const classic = this.#classic(queue.head.subarray(queue.at, queue.at + length));
      this.#records.hold(classic, 0, classic.length);
    }
    queue.drop(length);
    // It has consumed what it was given before, and would copy this behind the nothing that is left.
    this.#parser.buffer = null;
    this.#source.emit('data', this.#records);
    return this.#frames;
  }

  /** Records as pcap-parser knows them: without what the modified format has behind their headers. */
  #classic(records: Buffer): Buffer {
    const { bigEndian, extra } = this.#variant;
    const kept: Buffer[] = [];
    for (let at = 0; at < records.length; ) {
      const captured = bigEndian ? records.readUInt32BE(at + 8) : records.readUInt32LE(at + 8);
      kept.push(records.subarray(at, at + RECORD_HEADER_LENGTH));
      at += RECORD_HEADER_LENGTH + extra;
      kept.push(records.subarray(at, at + captured));
      at += captured;
    }
    return Buffer.concat(kept);
  }

  /** How many bytes a batch of whole records takes at the head of the queue. Its length is looked at before any record's bytes are waited for. */
  #lengthOfWhole(queue: ChunkQueue): number {
    const { bigEndian, extra } = this.#variant;
    const { limits } = this.#context;
    const headerLength = RECORD_HEADER_LENGTH + extra;
    let length = 0;
    for (let count = 0; count < BATCH; count++) {
      // What lies across two chunks is joined for a batch of its own.
      const together = queue.head.length - queue.at - length;
      if (together < headerLength && (count > 0 || !queue.gather(headerLength))) break;
      const at = queue.at + length + 8;
      const captured = bigEndian ? queue.head.readUInt32BE(at) : queue.head.readUInt32LE(at);
      if (captured > limits.frame) {
        if (count > 0) break;
        throw damaged(captured, queue.offset, this.#context);
      }
      const record = headerLength + captured;
      if (queue.head.length - queue.at - length < record && (count > 0 || !queue.gather(record))) break;
      length += record;
    }
    return length;
  }
}

function checkGlobalHeader(header: Buffer, context: ReadContext): Variant {
  const variant = PCAP_MAGICS.get(header.toString('hex', 0, 4));
  if (variant === undefined) throw new Error('readPcap was given something else than pcap');
  const major = variant.bigEndian ? header.readUInt16BE(4) : header.readUInt16LE(4);
  const minor = variant.bigEndian ? header.readUInt16BE(6) : header.readUInt16LE(6);
  if (major !== 2 || minor !== 4) {
    throw new CaptureError(
      { file: context.file, offset: 4 },
      `pcap version ${major}.${minor}, expected 2.4`,
      'convert it with: editcap -F pcap',
    );
  }
  return variant;
}

/** The header as pcap-parser knows it: microsecond magic, and a link type without its FCS bits (the upper 16). */
function normalizedHeader(header: Buffer, variant: Variant): Buffer {
  const normalized = Buffer.from(header);
  if (variant.bigEndian) {
    normalized.writeUInt32BE(0xa1b2c3d4, 0);
    normalized.writeUInt32BE(header.readUInt32BE(20) & 0xffff, 20);
  } else {
    normalized.writeUInt32LE(0xa1b2c3d4, 0);
    normalized.writeUInt32LE(header.readUInt32LE(20) & 0xffff, 20);
  }
  return normalized;
}

/** The error for the next record, which starts at `offset`. */
function damaged(captured: number, offset: number, { file, files, limits }: ReadContext): CaptureError {
  const frame = files.numberInFile(files.frames + 1);
  return new CaptureError(
    { file, frame, offset: offset + 8 },
    `captured length ${captured}, expected at most ${limits.frame}: the file is damaged, or holds larger frames (--limit frame)`,
    frame > 1 ? `keep what precedes with: editcap -r IN OUT 1-${frame - 1}` : 'record again',
  );
}
