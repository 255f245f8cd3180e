/** How a header of version 1 begins ("The PROXY protocol", W. Tarreau, §2.1). */
export const LINE_START: Uint8Array = Buffer.from('PROXY ', 'latin1');

/** Bytes of the longest header of version 1, its CR LF included (§2.1). */
export const MAX_LINE_LENGTH = 107;

/** How a header of version 2 begins (§2.2). */
export const SIGNATURE: Uint8Array = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10);

/** The high half of the byte behind the signature. */
export const VERSION_2 = 2;

/** The low half: LOCAL says that the sender speaks for itself, as in its health checks. */
export const COMMAND = { local: 0, proxy: 1 } as const;

/** Address families of version 2: the high half of the family byte. */
export const FAMILY = { unspecified: 0, inet: 1, inet6: 2, unix: 3 } as const;

/** The low half of the family byte is UNSPEC, STREAM or DGRAM. */
export const MAX_TRANSPORT = 2;

/** Types of the values that may follow the addresses (§2.2.1 to §2.2.7). */
const VALUE_NAMES: Readonly<Record<number, string>> = {
  1: 'ALPN',
  2: 'AUTHORITY',
  3: 'CRC32C',
  4: 'NOOP',
  5: 'UNIQUE_ID',
  32: 'SSL',
  48: 'NETNS',
};

/** `AUTHORITY`, `type e0`. */
export const valueName = (type: number): string => VALUE_NAMES[type] ?? `type ${type.toString(16).padStart(2, '0')}`;
