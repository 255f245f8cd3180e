import { addressText } from '../../bytes/address.ts';
import { type ByteReader, DecodeError, type Role } from '../../bytes/reader.ts';
import type { MessageSpan } from '../layer.ts';
import { ADDRESS_TYPE, code, METHOD, PASSWORD_VERSION, REPLY, VERSION } from './codes.ts';

/** RFC 1928 §3: the client's version identifier and methods. */
export interface Greeting extends MessageSpan {
  readonly protocol: 'socks5';
  readonly kind: 'greeting';
  readonly methods: readonly number[];
}

/** RFC 1928 §3: the method that the server selected. */
export interface MethodSelection extends MessageSpan {
  readonly protocol: 'socks5';
  readonly kind: 'method selection';
  readonly version: number;
  readonly method: number;
}

/** RFC 1929 §2: username and password. */
export interface PasswordRequest extends MessageSpan {
  readonly protocol: 'socks5';
  readonly kind: 'password request';
}

/** RFC 1929 §2: the server's verdict on them. */
export interface PasswordStatus extends MessageSpan {
  readonly protocol: 'socks5';
  readonly kind: 'password status';
  readonly version: number;
  readonly status: number;
}

/** RFC 1928 §4: what the client asks for. */
export interface Request extends MessageSpan {
  readonly protocol: 'socks5';
  readonly kind: 'request';
  readonly command: number;
  readonly address: Address;
  readonly port: number;
}

/** RFC 1928 §6: the server's answer to it. */
export interface Reply extends MessageSpan {
  readonly protocol: 'socks5';
  readonly kind: 'reply';
  readonly version: number;
  readonly code: number;
  /** Undefined where a refusal ends before its address. */
  readonly boundAddress: Address | undefined;
}

export type Socks5Message = Greeting | MethodSelection | PasswordRequest | PasswordStatus | Request | Reply;

/** An address as it stands on the wire; `length` counts the octets of the address proper. */
interface Address {
  readonly type: number;
  readonly text: string;
  readonly length: number;
}

/** Decodes the client's first message (RFC 1928 §3). Throws DecodeError. */
export function decodeGreeting(reader: ByteReader): Greeting {
  const start = reader.offset;
  reader.u8('VER');
  const count = reader.u8('NMETHODS');
  const methods = [...reader.bytes(count, 'METHODS')];
  return { protocol: 'socks5', kind: 'greeting', side: 'client', methods, ...span(reader, start) };
}

/**
 * Decodes the server's choice (RFC 1928 §3). Throws DecodeError when cut short, or when neither the version nor the method makes sense
 * (text of another protocol, mostly); a wrong version alone is let pass.
 */
export function decodeMethodSelection(reader: ByteReader, offered: readonly number[]): MethodSelection {
  const start = reader.offset;
  const version = reader.u8('VER');
  const method = reader.u8('METHOD', 'outcome');
  if (version !== VERSION && !offered.includes(method) && method !== METHOD.noneAcceptable) {
    throw new DecodeError('VER', start, code(VERSION), code(version));
  }
  return { protocol: 'socks5', kind: 'method selection', side: 'server', version, method, ...span(reader, start) };
}

/** Decodes username and password (RFC 1929 §2). Throws DecodeError. */
export function decodePasswordRequest(reader: ByteReader): PasswordRequest {
  const start = reader.offset;
  const version = reader.u8('VER');
  if (version !== PASSWORD_VERSION) throw new DecodeError('VER', start, code(PASSWORD_VERSION), code(version));
  reader.bytes(reader.u8('ULEN'), 'UNAME', 'secret');
  reader.bytes(reader.u8('PLEN'), 'PASSWD', 'secret');
  return { protocol: 'socks5', kind: 'password request', side: 'client', ...span(reader, start) };
}

/** Decodes the verdict (RFC 1929 §2). Throws DecodeError when cut short. */
export function decodePasswordStatus(reader: ByteReader): PasswordStatus {
  const start = reader.offset;
  const version = reader.u8('VER');
  const status = reader.u8('STATUS', 'outcome');
  return { protocol: 'socks5', kind: 'password status', side: 'server', version, status, ...span(reader, start) };
}

/** Decodes a request (RFC 1928 §4). Throws DecodeError when cut short, or when VER or ATYP is unknown. */
export function decodeRequest(reader: ByteReader): Request {
  const start = reader.offset;
  const version = reader.u8('VER');
  if (version !== VERSION) throw new DecodeError('VER', start, code(VERSION), code(version));
  const command = reader.u8('CMD');
  reader.u8('RSV');
  const address = decodeAddress(reader, 'DST.ADDR', 'fixed');
  const port = reader.u16('DST.PORT');
  return { protocol: 'socks5', kind: 'request', side: 'client', command, address, port, ...span(reader, start) };
}

/**
 * Decodes a reply (RFC 1928 §6). Throws DecodeError when cut short, or when ATYP is unknown.
 * A refusal may end anywhere behind REP: servers send forms of two or three bytes, or ATYP 0.
 */
export function decodeReply(reader: ByteReader): Reply {
  const start = reader.offset;
  const version = reader.u8('VER');
  const replyCode = reader.u8('REP', 'outcome');
  const reply = { protocol: 'socks5', kind: 'reply', side: 'server', version, code: replyCode } as const;
  try {
    reader.u8('RSV', 'volatile');
    const boundAddress = decodeAddress(reader, 'BND.ADDR', 'volatile');
    reader.u16('BND.PORT', 'volatile');
    return { ...reply, boundAddress, ...span(reader, start) };
  } catch (error) {
    if (replyCode === REPLY.succeeded || !(error instanceof DecodeError)) throw error;
    reader.bytes(reader.remaining, 'REST', 'volatile');
    return { ...reply, boundAddress: undefined, ...span(reader, start) };
  }
}

/** Decodes ATYP and the address it announces (RFC 1928 §5). */
function decodeAddress(reader: ByteReader, name: string, role: Role): Address {
  const at = reader.offset;
  const type = reader.u8('ATYP');
  switch (type) {
    case ADDRESS_TYPE.ipv4:
      return { type, length: 4, text: addressText(reader.bytes(4, name, role)) };
    case ADDRESS_TYPE.ipv6:
      return { type, length: 16, text: `[${addressText(reader.bytes(16, name, role))}]` };
    case ADDRESS_TYPE.domain: {
      const length = reader.u8(`${name} length`, role);
      return { type, length, text: Buffer.from(reader.bytes(length, name, role)).toString('latin1') };
    }
    default:
      throw new DecodeError('ATYP', at, '01, 03 or 04', code(type));
  }
}

const span = (reader: ByteReader, start: number) => ({ start, end: reader.offset, fields: reader.takeFields() });
