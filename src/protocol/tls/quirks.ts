import type { Finding, Quirk } from '../../conversation/quirk.ts';

/** What can be odd about the answer to a TLS ClientHello, be it the server's own or one that came through its tunnel. */
export const TLS_QUIRKS = {
  'tls-http-answer': {
    title: 'answers a TLS ClientHello with HTTP text',
    spec: 'RFC 8446 §4.1.3',
    severity: 'deviation',
    clients: 'They say that the version is wrong, and hide what the text says.',
    checks: 'Fails at once. In a tunnel it is the proxy that speaks: it had granted too early.',
  },
  'tls-unreadable-answer': {
    title: 'answers a TLS ClientHello with what is no TLS',
    spec: 'RFC 8446 §5.1',
    severity: 'violation',
    clients: 'They say that the version is wrong.',
    checks: 'Fails at once, as long as the pattern is anchored.',
  },
} as const satisfies Record<string, Quirk>;

export type TlsFinding = Finding<keyof typeof TLS_QUIRKS>;
