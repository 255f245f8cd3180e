/** Version byte of a request; a reply has 0 in its place ("SOCKS: A protocol for TCP proxy across firewalls", Y. Lee). */
export const REQUEST_VERSION = 4;

/** Command codes of a request. */
export const COMMAND = { connect: 1, bind: 2 } as const;

/** Result codes of a reply. */
export const RESULT = { granted: 0x5a, rejected: 0x5b, noIdentd: 0x5c, identdMismatch: 0x5d } as const;
const RESULT_NAMES: Readonly<Record<number, string>> = {
  [RESULT.granted]: 'granted',
  [RESULT.rejected]: 'rejected or failed',
  [RESULT.noIdentd]: 'rejected: no identd on the client',
  [RESULT.identdMismatch]: 'rejected: identd names another user',
};

/** `rejected or failed (5b)`. */
export const resultName = (result: number): string =>
  `${RESULT_NAMES[result] ?? 'unassigned result'} (${code(result)})`;
/** A code as two hex digits. */
const code = (value: number): string => value.toString(16).padStart(2, '0');
