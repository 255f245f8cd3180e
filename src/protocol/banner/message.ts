import { type ByteReader, DecodeError } from '../../bytes/reader.ts';
import type { MessageSpan } from '../layer.ts';
import type { BannerProtocol, TextShape } from './codes.ts';
import { dataPortsIn } from './ftp.ts';

/** What a server says first. */
export interface Banner extends MessageSpan {
  readonly protocol: BannerProtocol;
  readonly kind: 'banner';
  /** The part that is always the same, a character a byte: `220`, `SSH-2.0-`; of a refusal what stands in its place. */
  readonly opening: string;
  /** Why the server will not serve, in its own words. */
  readonly refusal: string | undefined;
  /** Of FTP the ports that the server names for its data connections. */
  readonly dataPorts: readonly number[];
}

/** A longer greeting is none: RFC 5321 §4.5.3.1.5 has 512 octets a line, and HAProxy looks at 16 KiB. */
const MAX_LENGTH = 16_384;
/** More of a server's words would not help. */
const MAX_REASON_LENGTH = 100;

/** Decodes a greeting in text, of a shape that its first line has. Throws DecodeError when its end is not there. */
export function decodeText(reader: ByteReader, bytes: Uint8Array, shape: TextShape): Banner {
  const start = reader.offset;
  const text = Buffer.from(bytes.subarray(start, start + MAX_LENGTH)).toString('latin1');
  const matched = shape.ready.exec(text) ?? shape.refusing.exec(text);
  if (matched === null) throw new DecodeError('greeting', start, `one of ${shape.protocol}`, 'something else');
  const whole = wholeOf(text, shape);
  if (whole === undefined) {
    const short = text.length < MAX_LENGTH;
    throw new DecodeError('greeting', start, short ? 'its end' : `an end within ${MAX_LENGTH} bytes`, 'none', short);
  }
  // The hyphen behind a reply code says that more lines follow, and is not part of what stays the same.
  const opening = shape.end === 'reply' ? matched[0].slice(0, 3) : matched[0];
  reader.bytes(opening.length, 'opening', 'outcome');
  reader.bytes(whole.length - opening.length, 'text', 'volatile');
  return {
    protocol: shape.protocol,
    kind: 'banner',
    side: 'server',
    opening,
    refusal: whole.refusal?.trimEnd().slice(0, MAX_REASON_LENGTH),
    dataPorts: shape.protocol === 'ftp' ? dataPortsIn(bytes, start + whole.length) : [],
    start,
    end: reader.offset,
    fields: reader.takeFields(),
  };
}

/** How long the greeting is, and the line that refuses; undefined while its end is not there. */
function wholeOf(text: string, shape: TextShape): { length: number; refusal: string | undefined } | undefined {
  let length = 0;
  for (const line of text.match(/[^\n]*\n/g) ?? []) {
    length += line.length;
    const refusal = shape.refusing.test(line) ? line : undefined;
    if (refusal !== undefined || isLast(line, shape.end)) return { length, refusal };
  }
  return undefined;
}

function isLast(line: string, end: 'line' | 'reply' | 'capabilities'): boolean {
  switch (end) {
    case 'line':
      return true;
    case 'reply':
      return /^220 /.test(line);
    case 'capabilities':
      return /^OK\b/.test(line);
  }
}
