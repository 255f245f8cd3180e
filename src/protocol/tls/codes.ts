/** Record content types (RFC 8446 §5.1). */
export const CONTENT = { alert: 21, handshake: 22 } as const;

/** Handshake message types (RFC 8446 §4). */
export const HANDSHAKE = { clientHello: 1, serverHello: 2 } as const;

/** Extensions that matter here (RFC 6066 §3, RFC 8446 §4.2.11). */
export const EXTENSION = { serverName: 0, preSharedKey: 41 } as const;

/** Alert descriptions (RFC 8446 §6). */
const ALERTS: Readonly<Record<number, string>> = {
  0: 'close_notify',
  10: 'unexpected_message',
  40: 'handshake_failure',
  42: 'bad_certificate',
  47: 'illegal_parameter',
  50: 'decode_error',
  70: 'protocol_version',
  71: 'insufficient_security',
  80: 'internal_error',
  86: 'inappropriate_fallback',
  112: 'unrecognized_name',
  116: 'certificate_required',
  120: 'no_application_protocol',
};

/** `handshake_failure (40)`. */
export const alertName = (description: number): string => `${ALERTS[description] ?? 'alert'} (${description})`;
