import ipaddr from 'ipaddr.js';

/** An IP address of 4 or 16 bytes as text: dotted decimal, or RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join('.') : ipaddr.fromByteArray([...bytes]).toString();
}
