import type { Alternative } from './alternative.ts';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const alert = (description: number): Uint8Array => bytes(21, 3, 3, 0, 2, 2, description);

/** Answers to a ClientHello that are no ServerHello. */
export function brokenHellos(): Alternative[] {
  return [
    { name: 'alert handshake_failure (40)', bytes: alert(40) },
    { name: 'alert internal_error (80)', bytes: alert(80) },
    { name: 'alert unrecognized_name (112)', bytes: alert(112) },
    { name: 'application data', bytes: bytes(23, 3, 3, 0, 4, 2, 2, 2, 2) },
    { name: 'another handshake message', bytes: bytes(22, 3, 3, 0, 4, 0, 0, 0, 0) },
    { name: 'HTTP text', bytes: Buffer.from('HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n') },
  ];
}

/** A ServerHello with another record version or length. */
export function healthyHellos(captured: Uint8Array): Alternative[] {
  const changed = (name: string, at: number, value: number): Alternative => ({
    name,
    bytes: Uint8Array.from(captured, (byte, index) => (index === at ? value : byte)),
  });
  return [changed('record version 3.1', 2, 1), changed('record version 3.3', 2, 3), changed('a longer record', 3, 1)];
}
