import { HTTP_PROXIES, tinyproxy } from './proxies-http.ts';
import { MORE_PROXIES } from './proxies-more.ts';
import { microsocks, SOCKS_PROXIES } from './proxies-socks.ts';
import { TUNNELS } from './proxies-tunnel.ts';
import type { ProxyKind } from './proxy.ts';
import type { Server } from './servers.ts';

/** Every kind of proxy in the lab. */
export const PROXIES: readonly ProxyKind[] = [...SOCKS_PROXIES, ...HTTP_PROXIES, ...MORE_PROXIES, ...TUNNELS];

/** Starts the proxy that others go through. */
export async function startUpstream(protocol: 'socks5' | 'http', port: number): Promise<Server> {
  const proxy = protocol === 'socks5' ? microsocks : tinyproxy;
  const { front } = await proxy.start({ port, password: undefined, denied: false, upstream: undefined });
  return front;
}
