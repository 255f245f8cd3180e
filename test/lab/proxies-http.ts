import { ORIGIN, USER } from './names.ts';
import type { ProxyKind } from './proxy.ts';
import { hashOf } from './sandbox.ts';
import { file, folder, Server } from './servers.ts';

export const tinyproxy: ProxyKind = {
  name: 'Tinyproxy',
  packages: ['tinyproxy-bin'],
  programs: ['tinyproxy'],
  speaks: ['http', 'connect', 'connect, TLS'],
  authenticates: true,
  denies: true,
  chains: 'http',
  async start({ port, password, denied, upstream }) {
    const lines = [`Port ${port}`, 'Listen 127.0.0.1', 'Timeout 60', 'MaxClients 100'];
    if (password !== undefined) lines.push(`BasicAuth ${USER} ${password}`);
    if (denied) lines.push(`Filter "${file('tinyproxy.filter', `${ORIGIN}\n`)}"`);
    if (upstream !== undefined) lines.push(`Upstream http 127.0.0.1:${upstream}`);
    const config = file('tinyproxy.conf', `${lines.join('\n')}\n`);
    return { front: await new Server('tinyproxy', ['-d', '-c', config]).listensOn(port) };
  },
};

const squid: ProxyKind = {
  name: 'Squid',
  packages: ['squid'],
  programs: ['squid'],
  speaks: ['http', 'connect', 'connect, TLS'],
  authenticates: true,
  denies: true,
  chains: 'http',
  async start({ port, password, denied, upstream }) {
    const own = folder('squid');
    const lines = [
      `http_port 127.0.0.1:${port}`,
      'pid_filename none',
      `cache_log ${own}/cache.log`,
      'access_log none',
      'cache deny all',
      'cache_mem 8 MB',
      `coredump_dir ${own}`,
      'visible_hostname proxy.test',
      'shutdown_lifetime 0 seconds',
      'negative_dns_ttl 1 second',
    ];
    if (denied) lines.push(`acl origin dstdomain ${ORIGIN}`, 'http_access deny origin');
    if (password !== undefined) {
      const accounts = file('squid.accounts', `${USER}:${hashOf(password)}\n`);
      lines.push(`auth_param basic program /usr/lib/squid/basic_ncsa_auth ${accounts}`);
      lines.push('auth_param basic children 1 startup=1 idle=1');
      lines.push('acl known proxy_auth REQUIRED', 'http_access deny !known');
    }
    lines.push('http_access allow all');
    if (upstream !== undefined)
      lines.push(`cache_peer 127.0.0.1 parent ${upstream} 0 no-query default`, 'never_direct allow all');
    const config = file('squid.conf', `${lines.join('\n')}\n`);
    return { front: await new Server('squid', ['-N', '-f', config]).listensOn(port) };
  },
};

export const HTTP_PROXIES: readonly ProxyKind[] = [tinyproxy, squid];
