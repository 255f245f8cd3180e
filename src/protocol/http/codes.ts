/** Status codes that the layers act on (RFC 9110 §15). */
export const STATUS = { unauthorized: 401, proxyAuthenticationRequired: 407 } as const;

/** 1xx: another response follows (RFC 9110 §15.2). */
export const isInterim = (status: number): boolean => status >= 100 && status < 200 && status !== 101;

/** 2xx, the answer to CONNECT that opens the tunnel (RFC 9110 §9.3.6). */
export const isSuccessful = (status: number): boolean => status >= 200 && status < 300;

/** Header fields whose values are secrets, lower-case (RFC 9110 §11.6, §11.7; RFC 6265). */
export const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'api-key',
  'x-api-key',
  'x-csrf-token',
  'x-xsrf-token',
  'x-auth-token',
  'x-access-token',
  'set-cookie',
]);
