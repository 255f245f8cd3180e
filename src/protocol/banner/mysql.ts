import { ByteReader, DecodeError } from '../../bytes/reader.ts';
import { MYSQL, MYSQL_MIDDLE_LENGTH } from './codes.ts';
import type { Banner } from './message.ts';

/** A header: the payload's length in 3 bytes, lowest first, and the packet's number. */
const HEADER_LENGTH = 4;
/** The first packet is far smaller, whatever it says. */
const MAX_PAYLOAD_LENGTH = 1024;
/** Error codes of servers (1000 to 1999, from 3000 on) that refuse a connection before it asked for anything. */
const ERROR_CODES = { least: 1000, most: 4999 } as const;

/** Do the bytes begin as MySQL's and MariaDB's first packet does: the handshake, or an error? */
export function beginsLikeMysql(server: Uint8Array, at: number): boolean {
  const [length, first] = [lengthAt(server, at), server[at + HEADER_LENGTH]];
  if (length === undefined || length > MAX_PAYLOAD_LENGTH || server[at + 3] !== 0) return false;
  // A handshake names a version such as 5.7.44 or 11.4.2-MariaDB.
  if (first === MYSQL.handshake) return isDigit(server[at + 5]) && length > MYSQL_MIDDLE_LENGTH;
  const code = (server[at + 5] ?? 0) + 256 * (server[at + 6] ?? 0);
  return first === MYSQL.error && code >= ERROR_CODES.least && code <= ERROR_CODES.most;
}

/** Decodes the first packet. Throws DecodeError when it is not all there, or when its parts do not fill it. */
export function decodeMysql(reader: ByteReader, bytes: Uint8Array): Banner {
  const start = reader.offset;
  const length = lengthAt(bytes, start) ?? 0;
  if (reader.remaining < HEADER_LENGTH + length) {
    throw new DecodeError(
      'payload',
      start + HEADER_LENGTH,
      `${length} bytes`,
      `${reader.remaining - HEADER_LENGTH}`,
      true,
    );
  }
  const end = start + HEADER_LENGTH + length;
  const within = new ByteReader(bytes.subarray(0, end), start);
  within.bytes(3, 'payload_length', 'volatile');
  within.u8('sequence_id', 'outcome');
  const refusal = within.u8('header', 'outcome') === MYSQL.error ? decodeError(within) : undefined;
  if (refusal === undefined) decodeHandshake(within);
  const fields = within.takeFields();
  reader.bytes(end - start, 'packet');
  reader.takeFields();
  const opening = refusal === undefined ? '\0\n' : '\0\xff';
  return { protocol: 'mysql', kind: 'banner', side: 'server', opening, refusal, dataPorts: [], start, end, fields };
}

/** ERR_Packet: a code, in newer servers `#` and an SQL state, then words. */
function decodeError(reader: ByteReader): string {
  const [low, high] = reader.bytes(2, 'error_code', 'outcome') as unknown as [number, number];
  if (reader.peek() === 0x23 && reader.remaining > 6) reader.bytes(6, 'sql_state', 'volatile');
  const words = Buffer.from(reader.bytes(reader.remaining, 'error_message', 'volatile')).toString('latin1');
  return `${words} (${low + 256 * high})`;
}

/** HandshakeV10: a version, numbers and a challenge, and in servers since 5.5 the name of the authentication method. */
function decodeHandshake(reader: ByteReader): void {
  readString(reader, 'server_version');
  reader.bytes(Math.min(MYSQL_MIDDLE_LENGTH, reader.remaining), 'challenge and capabilities', 'volatile');
  if (reader.remaining > 0) readString(reader, 'auth_plugin_name');
  reader.bytes(reader.remaining, 'rest', 'volatile');
}

function readString(reader: ByteReader, name: string): void {
  let length = 0;
  while (reader.peek(length) !== 0) {
    if (reader.peek(length) === undefined) throw new DecodeError(name, reader.offset, 'a NUL at its end', 'none');
    length++;
  }
  reader.bytes(length, name, 'volatile');
  reader.u8(`end of ${name}`, 'volatile');
}

function lengthAt(bytes: Uint8Array, at: number): number | undefined {
  const [low, middle, high] = bytes.subarray(at, at + 3);
  return low === undefined || middle === undefined || high === undefined
    ? undefined
    : low + 256 * middle + 65_536 * high;
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
