import { gzipSync } from 'node:zlib';
import { fragmentOf } from '../support/fragments.ts';
import { zstdStored } from '../support/wire.ts';
import { type CaptureRecord, type Layout, layoutOf, type SegmentPlaces, segmentsIn } from './layout.ts';
import type { Random } from './random.ts';

/** Changes a capture; `other` is another one, to take from. */
type Damage = (file: Buffer, random: Random, other: Buffer) => Buffer;

const join = (...parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);
const changed = (file: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
};
const INTERESTING = [0, 1, 2, 4, 5, 0x0a, 0x0d, 0x20, 0x22, 0x24, 0x27, 0x5c, 0x7f, 0x80, 0x9b, 0xff];
const EXTREMES = [
  0, 1, 2, 3, 7, 19, 20, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe,
  0xffffffff,
];

/** A number for a field of so many bytes: an extreme one, or one that is off by a little. */
function forged(random: Random, value: number, size: number): number {
  const number = random.oneIn(2) ? random.pick(EXTREMES) : value + random.between(-9, 9);
  return (number >>> 0) & (size === 4 ? 0xffffffff : 2 ** (8 * size) - 1);
}

function writeForged(copy: Buffer, at: number, size: 1 | 2 | 4, random: Random, littleEndian = false): void {
  if (at + size > copy.length) return;
  const value = littleEndian ? copy.readUIntLE(at, size) : copy.readUIntBE(at, size);
  const number = forged(random, value, size) >>> 0;
  if (littleEndian) copy.writeUIntLE(number, at, size);
  else copy.writeUIntBE(number, at, size);
}

/** Damages a segment of the capture, where it has any. */
const onSegment =
  (change: (copy: Buffer, places: SegmentPlaces, random: Random) => void): Damage =>
  (file, random) => {
    const segments = segmentsIn(file, layoutOf(file));
    if (segments.length === 0) return file;
    return changed(file, (copy) => change(copy, random.pick(segments), random));
  };

/** Rearranges the records of the capture; what stands before the first and behind the last stays. */
const onRecords =
  (rearrange: (records: Buffer[], random: Random, layout: Layout) => readonly Buffer[]): Damage =>
  (file, random) => {
    const layout = layoutOf(file);
    const { records } = layout;
    const [first, last] = [records[0], records.at(-1)];
    if (first === undefined || last === undefined) return file;
    const pieces = records.map(({ start, end }) => file.subarray(start, end));
    return join(file.subarray(0, first.start), ...rearrange(pieces, random, layout), file.subarray(last.end));
  };

/** Frames of a pcap file put in the place of one. */
function inPlaceOf(
  file: Buffer,
  { start, end }: CaptureRecord,
  { bigEndian }: Layout,
  frames: readonly Buffer[],
): Buffer {
  const records = frames.map((data) => {
    const header = Buffer.from(file.subarray(start, start + 16));
    for (const at of [8, 12]) bigEndian ? header.writeUInt32BE(data.length, at) : header.writeUInt32LE(data.length, at);
    return join(header, data);
  });
  return join(file.subarray(0, start), ...records, file.subarray(end));
}

/** The packet of a frame in fragments that may overlap, be missing, come twice or in any order. */
function fragmented(file: Buffer, random: Random): Buffer {
  const layout = layoutOf(file);
  if (layout.records.length === 0) return file;
  const record = random.pick(layout.records);
  const places = segmentsIn(file, { ...layout, records: [record] })[0];
  if (places === undefined || record.frame?.start !== record.start + 16) return file;
  const [link, packet] = [file.subarray(record.frame.start, places.ip), file.subarray(places.ip, places.end)];
  const headerLength = places.tcp - places.ip;
  if (headerLength !== (places.version === 4 ? 20 : 40)) return file;
  const length = packet.length - headerLength;
  const frames: Buffer[] = [];
  let at = 0;
  while (at < length) {
    const end = Math.min(length, at + 8 * random.between(1, 6));
    const start = random.oneIn(6) ? Math.max(0, at - 8) : at;
    const more = random.oneIn(12) ? end === length : end < length;
    const fragment = fragmentOf(packet, { start, end, more }, { id: random.below(3) });
    if (!random.oneIn(12)) frames.push(join(link, fragment));
    if (random.oneIn(6)) frames.push(join(link, fragment));
    at = random.oneIn(20) ? Math.max(0, at - 16) : end - (end % 8 || (end < length ? 0 : end % 8));
    if (end >= length) break;
  }
  if (random.oneIn(3)) frames.reverse();
  return inPlaceOf(file, record, layout, frames);
}

