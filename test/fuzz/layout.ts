/** A record of a pcap file, or a block of a pcapng file. */
export interface CaptureRecord {
  readonly start: number;
  readonly end: number;
  /** Where the frame stands, undefined in a block without one. */
  readonly frame: { readonly start: number; readonly end: number; readonly linkType: number } | undefined;
  /** Where the file format's own lengths stand, 32 bits each. */
  readonly lengths: readonly number[];
}

export interface Layout {
  readonly bigEndian: boolean;
  readonly records: readonly CaptureRecord[];
}

/** Where the numbers of a TCP segment stand in the file. */
export interface SegmentPlaces {
  readonly ip: number;
  readonly version: number;
  readonly tcp: number;
  readonly payload: number;
  readonly end: number;
}

const PCAP = new Map([
  ['a1b2c3d4', true],
  ['a1b23c4d', true],
  ['d4c3b2a1', false],
  ['4d3cb2a1', false],
]);

/** Where the records of a capture stand, as far as it is not damaged. */
export function layoutOf(file: Buffer): Layout {
  const magic = file.toString('hex', 0, 4);
  if (PCAP.has(magic) && file.length >= 24) return pcapLayout(file, PCAP.get(magic) as boolean);
  if (magic === '0a0d0d0a' && file.length >= 12) return pcapngLayout(file, file.readUInt32BE(8) === 0x1a2b3c4d);
  return { bigEndian: false, records: [] };
}

function pcapLayout(file: Buffer, bigEndian: boolean): Layout {
  const word = (at: number) => (bigEndian ? file.readUInt32BE(at) : file.readUInt32LE(at));
  const linkType = word(20);
  const records: CaptureRecord[] = [];
  for (let start = 24; start + 16 <= file.length; ) {
    const end = start + 16 + word(start + 8);
    if (end > file.length) break;
    records.push({ start, end, frame: { start: start + 16, end, linkType }, lengths: [start + 8, start + 12] });
    start = end;
  }
  return { bigEndian, records };
}

function pcapngLayout(file: Buffer, bigEndian: boolean): Layout {
  const word = (at: number) => (bigEndian ? file.readUInt32BE(at) : file.readUInt32LE(at));
  const records: CaptureRecord[] = [];
  let linkType = 1;
  for (let start = 0; start + 12 <= file.length; ) {
    const [type, length] = [word(start), word(start + 4)];
    const end = start + length;
    if (length < 12 || end > file.length) break;
    if (type === 1 && length >= 20) linkType = word(start + 8) & 0xffff;
    const holdsFrame = type === 6 && length >= 32;
    const frameEnd = holdsFrame ? Math.min(end - 4, start + 28 + word(start + 20)) : end;
    records.push({
      start,
      end,
      frame: holdsFrame ? { start: start + 28, end: frameEnd, linkType } : undefined,
      lengths: [start + 4, end - 4, ...(holdsFrame ? [start + 20, start + 24] : [])],
    });
    start = end;
  }
  return { bigEndian, records };
}

const LINK_LENGTH: ReadonlyMap<number, number> = new Map([
  [0, 4],
  [1, 14],
  [101, 0],
  [108, 4],
  [113, 16],
  [276, 20],
]);

/** The segments of a capture whose frames are not in any tunnel. */
export function segmentsIn(file: Buffer, { records }: Layout): SegmentPlaces[] {
  return records.flatMap(({ frame }) => {
    const link = frame && LINK_LENGTH.get(frame.linkType);
    if (frame === undefined || link === undefined) return [];
    const ip = frame.start + link;
    const version = (file[ip] ?? 0) >> 4;
    const tcp = ip + (version === 4 ? ((file[ip] as number) & 15) * 4 : 40);
    const protocol = file[version === 4 ? ip + 9 : ip + 6];
    if ((version !== 4 && version !== 6) || protocol !== 6 || tcp + 20 > frame.end) return [];
    const payload = tcp + ((file[tcp + 12] as number) >> 4) * 4;
    return [{ ip, version, tcp, payload: Math.min(payload, frame.end), end: frame.end }];
  });
}
