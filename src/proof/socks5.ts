import {
  code,
  METHOD,
  methodName,
  PASSWORD_VERSION,
  REPLY,
  replyName,
  STATUS_SUCCESS,
  VERSION,
} from '../protocol/socks5/codes.ts';
import type { Alternative } from './alternative.ts';

/** Replies of other protocols, as servers give them to a SOCKS client that came to the wrong port. */
const HTTP_TEXT = Buffer.from('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
const NOT_SOCKS: Alternative = { name: 'HTTP text', bytes: HTTP_TEXT };

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** Broken answers to the greeting: every method but the one that was chosen, and the refusal in its forms (RFC 1928 §3). */
export function brokenMethodSelections(version: number, chosen: number): Alternative[] {
  const methods = [METHOD.none, METHOD.gssapi, METHOD.password, 0x03, 0x80].filter((method) => method !== chosen);
  return [
    ...methods.map((method) => ({
      name: `method ${code(method)} (${methodName(method)}) selected`,
      bytes: bytes(version, method),
    })),
    { name: 'no acceptable methods (ff)', bytes: bytes(version, 0xff) },
    { name: 'no acceptable methods (ff) with a whole reply', bytes: bytes(version, 0xff, 0, 1, 0, 0, 0, 0, 0, 0) },
    { name: 'wrong version', bytes: bytes(version === 4 ? 5 : 4, chosen) },
    { name: 'a SOCKS4 refusal', bytes: bytes(0, 0x5b, 0, 0, 0, 0, 0, 0) },
    NOT_SOCKS,
  ];
}

/** Versions that servers state in the password status: that of RFC 1929, and that of SOCKS5. Clients look at the status alone. */
const STATUS_VERSIONS = [PASSWORD_VERSION, VERSION];

/** Broken answers to username and password (RFC 1929 §2): any status but 00, in whatever version, and with what servers add to it. */
export function brokenPasswordStatuses(version: number): Alternative[] {
  const versions = [...new Set([version, ...STATUS_VERSIONS])];
  const text = Buffer.from('access denied\r\n');
  return [
    ...versions.flatMap((stated) => {
      const suffix = stated === version ? '' : `, version ${code(stated)}`;
      return [
        ...[1, 2, 0xff].map((status) => ({
          name: `password rejected (${code(status)})${suffix}`,
          bytes: bytes(stated, status),
        })),
        { name: `password rejected (01)${suffix}, with text`, bytes: Buffer.concat([bytes(stated, 1), text]) },
      ];
    }),
    { name: 'a whole reply of a general failure', bytes: bytes(VERSION, 1, 0, 1, 0, 0, 0, 0, 0, 0) },
    NOT_SOCKS,
  ];
}

/** The password accepted in the other version. */
export function healthyPasswordStatuses(version: number): Alternative[] {
  return STATUS_VERSIONS.filter((stated) => stated !== version).map((stated) => ({
    name: `version ${code(stated)}`,
    bytes: bytes(stated, STATUS_SUCCESS),
  }));
}

const IPV4_ZERO = bytes(1, 0, 0, 0, 0, 0, 0);
/** A bound address whose bytes look like the start of a success: 5.0.0.1:1280. */
const IPV4_LOOKALIKE = bytes(1, 5, 0, 0, 1, 5, 0);
const IPV6 = bytes(4, 0x20, 1, 0x0d, 0xb8, ...Array<number>(11).fill(0), 1, 5, 0);
const domain = (length: number): Uint8Array => bytes(3, length, ...Array<number>(length).fill(0x61), 0, 80);

/** Every refusal in every form that servers give it (RFC 1928 §6), and answers that are none. */
export function brokenReplies(version: number, nameLength: number): Alternative[] {
  const forms: readonly (readonly [string, Uint8Array])[] = [
    ['IPv4', bytes(0, ...IPV4_ZERO)],
    ['bound address 5.0.0.1:1280', bytes(0, ...IPV4_LOOKALIKE)],
    ['IPv6', bytes(0, ...IPV6)],
    ['domain', bytes(0, ...domain(nameLength))],
    ['two bytes', bytes()],
    ['three bytes', bytes(0)],
    ['ATYP 0', bytes(0, 0, 0, 0, 0, 0, 0, 0)],
  ];
  const refusals = [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((reply) =>
    forms.map(([form, rest]) => ({ name: `${replyName(reply)}, ${form}`, bytes: bytes(version, reply, ...rest) })),
  );
  return [
    ...refusals,
    { name: 'reply code ff', bytes: bytes(version, 0xff, 0, ...IPV4_ZERO) },
    ...[0, 2, 5, 0xff].map((type) => ({
      // Clients take it for an error (curl: "SOCKS5 reply has wrong address type").
      name: `succeeded (00), but ATYP ${code(type)}`,
      bytes: bytes(version, REPLY.succeeded, 0, type, 0, 0, 0, 0, 0, 0),
      undecided: true,
    })),
    { name: 'wrong version', bytes: bytes(version === 4 ? 5 : 4, REPLY.succeeded, 0, ...IPV4_ZERO) },
    { name: 'a SOCKS4 refusal', bytes: bytes(0, 0x5b, 0, 0, 0, 0, 0, 0) },
    NOT_SOCKS,
  ];
}

/** Every legal form of a success. Domain names are mostly of the requested length: servers echo what was asked for. */
export function healthyReplies(version: number, nameLengths: readonly number[]): Alternative[] {
  const granted = (name: string, rest: Uint8Array, reserved = 0) => ({
    name,
    bytes: bytes(version, REPLY.succeeded, reserved, ...rest),
  });
  return [
    granted('bound address 0.0.0.0:0', IPV4_ZERO),
    granted('bound address 5.0.0.1:1280', IPV4_LOOKALIKE),
    granted('bound address of IPv6', IPV6),
    ...[...new Set(nameLengths)].map((length) => granted(`bound address a domain of ${length} octets`, domain(length))),
    granted('RSV not 0', IPV4_ZERO, 1),
    // No expression of readable length counts the octets of any name.
    ...[1, 255]
      .filter((length) => !nameLengths.includes(length))
      .map((length) => ({
        ...granted(`bound address a domain of ${length} octets`, domain(length)),
        inOnePiece: true,
      })),
  ];
}
