import { RESULT, resultName } from '../protocol/socks4/codes.ts';
import type { Alternative } from './alternative.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const code = (value: number): string => value.toString(16).padStart(2, '0');
/** Ports and addresses of a reply; in the second the bytes look like the start of a success. */
const ADDRESSES: readonly (readonly [name: string, rest: Uint8Array])[] = [
  ['zeros', bytes(0, 0, 0, 0, 0, 0)],
  ['an address that looks like a success', bytes(0, RESULT.granted, 0, RESULT.granted, 0, RESULT.granted)],
];

/** Every refusal in the forms that servers give it, results that mean nothing, and answers that are no SOCKS4. */
export function brokenReplies(): Alternative[] {
  const refusals = [RESULT.rejected, RESULT.noIdentd, RESULT.identdMismatch].flatMap((result) => [
    ...ADDRESSES.map(([form, rest]) => ({ name: `${resultName(result)}, ${form}`, bytes: bytes(0, result, ...rest) })),
    { name: `${resultName(result)}, version 04`, bytes: bytes(4, result, 0, 0, 0, 0, 0, 0) },
    { name: `${resultName(result)}, two bytes`, bytes: bytes(0, result) },
  ]);
  return [
    ...refusals,
    ...[0, 1, 0x59, 0x5e, 0xff].map((result) => ({
      name: `result ${code(result)}`,
      bytes: bytes(0, result, 0, 0, 0, 0, 0, 0),
    })),
    { name: 'a SOCKS5 refusal (05 ff)', bytes: bytes(5, 0xff) },
    { name: 'a SOCKS5 refusal (05 01)', bytes: bytes(5, 1) },
    { name: 'SOCKS5 for a general failure', bytes: bytes(5, 1, 0, 1, 0, 0, 0, 0, 0, 0) },
    { name: 'SOCKS5 for a success', bytes: bytes(5, 0, 0, 1, 0, 0, 0, 0, 0, 0) },
    { name: 'HTTP text', bytes: Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n') },
  ];
}

/** Every form of a success: with zeros, with the destination, with the outgoing address, with version 4 in place of 0. */
export function healthyReplies(): Alternative[] {
  return [
    ...ADDRESSES.map(([form, rest]) => ({ name: form, bytes: bytes(0, RESULT.granted, ...rest) })),
    { name: 'port 80 of 192.0.2.1', bytes: bytes(0, RESULT.granted, 0, 80, 192, 0, 2, 1) },
    { name: '0.0.0.1, as SOCKS4a asks', bytes: bytes(0, RESULT.granted, 0, 80, 0, 0, 0, 1) },
    { name: 'version 04', bytes: bytes(4, RESULT.granted, 0, 0, 0, 0, 0, 0) },
  ];
}
