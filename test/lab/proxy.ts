import type { Server } from './servers.ts';

/** What a client can say to a proxy: the `curl` options of a session. */
export const PROTOCOLS = {
  socks5: ['--socks5'],
  socks5h: ['--socks5-hostname'],
  socks4: ['--socks4'],
  socks4a: ['--socks4a'],
  http: ['--proxy'],
  connect: ['--proxytunnel', '--proxy'],
} as const;
export type Protocol = keyof typeof PROTOCOLS;

/** Protocols in which the proxy looks up the name. */
export const ASKS_BY_NAME: ReadonlySet<Protocol> = new Set(['socks5h', 'socks4a', 'http', 'connect']);
/** Protocols that carry a password. */
export const CARRIES_PASSWORD: ReadonlySet<Protocol> = new Set(['socks5', 'socks5h', 'http', 'connect']);

/** How a proxy is to be set up. */
export interface Setting {
  readonly port: number;
  /** Of the account `lab`; without one everybody may use the proxy. */
  readonly password: string | undefined;
  /** A rule forbids the origin. */
  readonly denied: boolean;
  /** The port of another proxy that it goes through. */
  readonly upstream: number | undefined;
}

/** A proxy that runs. */
export interface Running {
  /** What clients talk to. */
  readonly front: Server;
  /** The far end of a tunnel of which the proxy is the near end. */
  readonly far?: Server;
}

/** A kind of proxy. */
export interface ProxyKind {
  readonly name: string;
  /** Debian's packages, whose versions are told. */
  readonly packages: readonly string[];
  readonly programs: readonly string[];
  readonly speaks: readonly Protocol[];
  /** It can ask for a password. */
  readonly authenticates: boolean;
  /** A rule can forbid it a destination. */
  readonly denies: boolean;
  /** The other proxies that it can go through. */
  readonly chains?: 'socks5' | 'http';
  /** Worlds that do not break it, by their names, and why. */
  readonly unharmed?: readonly { readonly world: string; readonly protocol: Protocol; readonly why: string }[];
  start(setting: Setting): Promise<Running>;
}
