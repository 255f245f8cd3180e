import { ByteReader, DecodeError } from '../../bytes/reader.ts';
import type { MessageSpan } from '../layer.ts';
import { CONTENT, EXTENSION, HANDSHAKE } from './codes.ts';

/** The client's first message, in one record (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2). */
export interface ClientHello extends MessageSpan {
  readonly protocol: 'tls';
  readonly kind: 'client hello';
  /** The name of the server that is asked for (RFC 6066 §3). */
  readonly serverName: string | undefined;
  /** Does it resume an earlier session with a pre-shared key (RFC 8446 §4.2.11)? */
  readonly resumes: boolean;
}

/** The record that begins with a ServerHello (RFC 8446 §4.1.3). */
export interface ServerHello extends MessageSpan {
  readonly protocol: 'tls';
  readonly kind: 'server hello';
}

/** An alert that is not encrypted (RFC 8446 §6). */
export interface Alert extends MessageSpan {
  readonly protocol: 'tls';
  readonly kind: 'alert';
  readonly description: number;
}

export type TlsMessage = ClientHello | ServerHello | Alert;

/** Decodes a ClientHello. Throws DecodeError when cut short, or when it does not fill one record. */
export function decodeClientHello(reader: ByteReader): ClientHello {
  const start = reader.offset;
  const length = decodeRecordHeader(reader, CONTENT.handshake);
  const type = reader.u8('msg_type');
  if (type !== HANDSHAKE.clientHello) throw new DecodeError('msg_type', start + 5, '01', String(type));
  const bodyLength = reader.u8('length') * 65_536 + reader.u16('length');
  if (bodyLength + 4 !== length) throw new DecodeError('length', start + 6, String(length - 4), String(bodyLength));
  const body = reader.bytes(0, 'body');
  const end = reader.offset + bodyLength;
  reader.u16('client_version');
  reader.bytes(32, 'random', 'volatile');
  reader.bytes(reader.u8('session_id length'), 'session_id', 'volatile');
  reader.bytes(reader.u16('cipher_suites length'), 'cipher_suites');
  reader.bytes(reader.u8('compression_methods length'), 'compression_methods');
  const extensions =
    reader.offset < end ? reader.bytes(reader.u16('extensions length'), 'extensions', 'volatile') : body;
  if (reader.offset !== end)
    throw new DecodeError('extensions', reader.offset, `an end at ${end}`, String(reader.offset));
  return {
    protocol: 'tls',
    kind: 'client hello',
    side: 'client',
    ...extensionsOf(extensions),
    start,
    end,
    fields: reader.takeFields(),
  };
}

/** Decodes what a server says to a ClientHello. Throws DecodeError when cut short, or when it is neither ServerHello nor alert. */
export function decodeAnswer(reader: ByteReader): ServerHello | Alert {
  const start = reader.offset;
  if (reader.peek() === CONTENT.alert) {
    const length = decodeRecordHeader(reader, CONTENT.alert);
    if (length !== 2) throw new DecodeError('length', start + 3, '2', String(length));
    reader.u8('level', 'outcome');
    const description = reader.u8('description', 'outcome');
    return {
      protocol: 'tls',
      kind: 'alert',
      side: 'server',
      description,
      start,
      end: reader.offset,
      fields: reader.takeFields(),
    };
  }
  const length = decodeRecordHeader(reader, CONTENT.handshake);
  const type = reader.u8('msg_type', 'outcome');
  if (type !== HANDSHAKE.serverHello) throw new DecodeError('msg_type', start + 5, '02', String(type));
  // That it is a ServerHello decides; of a long record the capture may hold only the head.
  reader.bytes(Math.min(Math.max(length - 1, 0), reader.remaining), 'server_hello', 'volatile');
  return {
    protocol: 'tls',
    kind: 'server hello',
    side: 'server',
    start,
    end: reader.offset,
    fields: reader.takeFields(),
  };
}

/** A record header (RFC 8446 §5.1): type, a version that is 3.x for compatibility, length. */
function decodeRecordHeader(reader: ByteReader, wanted: number): number {
  const start = reader.offset;
  const type = reader.u8('type', 'outcome');
  if (type !== wanted) throw new DecodeError('type', start, String(wanted), String(type));
  const major = reader.u8('legacy_record_version');
  if (major !== 3) throw new DecodeError('legacy_record_version', start + 1, '3', String(major));
  reader.u8('legacy_record_version', 'volatile');
  return reader.u16('length', 'volatile');
}

function extensionsOf(bytes: Uint8Array): Pick<ClientHello, 'serverName' | 'resumes'> {
  const reader = new ByteReader(bytes);
  let serverName: string | undefined;
  let resumes = false;
  while (reader.remaining >= 4) {
    const type = reader.u16('extension_type');
    const data = reader.bytes(Math.min(reader.u16('length'), reader.remaining), 'extension_data');
    if (type === EXTENSION.preSharedKey) resumes = true;
    // ServerNameList: list length, name type 0, name length, name.
    if (type === EXTENSION.serverName && data.length > 5) serverName = Buffer.from(data.subarray(5)).toString('latin1');
  }
  return { serverName, resumes };
}
