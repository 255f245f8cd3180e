import type { Server } from './servers.ts';

/** What a client can say to a proxy: the `curl` options of a session. */
export const PROTOCOLS = {
  socks5: ['--socks5'],
  socks5h: ['--socks5-hostname'],
  socks4: ['--socks4'],
  socks4a: ['--socks4a'],
  http: ['--proxy'],
  connect: ['--proxytunnel', '--proxy'],
  'socks5h, TLS': ['--insecure', '--socks5-hostname'],
  'connect, TLS': ['--insecure', '--proxy'],
} as const;
export type Protocol = keyof typeof PROTOCOLS;

/** Protocols in which the proxy looks up the name. */
export const ASKS_BY_NAME: ReadonlySet<Protocol> = new Set([
  'socks5h',
  'socks4a',
  'http',
  'connect',
  'socks5h, TLS',
  'connect, TLS',
]);
/** Protocols that carry a password. */
export const CARRIES_PASSWORD: ReadonlySet<Protocol> = new Set([
  'socks5',
  'socks5h',
  'http',
  'connect',
  'socks5h, TLS',
  'connect, TLS',
]);
/** Protocols in which a health check sees nothing of what the origin answers, only that it speaks TLS. */
export const HIDES_ANSWER: ReadonlySet<Protocol> = new Set(['socks5h, TLS', 'connect, TLS']);

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
  /** How many connections may wait to be accepted, where that is fewer than the checks that run at a time. */
  readonly backlog?: number;
  /** Worlds, by their names, in which it fares otherwise than they say, and why. */
  readonly exceptions?: readonly {
    readonly world: string;
    readonly protocols: readonly Protocol[];
    readonly why: string;
  }[];
  start(setting: Setting): Promise<Running>;
}
