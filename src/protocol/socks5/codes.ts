/** Version byte of SOCKS5 messages (RFC 1928 §3). */
export const VERSION = 5;

/** Authentication methods (RFC 1928 §3). */
export const METHOD = { none: 0x00, gssapi: 0x01, password: 0x02, noneAcceptable: 0xff } as const;
const METHOD_NAMES: Readonly<Record<number, string>> = {
  [METHOD.none]: 'none',
  [METHOD.gssapi]: 'GSSAPI',
  [METHOD.password]: 'username/password',
  [METHOD.noneAcceptable]: 'no acceptable methods',
};

/** Commands of a request (RFC 1928 §4). */
export const COMMAND = { connect: 1, bind: 2, udpAssociate: 3 } as const;
const COMMAND_NAMES: Readonly<Record<number, string>> = {
  [COMMAND.connect]: 'CONNECT',
  [COMMAND.bind]: 'BIND',
  [COMMAND.udpAssociate]: 'UDP ASSOCIATE',
};

/** Address types (RFC 1928 §5). */
export const ADDRESS_TYPE = { ipv4: 1, domain: 3, ipv6: 4 } as const;

/** Reply codes (RFC 1928 §6). */
export const REPLY = {
  succeeded: 0,
  generalFailure: 1,
  notAllowed: 2,
  networkUnreachable: 3,
  hostUnreachable: 4,
  connectionRefused: 5,
  ttlExpired: 6,
  commandNotSupported: 7,
  addressTypeNotSupported: 8,
} as const;
const REPLY_NAMES: Readonly<Record<number, string>> = {
  [REPLY.succeeded]: 'succeeded',
  [REPLY.generalFailure]: 'general SOCKS server failure',
  [REPLY.notAllowed]: 'connection not allowed by ruleset',
  [REPLY.networkUnreachable]: 'network unreachable',
  [REPLY.hostUnreachable]: 'host unreachable',
  [REPLY.connectionRefused]: 'connection refused',
  [REPLY.ttlExpired]: 'TTL expired',
  [REPLY.commandNotSupported]: 'command not supported',
  [REPLY.addressTypeNotSupported]: 'address type not supported',
};

/** Status of the username/password subnegotiation: any value but this is a failure (RFC 1929 §2). */
export const STATUS_SUCCESS = 0;
/** Version byte of the subnegotiation (RFC 1929 §2). */
export const PASSWORD_VERSION = 1;

export const methodName = (method: number): string => METHOD_NAMES[method] ?? `method ${code(method)}`;
export const commandName = (command: number): string => COMMAND_NAMES[command] ?? `command ${code(command)}`;
export const isKnownReply = (reply: number): boolean => REPLY_NAMES[reply] !== undefined;
/** `connection refused (05)`. */
export const replyName = (reply: number): string => `${REPLY_NAMES[reply] ?? 'unassigned reply'} (${code(reply)})`;
/** A code as two hex digits. */
export const code = (value: number): string => value.toString(16).padStart(2, '0');
