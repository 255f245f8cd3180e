import type { ConfiguredServer } from '../../proof/configured.ts';
import { milliseconds, said, type Words } from './config-words.ts';

/** What the keywords of a `server` or `default-server` line say of its check. */
export interface ServerSettings {
  readonly check: boolean;
  readonly backup: boolean;
  /** Of the check's own. */
  readonly port: number | undefined;
  readonly address: string | undefined;
  readonly inter: { readonly milliseconds: number; readonly line: number } | undefined;
  /** The `healthcheck` section that it names (3.4). */
  readonly healthcheck: string | undefined;
  /** Each of these keywords, and the line that has it. */
  readonly wraps: ReadonlyMap<Wrap, number>;
}

/** What a check without a connect rule of its own goes through. */
const WRAPS = ['ssl', 'check-ssl', 'send-proxy', 'send-proxy-v2', 'check-send-proxy', 'check-via-socks4'] as const;
export type Wrap = (typeof WRAPS)[number];

export const NO_SETTINGS: ServerSettings = {
  check: false,
  backup: false,
  port: undefined,
  address: undefined,
  inter: undefined,
  healthcheck: undefined,
  wraps: new Map(),
};

export interface ParsedServer {
  readonly server: ConfiguredServer;
  readonly settings: ServerSettings;
}

/** Keywords of a server line that a value follows (2.6 to 3.4): what follows them is no keyword. */
const WITH_VALUE: ReadonlySet<string> = new Set(
  `addr agent-addr agent-inter agent-port agent-send alpn ca-file check-alpn check-pool-conn-name check-proto check-sni ciphers ciphersuites
  client-sigalgs cookie crl-file crt curves error-limit fall fastinter downinter guid hash-key healthcheck id init-addr init-state inter interface
  log-bufsize log-proto max-reuse maxconn maxqueue minconn namespace npn observe on-error on-marked-down on-marked-up pool-conn-name pool-low-conn
  pool-max-conn pool-purge-delay port proto proxy-v2-options redir resolve-net resolve-opts resolve-prefer resolvers rise set-proxy-v2-tlv-fmt shard
  sigalgs slowstart sni socks4 source ssl-max-ver ssl-min-ver tcp-md5sig tcp-ut track usesrc verify verifyhost weight ws idle-ping`.split(
    /\s+/,
  ),
);

/** Reads `server NAME ADDRESS …`, or `server-template PREFIX COUNT ADDRESS …`, behind its keyword. Throws ConfigError. */
export function parseServer(words: Words, template: boolean, defaults: ServerSettings): ParsedServer {
  const { number: line, variables } = words.line;
  const name = words.take('the name of a server');
  if (template) words.take('the number of servers');
  const address = words.take('an address');
  const settings = parseServerSettings(words, defaults);
  const { host, port } = endpointIn(settings.address ?? address, address);
  const known = variables.length === 0;
  return {
    server: {
      name,
      host: known ? host : undefined,
      port: known ? (settings.port ?? port) : undefined,
      backup: settings.backup,
      line,
    },
    settings,
  };
}

/** Reads the keywords of a `server` or `default-server` line; `before` is what they change. Throws ConfigError. */
export function parseServerSettings(words: Words, before: ServerSettings): ServerSettings {
  const { number: line } = words.line;
  const settings: { -readonly [Key in keyof ServerSettings]: ServerSettings[Key] } = { ...before };
  const wraps = new Map(before.wraps);
  while (words.more) {
    const keyword = words.take('a keyword of the server');
    const value = WITH_VALUE.has(keyword) ? words.take(`the value of ${keyword}`) : '';
    if (keyword === 'check') settings.check = true;
    else if (keyword === 'no-check') settings.check = false;
    else if (keyword === 'backup') settings.backup = true;
    else if (keyword === 'no-backup') settings.backup = false;
    else if (keyword === 'addr') settings.address = value;
    else if (keyword === 'healthcheck') settings.healthcheck = value;
    else if (keyword === 'port') {
      settings.port = Number(value);
      if (!/^[0-9]{1,5}$/.test(value)) throw words.error(`a port is expected, not ${said(value)}`, 1);
    } else if (keyword === 'inter') {
      const time = milliseconds(value);
      if (time === undefined) throw words.error(`a time is expected, such as 2s, not ${said(value)}`, 1);
      settings.inter = { milliseconds: time, line };
    } else if (isWrap(keyword)) wraps.set(keyword, line);
    else if (keyword.startsWith('no-') && isWrap(keyword.slice(3))) wraps.delete(keyword.slice(3) as Wrap);
  }
  return { ...settings, wraps };
}

const isWrap = (keyword: string): keyword is Wrap => WRAPS.some((each) => each === keyword);

/** `192.0.2.1:1080`, `[2001:db8::1]:1080`, `ipv4@…`, `name:1080`; no host for a socket that is no internet address. */
function endpointIn(checked: string, served: string): Pick<ConfiguredServer, 'host' | 'port'> {
  const parts = (address: string) => {
    const plain = address.replace(/^(?:ipv4|ipv6|tcp4|tcp6|tcp)@/, '');
    if (/[@/]/.test(plain)) return [undefined, undefined];
    const [, host = plain, port] = /^(.*):([0-9]{1,5})$/.exec(plain) ?? [];
    return [host.replace(/^\[|\]$/g, ''), port];
  };
  const [host] = parts(checked);
  const port = parts(checked)[1] ?? parts(served)[1];
  return { host, port: port === undefined ? undefined : Number(port) };
}
