import { ChunkQueue } from './chunks.ts';
import type { ReadContext } from './context.ts';
import { BATCH, type Frame } from './frame.ts';
import { CaptureError } from './warning.ts';

/** The first four bytes of every pcapng file: the type of a Section Header Block, the same in both byte orders. */
export const SECTION_HEADER = '0a0d0d0a';

/** Block types (draft-ietf-opsawg-pcapng, section 4 and appendix). */
const BLOCK = { section: 0x0a0d0d0a, interface: 1, obsoletePacket: 2, simplePacket: 3, enhancedPacket: 6 } as const;
const OPTION = { end: 0, timestampResolution: 9, timestampOffset: 14 } as const;
/** What a block may hold beside a packet's bytes, its header and options: longer blocks of the types that are read are damage. */
const MAX_BLOCK_EXTRA = 65_536;
/** As many as the 16-bit number of a Packet Block can tell apart: a section with more is damage. */
const MAX_INTERFACES = 65_536;

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  /** Turns the two halves of a timestamp into seconds and nanoseconds. */
  readonly time: (high: number, low: number) => { seconds: number; nanoseconds: number };
}

/** One section's byte order and interfaces; both start anew with the next Section Header Block. */
interface Section {
  readonly bigEndian: boolean;
  readonly interfaces: Interface[];
}

/** Reads a pcapng file. Throws CaptureError on damage, naming the frame (the next one) and the block's offset. */
export async function* readPcapng(chunks: AsyncIterable<Buffer>, context: ReadContext): AsyncGenerator<Frame[]> {
  const queue = new ChunkQueue();
  const reader = new BlockReader(queue, context);
  for await (const chunk of chunks) {
    queue.push(chunk);
    for (let more = true; more; ) {
      const frames: Frame[] = [];
      try {
        while (more && frames.length < BATCH) more = reader.step(frames);
      } finally {
        if (frames.length > 0) yield frames; // those before damage are given out before the error
      }
    }
  }
  if (queue.length > 0 || reader.owed > 0)
    context.cutOff(reader.blockStart, queue.offset + queue.length - reader.blockStart);
}

class BlockReader {
  /** Where the block being read starts. */
  blockStart = 0;
  /** Bytes of a skipped block that are still to come. */
  owed = 0;
  readonly #queue: ChunkQueue;
  readonly #context: ReadContext;
  #section: Section | undefined;
  #last = { seconds: 0, nanoseconds: 0 };

  constructor(queue: ChunkQueue, context: ReadContext) {
    this.#queue = queue;
    this.#context = context;
  }

  /** Reads or skips one block; false when it needs more bytes. */
  step(frames: Frame[]): boolean {
    if (this.owed > 0) {
      this.owed -= this.#queue.drop(this.owed);
      return this.owed === 0 && this.#queue.length > 0;
    }
    this.blockStart = this.#queue.offset;
    const queue = this.#queue;
    if (!queue.gather(12)) return false;
    const { head, at } = queue;
    if (head.readUInt32BE(at) === BLOCK.section) this.#section = this.#openSection(head, at + 8);
    const section = this.#section ?? this.#fail('no Section Header Block');
    const type = u32(head, at, section.bigEndian);
    const length = u32(head, at + 4, section.bigEndian);
    if (length < 12 || length % 4 !== 0) this.#fail(`block length ${length}, expected a multiple of 4 from 12 on`);
    const read = READERS[type];
    if (read === undefined) {
      this.owed = length;
      return true;
    }
    const limit = this.#context.limits.frame + MAX_BLOCK_EXTRA;
    if (length > limit) this.#fail(`block length ${length}, expected at most ${limit}`);
    if (!queue.gather(length)) return false;
    const [block, start, end] = [queue.head, queue.at, queue.at + length];
    queue.drop(length);
    const trailer = u32(block, end - 4, section.bigEndian);
    if (trailer !== length) this.#fail(`block length ${length} at its start, ${trailer} at its end`);
    read.call(this, block, start + 8, end - 4, section, frames);
    return true;
  }

