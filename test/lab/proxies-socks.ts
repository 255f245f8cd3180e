import { PASSWORD, USER } from './names.ts';
import type { ProxyKind } from './proxy.ts';
import { ORIGIN_ADDRESS, OWN_ADDRESS, setAccountPassword } from './sandbox.ts';
import { file, folder, Server } from './servers.ts';

export const microsocks: ProxyKind = {
  name: 'microsocks',
  packages: ['microsocks'],
  programs: ['microsocks'],
  speaks: ['socks5', 'socks5h', 'socks5h, TLS'],
  authenticates: true,
  denies: false,
  async start({ port, password }) {
    const account = password === undefined ? [] : ['-u', USER, '-P', password];
    return { front: await new Server('microsocks', ['-i', '127.0.0.1', '-p', `${port}`, ...account]).listensOn(port) };
  },
};

const dante: ProxyKind = {
  name: 'Dante',
  packages: ['dante-server'],
  programs: ['danted'],
  speaks: ['socks5', 'socks5h', 'socks4', 'socks5h, TLS'],
  authenticates: true,
  denies: true,
  chains: 'socks5',
  async start({ port, password, denied, upstream }) {
    setAccountPassword(password ?? PASSWORD);
    const config = file(
      'danted.conf',
      `logoutput: stderr
internal: 127.0.0.1 port = ${port}
external: lo
external: hole
external.rotation: route
clientmethod: none
socksmethod: ${password === undefined ? 'none' : 'username'}
user.privileged: root
user.unprivileged: nobody
client pass { from: 0/0 to: 0/0 }
${denied ? 'socks block { from: 0/0 to: 0/0 }' : ''}
socks pass { from: 0/0 to: 0/0 }
${upstream === undefined ? '' : `route {\nfrom: 0/0 to: 0/0 via: 127.0.0.1 port = ${upstream}\nproxyprotocol: socks_v5\ncommand: connect\n}`}
`,
    );
    return { front: await new Server('danted', ['-f', config]).listensOn(port) };
  },
};

const hpsockd: ProxyKind = {
  name: 'HP SOCKS (hpsockd)',
  packages: ['hpsockd'],
  programs: ['hpsockd'],
  speaks: ['socks5', 'socks5h', 'socks4', 'socks5h, TLS'],
  authenticates: false,
  denies: true,
  async start({ port, denied }) {
    const config = file(
      'hpsockd.conf',
      `daemon { directory "${folder('hpsockd')}"; negotiate-file "negotiate"; listen-address { 127.0.0.1; }; port ${port}; };
logging { level 0; };
route { { default ${OWN_ADDRESS} }; };
method-list { { number 0; name "noAuth"; internal; flags 0; }; { number 254; name "v4"; internal; flags 0; }; };
client-method { { src { 127.0.0.0/8; }; method { "v4"; "noAuth"; }; }; };
client { ${denied ? `deny { dest { ${ORIGIN_ADDRESS}; }; };` : ''} permit { src { 127.0.0.0/8; }; }; };
`,
    );
    return { front: await new Server('hpsockd', ['-c', config]).listensOn(port) };
  },
};

export const SOCKS_PROXIES: readonly ProxyKind[] = [microsocks, dante, hpsockd];
