import { createRequire } from 'node:module';

/** Loaded with the first address that is not plain IPv4: most captures do without, and start sooner. */
const ipaddr = () => createRequire(import.meta.url)('ipaddr.js') as typeof import('ipaddr.js');

/** An IP address of 4 or 16 bytes as text: dotted decimal, or RFC 5952. */
export function addressText(bytes: Uint8Array): string {
  return bytes.length === 4
    ? bytes.join('.')
    : ipaddr()
        .fromByteArray([...bytes])
        .toString();
}

/** The bytes of an IP address that is written out in full (four decimal octets, or IPv6 as in RFC 4291); undefined for anything else. */
export function addressBytes(text: string): Uint8Array | undefined {
  const { IPv4, IPv6, parse } = ipaddr();
  if (!IPv6.isValid(text) && !IPv4.isValidFourPartDecimal(text)) return undefined;
  return Uint8Array.from(parse(text).toByteArray());
}

/** What kind of address it is, as far as it matters to whoever is told it; `public` also stands for blocks kept for documentation. */
export type AddressKind = 'zero' | 'loopback' | 'private' | 'public';

/** The kind of an IP address in its text, in brackets or not (RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 §2.5). */
export function addressKind(text: string): AddressKind {
  const { IPv6, parse } = ipaddr();
  const parsed = parse(text.replace(/^\[|\]$/g, ''));
  const address = parsed instanceof IPv6 && parsed.isIPv4MappedAddress() ? parsed.toIPv4Address() : parsed;
  if (address.toByteArray().every((byte) => byte === 0)) return 'zero';
  const range = address.range();
  if (range === 'loopback') return 'loopback';
  return PRIVATE.has(range) ? 'private' : 'public';
}

const PRIVATE: ReadonlySet<string> = new Set(['private', 'carrierGradeNat', 'linkLocal', 'uniqueLocal']);
