import { EventEmitter } from 'node:events';
import { type GlobalHeader, type Packet, type Parser, parse } from 'pcap-parser';
import { ChunkQueue } from './chunks.ts';
import type { ReadContext } from './context.ts';
import type { Frame } from './frame.ts';
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
  let variant: Variant | undefined;
  let parser: ParserFeed | undefined;
  for await (const chunk of chunks) {
    queue.push(chunk);
    if (variant === undefined || parser === undefined) {
      const header = queue.take(GLOBAL_HEADER_LENGTH);
      if (header === undefined) continue;
      variant = checkGlobalHeader(header, context);
      parser = new ParserFeed(header, variant, context);
    }
    const { records, length, tooLong } = wholeRecords(
      queue.peek(queue.length) as Buffer,
      variant,
      context.limits.frame,
    );
    queue.drop(length);
    const frames = parser.feed(records);
    if (frames.length > 0) yield frames;
    if (tooLong !== undefined) throw damaged(tooLong, queue.offset, context);
  }
  if (variant === undefined) {
    throw new CaptureError(
      { file: context.file, offset: queue.length },
      `the file ends inside the pcap header (${queue.length} of ${GLOBAL_HEADER_LENGTH} bytes)`,
      'record again',
    );
  }
  if (queue.length > 0) context.cutOff(queue.offset, queue.length);
}

/** pcap-parser behind a synchronous feed: a batch of records in, its frames out. */
class ParserFeed {
  readonly #source = Object.assign(new EventEmitter(), { pause() {}, resume() {} });
  readonly #parser: Parser;
  #frames: Frame[] = [];

  constructor(header: Buffer, variant: Variant, context: ReadContext) {
    let linkType = 0;
    this.#parser = parse(this.#source)
      .on('globalHeader', (global: GlobalHeader) => {
        linkType = global.linkLayerType;
      })
      .on('packet', ({ header: record, data }: Packet) => {
        this.#frames.push({
          number: context.files.next(),
          seconds: record.timestampSeconds,
          nanoseconds: record.timestampMicroseconds * variant.unit,
          linkType,
          data,
          originalLength: record.originalLength,
        });
      })
      .on('error', (error: Error) => {
        throw error;
      });
    this.#source.emit('data', normalizedHeader(header, variant));
  }

  feed(records: Buffer): Frame[] {
    if (records.length === 0) return [];
    this.#frames = [];
    // It has consumed all whole records, and would copy these behind the nothing that is left.
    this.#parser.buffer = null;
    this.#source.emit('data', records);
    return this.#frames;
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

/**
 * The whole records at the head of `bytes`, as classic records, and how many bytes of the file they took. They end before a
 * record whose captured length is too long to be believed; it is told as soon as the header is there.
 */
function wholeRecords(
  bytes: Buffer,
  variant: Variant,
  limit: number,
): { records: Buffer; length: number; tooLong: number | undefined } {
  const headerLength = RECORD_HEADER_LENGTH + variant.extra;
  const kept: Buffer[] = [];
  let end = 0;
  let tooLong: number | undefined;
  while (end + headerLength <= bytes.length) {
    const captured = variant.bigEndian ? bytes.readUInt32BE(end + 8) : bytes.readUInt32LE(end + 8);
    if (captured > limit) tooLong = captured;
    if (tooLong !== undefined || end + headerLength + captured > bytes.length) break;
    if (variant.extra > 0) {
      kept.push(bytes.subarray(end, end + RECORD_HEADER_LENGTH));
      kept.push(bytes.subarray(end + headerLength, end + headerLength + captured));
    }
    end += headerLength + captured;
  }
  return { records: variant.extra > 0 ? Buffer.concat(kept) : bytes.subarray(0, end), length: end, tooLong };
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