/** What leaves the bytes of the conversations as they are, or takes some of them away. */
export const KEEPING: Readonly<Record<string, Damage>> = {
  truncated: (file, random) => file.subarray(0, random.below(file.length + 1)),
  'record removed': onRecords((records, random) =>
    records.toSpliced(random.below(records.length), random.between(1, 3)),
  ),
  'record twice': onRecords((records, random) => {
    const record = random.pick(records);
    return records.toSpliced(random.below(records.length + 1), 0, ...Array<Buffer>(random.between(1, 4)).fill(record));
  }),
  'records swapped': onRecords((records, random) => {
    const [a, b] = [random.below(records.length), random.below(records.length)];
    return records.with(a, records[b] as Buffer).with(b, records[a] as Buffer);
  }),
  'records shuffled': onRecords((records, random) => {
    const [start, end] = random.span(records.length);
    const keyed = records.slice(start, end).map((record) => ({ record, key: random.next() }));
    return records.toSpliced(start, end - start, ...keyed.sort((a, b) => a.key - b.key).map(({ record }) => record));
  }),
  'acknowledgment forged': onSegment((copy, { tcp }, random) => writeForged(copy, tcp + 8, 4, random)),
  'wrapped in gzip': (file) => gzipSync(file, { level: 1 }),
  'wrapped in zstd': (file) => zstdStored(file),
};

/** What changes any byte. */
export const CHANGING: Readonly<Record<string, Damage>> = {
  'bits flipped': (file, random) =>
    changed(file, (copy) => {
      for (let count = random.between(1, 8); count > 0 && copy.length > 0; count--) {
        const at = random.below(copy.length);
        copy[at] = (copy[at] as number) ^ (1 << random.below(8));
      }
    }),
  'bytes overwritten': (file, random) =>
    changed(file, (copy) => {
      const [start, end] = random.span(copy.length);
      const value = random.oneIn(2) ? random.pick(INTERESTING) : undefined;
      for (let at = start; at < end; at++) copy[at] = value ?? random.below(256);
    }),
  'range removed': (file, random) => {
    const [start, end] = random.span(file.length);
    return join(file.subarray(0, start), file.subarray(end));
  },
  'range twice': (file, random) => {
    const [start, end] = random.span(file.length);
    return join(file.subarray(0, end), file.subarray(start));
  },
  'ranges swapped': (file, random) => {
    const [a, b] = random.span(file.length);
    const c = random.between(b, file.length);
    return join(file.subarray(0, a), file.subarray(b, c), file.subarray(a, b), file.subarray(c));
  },
  'bytes put in': (file, random) => {
    const at = random.below(file.length + 1);
    return join(file.subarray(0, at), random.bytes(random.between(1, 24)), file.subarray(at));
  },
  fragmented,
  'sequence number forged': onSegment((copy, { tcp }, random) => writeForged(copy, tcp + 4, 4, random)),
  'flags forged': onSegment((copy, { tcp }, random) => {
    copy[tcp + 13] = random.below(64);
  }),
  'length of a record forged': (file, random) => {
    const { records, bigEndian } = layoutOf(file);
    const lengths = records.flatMap((record) => record.lengths);
    if (lengths.length === 0) return file;
    return changed(file, (copy) => writeForged(copy, random.pick(lengths), 4, random, !bigEndian));
  },
  'length of a packet forged': onSegment((copy, { ip, version }, random) =>
    writeForged(copy, version === 4 ? ip + 2 : ip + 4, 2, random),
  ),
  'length of a header forged': onSegment((copy, { ip, tcp, version }, random) => {
    const at = version === 4 && random.oneIn(2) ? ip : tcp + 12;
    copy[at] = random.below(256);
  }),
  'fragment field forged': onSegment((copy, { ip, version }, random) => {
    if (version === 4) copy.writeUInt16BE(random.below(0x10000), ip + 6);
    else copy[ip + 6] = random.pick([0, 43, 44, 51, 60, 135]);
  }),
  'protocol forged': onSegment((copy, { ip, version }, random) => {
    copy[version === 4 ? ip + 9 : ip + 6] = random.pick([4, 6, 17, 41, 47, 59]);
  }),
  'byte of a payload forged': onSegment((copy, { payload, end }, random) => {
    if (payload < end) copy[payload + random.below(Math.min(12, end - payload))] = random.pick(INTERESTING);
  }),
  'link type forged': (file, random) => {
    if (file.length < 24) return file;
    return changed(file, (copy) =>
      copy.writeUInt32LE(random.pick([0, 1, 9, 12, 50, 101, 105, 113, 127, 147, 276]), 20),
    );
  },
  spliced: (file, random, other) => {
    const [a, b] = [layoutOf(file).records, layoutOf(other).records];
    if (a.length === 0 || b.length === 0)
      return join(file.subarray(0, random.below(file.length)), other.subarray(random.below(other.length)));
    return join(file.subarray(0, random.pick(a).end), other.subarray(random.pick(b).start));
  },
  'put behind each other': (file, _, other) => join(file, other),
};