  #openSection(head: Buffer, at: number): Section {
    const magic = head.readUInt32BE(at);
    if (magic === 0x1a2b3c4d) return { bigEndian: true, interfaces: [] };
    if (magic === 0x4d3c2b1a) return { bigEndian: false, interfaces: [] };
    return this.#fail(`byte-order magic ${head.toString('hex', at, at + 4)}, expected 1a2b3c4d in either order`);
  }

  readSection(bytes: Buffer, start: number, end: number, { bigEndian }: Section): void {
    if (end - start < 16) this.#fail('a Section Header Block of less than 28 bytes');
    const major = u16(bytes, start + 4, bigEndian);
    if (major !== 1) this.#fail(`pcapng version ${major}.${u16(bytes, start + 6, bigEndian)}, expected 1.x`);
  }

  readInterface(bytes: Buffer, start: number, end: number, { bigEndian, interfaces }: Section): void {
    if (end - start < 8) this.#fail('an Interface Description Block of less than 20 bytes');
    if (interfaces.length === MAX_INTERFACES) this.#fail(`more than ${MAX_INTERFACES} interfaces`);
    let resolution = 6;
    let offset = 0n;
    for (const { code, value } of options(bytes.subarray(start + 8, end), bigEndian)) {
      if (code === OPTION.timestampResolution && value.length >= 1) resolution = value[0] as number;
      if (code === OPTION.timestampOffset && value.length >= 8) {
        offset = bigEndian ? value.readBigInt64BE(0) : value.readBigInt64LE(0);
      }
    }
    interfaces.push({
      linkType: u16(bytes, start, bigEndian),
      snapLength: u32(bytes, start + 4, bigEndian),
      time: clock(resolution, offset),
    });
  }

  readEnhancedPacket(bytes: Buffer, start: number, end: number, section: Section, frames: Frame[]): void {
    if (end - start < 20) this.#fail('an Enhanced Packet Block of less than 32 bytes');
    frames.push(this.#packet(bytes, start, end, u32(bytes, start, section.bigEndian), section));
  }

  readObsoletePacket(bytes: Buffer, start: number, end: number, section: Section, frames: Frame[]): void {
    if (end - start < 20) this.#fail('a Packet Block of less than 32 bytes');
    frames.push(this.#packet(bytes, start, end, u16(bytes, start, section.bigEndian), section));
  }

  /** A Simple Packet Block has neither a captured length nor a time: the frame takes the time of the one before it. */
  readSimplePacket(bytes: Buffer, start: number, end: number, section: Section, frames: Frame[]): void {
    const { linkType, snapLength } = section.interfaces[0] ?? this.#fail('a packet before any interface');
    if (end - start < 4) this.#fail('a Simple Packet Block of less than 16 bytes');
    const originalLength = u32(bytes, start, section.bigEndian);
    const limit = snapLength === 0 ? originalLength : Math.min(snapLength, originalLength);
    const place = { bytes, start: start + 4, end: Math.min(start + 4 + limit, end) };
    frames.push({ number: this.#context.files.next(), ...this.#last, linkType, ...place, originalLength });
  }

  /** The frame of an Enhanced Packet Block, or of one whose fields lie in the same places. */
  #packet(bytes: Buffer, start: number, end: number, id: number, { bigEndian, interfaces }: Section): Frame {
    const from = interfaces[id] ?? this.#fail(`interface ${id}, expected one of the ${interfaces.length} described`);
    const captured = u32(bytes, start + 12, bigEndian);
    const data = start + 20;
    if (captured > end - data) this.#fail(`captured length ${captured} in a block with room for ${end - data}`);
    this.#last = from.time(u32(bytes, start + 4, bigEndian), u32(bytes, start + 8, bigEndian));
    return {
      number: this.#context.files.next(),
      seconds: this.#last.seconds,
      nanoseconds: this.#last.nanoseconds,
      linkType: from.linkType,
      bytes,
      start: data,
      end: data + captured,
      originalLength: u32(bytes, start + 16, bigEndian),
    };
  }

  #fail(problem: string): never {
    const { file, files } = this.#context;
    const frame = files.numberInFile(files.frames + 1);
    throw new CaptureError({ file, frame, offset: this.blockStart }, `${problem}: the file is damaged`, 'record again');
  }
}

/** Reads what stands between a block's two lengths, from `start` to `end`. */
type ReadBlock = (
  this: BlockReader,
  bytes: Buffer,
  start: number,
  end: number,
  section: Section,
  frames: Frame[],
) => void;
const READERS: Readonly<Record<number, ReadBlock>> = {
  [BLOCK.section]: BlockReader.prototype.readSection,
  [BLOCK.interface]: BlockReader.prototype.readInterface,
  [BLOCK.enhancedPacket]: BlockReader.prototype.readEnhancedPacket,
  [BLOCK.obsoletePacket]: BlockReader.prototype.readObsoletePacket,
  [BLOCK.simplePacket]: BlockReader.prototype.readSimplePacket,
};

/** if_tsresol: a negative power of 10, or of 2 where the top bit is set; if_tsoffset: seconds to add. */
function clock(resolution: number, offset: bigint): Interface['time'] {
  const base = BigInt((resolution & 0x80) === 0 ? 10 : 2);
  const unitsPerSecond = base ** BigInt(resolution & 0x7f);
  const exact = (high: number, low: number) => {
    const units = (BigInt(high) << 32n) | BigInt(low);
    const rest = units % unitsPerSecond;
    return {
      seconds: Number(units / unitsPerSecond + offset),
      nanoseconds: Number((rest * 1_000_000_000n) / unitsPerSecond),
    };
  };
  if (unitsPerSecond !== 1_000_000n || offset !== 0n) return exact;
  return (high, low) => {
    if (high >= 0x20_0000) return exact(high, low); // beyond 2^53 a double would round
    const units = high * 0x1_0000_0000 + low;
    const seconds = Math.floor(units / 1_000_000);
    return { seconds, nanoseconds: (units - seconds * 1_000_000) * 1000 };
  };
}

/** A block's options: code, length, value padded to 32 bits. Ends at the end or at the first that does not fit. */
function* options(bytes: Buffer, bigEndian: boolean): Generator<{ code: number; value: Buffer }> {
  for (let at = 0; at + 4 <= bytes.length; ) {
    const code = u16(bytes, at, bigEndian);
    const length = u16(bytes, at + 2, bigEndian);
    if (code === OPTION.end || at + 4 + length > bytes.length) return;
    yield { code, value: bytes.subarray(at + 4, at + 4 + length) };
    at += 4 + Math.ceil(length / 4) * 4;
  }
}

const u16 = (bytes: Buffer, at: number, bigEndian: boolean): number =>
  bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
const u32 = (bytes: Buffer, at: number, bigEndian: boolean): number =>
  bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
