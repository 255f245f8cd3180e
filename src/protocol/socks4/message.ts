import { addressText } from '../../bytes/address.ts';
import { type ByteReader, DecodeError } from '../../bytes/reader.ts';
import type { MessageSpan } from '../layer.ts';
import { REQUEST_VERSION, RESULT } from './codes.ts';

/** What the client asks for, in SOCKS4 by address or in SOCKS4a by name. */
export interface Socks4Request extends MessageSpan {
  readonly protocol: 'socks4';
  readonly kind: 'request';
  readonly command: number;
  /** The name of SOCKS4a, else the address. */
  readonly host: string;
  readonly port: number;
  /** Does the server resolve the name (SOCKS4a)? */
  readonly named: boolean;
}

/** The server's answer. */
export interface Socks4Reply extends MessageSpan {
  readonly protocol: 'socks4';
  readonly kind: 'reply';
  readonly version: number;
  readonly result: number;
}

export type Socks4Message = Socks4Request | Socks4Reply;

/** Longer user ids and names are no SOCKS4: servers take 255 octets at most. */
const MAX_STRING_LENGTH = 512;

/** Decodes a request of SOCKS4 or SOCKS4a. Throws DecodeError. */
export function decodeRequest(reader: ByteReader): Socks4Request {
  const start = reader.offset;
  const version = reader.u8('VN');
  if (version !== REQUEST_VERSION) throw new DecodeError('VN', start, '04', hex(version));
  const command = reader.u8('CD');
  const port = reader.u16('DSTPORT');
  const address = reader.bytes(4, 'DSTIP');
  readString(reader, 'USERID', 'secret');
  // SOCKS4a: the address 0.0.0.x, x not 0, says that a name follows.
  const named = address[0] === 0 && address[1] === 0 && address[2] === 0 && address[3] !== 0;
  const host = named ? readString(reader, 'DSTNAME', 'fixed') : addressText(address);
  const fields = reader.takeFields();
  return {
    protocol: 'socks4',
    kind: 'request',
    side: 'client',
    command,
    host,
    port,
    named,
    start,
    end: reader.offset,
    fields,
  };
}

/** Decodes a reply. Its version should be 0; some servers say 4. Throws DecodeError when cut short or when it is none. */
export function decodeReply(reader: ByteReader): Socks4Reply {
  const start = reader.offset;
  const version = reader.u8('VN', 'volatile');
  const result = reader.u8('CD', 'outcome');
  const known = result >= RESULT.granted && result <= RESULT.identdMismatch;
  if (!known || (version !== 0 && version !== REQUEST_VERSION)) {
    throw new DecodeError('VN and CD', start, '00 and 5a to 5d', `${hex(version)}${hex(result)}`);
  }
  const reply = { protocol: 'socks4', kind: 'reply', side: 'server', version, result } as const;
  if (result === RESULT.granted || reader.remaining >= 6) {
    reader.u16('DSTPORT', 'volatile');
    reader.bytes(4, 'DSTIP', 'volatile');
  } else if (reader.remaining > 0) reader.bytes(reader.remaining, 'REST', 'volatile');
  return { ...reply, start, end: reader.offset, fields: reader.takeFields() };
}

/** Reads up to a NUL, which is a field of its own. */
function readString(reader: ByteReader, name: string, role: 'secret' | 'fixed'): string {
  let length = 0;
  while (reader.peek(length) !== 0) {
    if (reader.peek(length) === undefined) throw new DecodeError(name, reader.offset, 'a NUL at its end', 'none', true);
    if (++length > MAX_STRING_LENGTH)
      throw new DecodeError(name, reader.offset, `at most ${MAX_STRING_LENGTH} bytes`, 'more');
  }
  const text = Buffer.from(reader.bytes(length, name, role)).toString('latin1');
  reader.u8(`end of ${name}`);
  return text;
}

const hex = (value: number): string => value.toString(16).padStart(2, '0');
