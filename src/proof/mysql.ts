import { MYSQL_MIDDLE_LENGTH } from '../protocol/banner/codes.ts';
import type { Alternative } from './alternative.ts';

/** A packet: the payload's length in 3 bytes, lowest first, its number 0, the payload. */
const packet = (payload: Uint8Array): Uint8Array =>
  Buffer.concat([Uint8Array.of(payload.length & 0xff, payload.length >> 8, 0, 0), payload]);

/** The first packet of a server of this version; `fill` are the bytes of its challenge. */
export function handshake(
  version: string,
  method: string | undefined = 'mysql_native_password',
  fill = 0x5a,
): Uint8Array {
  const name = method === undefined ? '' : `${method}\0`;
  const start = Buffer.from(`\n${version}\0`, 'latin1');
  return packet(Buffer.concat([start, Buffer.alloc(MYSQL_MIDDLE_LENGTH, fill), Buffer.from(name, 'latin1')]));
}

const error = (code: number, words: string): Uint8Array =>
  packet(Buffer.concat([Uint8Array.of(0xff, code & 0xff, code >> 8), Buffer.from(words, 'latin1')]));

/** Errors in place of the handshake, and the handshake of a server of long ago. */
export function brokenHandshakes(): Alternative[] {
  return [
    { name: 'error 1040', bytes: error(1040, '#08004Too many connections') },
    { name: 'error 1129', bytes: error(1129, "Host '192.0.2.1' is blocked because of many connection errors") },
    { name: 'error 1130', bytes: error(1130, "Host '192.0.2.1' is not allowed to connect to this MySQL server") },
    { name: 'protocol version 9', bytes: packet(Buffer.from('\t3.20.32\0\0\0\0\0\0\0\0\0\0\0\0\0\0', 'latin1')) },
  ];
}

/** The handshake with another version, challenge or authentication method. */
export function healthyHandshakes(captured: Uint8Array, namesMethod: boolean): Alternative[] {
  const methods = namesMethod ? ['mysql_native_password', 'caching_sha2_password', 'x'] : [undefined];
  return [
    ...methods.map((method) => ({ name: `method ${method ?? 'not named'}`, bytes: handshake('8.0.36', method) })),
    { name: 'a short version', bytes: handshake('9', methods[0]) },
    { name: 'a long version', bytes: handshake(`5.5.5-10.11.6-MariaDB-${'x'.repeat(60)}`, methods[0]) },
    { name: 'a challenge of line feeds', bytes: handshake('8.4.0', methods[0], 0x0a) },
    { name: 'a challenge of zeros', bytes: handshake('8.4.0', methods[0], 0) },
    { name: 'more behind it', bytes: Buffer.concat([captured, Uint8Array.of(10, 10)]) },
  ];
}
