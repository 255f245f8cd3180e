import { ORIGIN, USER } from './names.ts';
import type { ProxyKind } from './proxy.ts';
import { hashOf } from './sandbox.ts';
import { file, folder, Server } from './servers.ts';

const privoxy: ProxyKind = {
  name: 'Privoxy',
  packages: ['privoxy'],
  programs: ['privoxy'],
  speaks: ['http', 'connect', 'connect, TLS'],
  authenticates: false,
  denies: true,
  chains: 'socks5',
  async start({ port, denied, upstream }) {
    const actions = ['{+limit-connect{-}}', '/', ...(denied ? ['{+block{a rule}}', `.${ORIGIN}`] : [])];
    const lines = [
      'confdir /etc/privoxy',
      `listen-address 127.0.0.1:${port}`,
      `actionsfile ${file('privoxy.action', `${actions.join('\n')}\n`)}`,
    ];
    if (upstream !== undefined) lines.push(`forward-socks5 / 127.0.0.1:${upstream} .`);
    const config = file('privoxy.conf', `${lines.join('\n')}\n`);
    return { front: await new Server('privoxy', ['--no-daemon', config]).listensOn(port) };
  },
};

const apache: ProxyKind = {
  name: 'Apache (mod_proxy)',
  exceptions: [
    {
      world: 'the proxy behind it is stopped',
      protocols: ['connect', 'connect, TLS'],
      why: 'up, for curl too: where it cannot connect to that proxy, Apache goes to the origin itself',
    },
  ],
  packages: ['apache2-bin'],
  programs: ['apache2'],
  speaks: ['http', 'connect', 'connect, TLS'],
  authenticates: true,
  denies: true,
  chains: 'http',
  async start({ port, password, denied, upstream }) {
    const modules = [
      'mpm_event',
      'authn_core',
      'authn_file',
      'authz_core',
      'authz_user',
      'auth_basic',
      'proxy',
      'proxy_http',
      'proxy_connect',
    ];
    const accounts = password === undefined ? '' : file('apache.accounts', `${USER}:${hashOf(password)}\n`);
    const rule =
      password === undefined
        ? 'Require all granted'
        : `AuthType Basic\nAuthName lab\nAuthUserFile ${accounts}\nRequire valid-user`;
    const config = file(
      'apache.conf',
      `ServerRoot ${folder('apache')}
ServerName proxy.test
PidFile ${folder('apache')}/pid-${port}
ErrorLog ${folder('apache')}/log
DefaultRuntimeDir ${folder('apache')}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
Listen 127.0.0.1:${port}
ProxyRequests On
AllowCONNECT 80 443
<Proxy *>
${rule}
</Proxy>
${denied ? `ProxyBlock ${ORIGIN}` : ''}
${upstream === undefined ? '' : `ProxyRemote * http://127.0.0.1:${upstream}`}
`,
    );
    return { front: await new Server('apache2', ['-DFOREGROUND', '-f', config]).listensOn(port) };
  },
};

const ncat: ProxyKind = {
  name: 'Ncat (--proxy-type http)',
  packages: ['ncat'],
  programs: ['ncat'],
  backlog: 10,
  speaks: ['http', 'connect', 'connect, TLS'],
  authenticates: true,
  denies: false,
  async start({ port, password }) {
    const account = password === undefined ? [] : ['--proxy-auth', `${USER}:${password}`];
    return {
      front: await new Server('ncat', [
        '-l',
        '127.0.0.1',
        `${port}`,
        '-k',
        '--proxy-type',
        'http',
        ...account,
      ]).listensOn(port),
    };
  },
};

/** ffproxy wants every one of its tables, empty or not. */
const FFPROXY_TABLES = [
  'access.dyndns',
  'access.host',
  'filter.header.add',
  'filter.header.drop',
  'filter.header.entry',
  'filter.header.match',
  'filter.rheader.drop',
  'filter.rheader.entry',
  'filter.rheader.match',
  'filter.url.match',
];

const ffproxy: ProxyKind = {
  name: 'ffproxy',
  exceptions: [
    {
      world: 'proxy goes through another one',
      protocols: ['connect, TLS'],
      why: 'down, for curl too: ffproxy says 200, and gives what comes through the tunnel to that proxy without a CONNECT',
    },
  ],
  packages: ['ffproxy'],
  programs: ['ffproxy'],
  speaks: ['http', 'connect', 'connect, TLS'],
  authenticates: false,
  denies: true,
  chains: 'http',
  async start({ port, denied, upstream }) {
    const own = folder('ffproxy');
    folder('ffproxy/db');
    folder('ffproxy/html');
    for (const name of FFPROXY_TABLES) file(`ffproxy/db/${name}`, '');
    for (const name of ['connect', 'filtered', 'invalid', 'post', 'resolve']) file(`ffproxy/html/${name}`, `${name}\n`);
    file('ffproxy/db/access.ip', '^127\\.0\\.0\\.1$\n');
    file('ffproxy/db/filter.host.match', denied ? `${ORIGIN}\n` : '');
    const lines = [
      'daemonize no',
      'child_processes 100', // each serves one client, also while a silent world holds it
      'backlog_size 64',
      'use_syslog no',
      'bind_ipv6 no',
      'bind_ipv4_host 127.0.0.1',
      `port ${port}`,
      'use_ipv6 no',
      'unrestricted_connect yes',
      `db_files_path ${own}`,
    ];
    if (upstream !== undefined) lines.push('forward_proxy 127.0.0.1', `forward_proxy_port ${upstream}`);
    const config = file('ffproxy.conf', `${lines.join('\n')}\n`);
    return { front: await new Server('ffproxy', ['-F', config]).listensOn(port) };
  },
};

const ziproxy: ProxyKind = {
  name: 'Ziproxy',
  exceptions: ['hangs (SIGSTOP)', 'is stopped'].map((what) => ({
    world: `the proxy behind it ${what}`,
    protocols: ['connect', 'connect, TLS'],
    why: 'up, for curl too: NextProxy is not used for CONNECT',
  })),
  packages: ['ziproxy'],
  programs: ['ziproxy'],
  speaks: ['http', 'connect', 'connect, TLS'],
  authenticates: true,
  denies: true,
  chains: 'http',
  async start({ port, password, denied, upstream }) {
    const lines = [`Port = ${port}`, 'Address = "127.0.0.1"', `ErrorLog = "${folder('ziproxy')}/log"`];
    if (password !== undefined)
      lines.push('AuthMode = 1', `AuthPasswdFile = "${file('ziproxy.accounts', `${USER}:${password}\n`)}"`);
    if (denied)
      lines.push(`URLDeny = "${file('ziproxy.deny', `http://${ORIGIN}/*\n`)}"`, 'RestrictOutPortCONNECT = {9}');
    if (upstream !== undefined) lines.push('NextProxy = "127.0.0.1"', `NextPort = ${upstream}`);
    const config = file('ziproxy.conf', `${lines.join('\n')}\n`);
    return { front: await new Server('ziproxy', ['-d', '-c', config]).listensOn(port) };
  },
};

const nginx: ProxyKind = {
  name: 'nginx (proxy_pass to any host)',
  packages: ['nginx-light'],
  programs: ['nginx'],
  speaks: ['http'],
  authenticates: false,
  denies: true,
  async start({ port, denied }) {
    const own = folder('nginx');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${own}/${name};`,
    );
    const config = file(
      'nginx.conf',
      `daemon off; worker_processes 1; pid ${own}/pid; error_log ${own}/log;
events {}
http {
  access_log off; ${temporary.join(' ')}
  resolver 127.0.0.1 ipv6=off;
  server { listen 127.0.0.1:${port}; location / { ${denied ? 'deny all;' : ''} proxy_pass http://$host$request_uri; } }
}
`,
    );
    return { front: await new Server('nginx', ['-e', `${own}/log`, '-c', config]).listensOn(port) };
  },
};

const haproxy: ProxyKind = {
  name: 'HAProxy (do-resolve, set-dst)',
  packages: ['haproxy'],
  programs: ['haproxy'],
  speaks: ['http'],
  authenticates: true,
  denies: true,
  async start({ port, password, denied }) {
    const config = file(
      'haproxy.cfg',
      `defaults
  mode http
  timeout connect 30s
  timeout client 30s
  timeout server 30s
resolvers names
  nameserver lab 127.0.0.1:53
  hold valid 0s
  hold nx 0s
frontend proxy
  bind 127.0.0.1:${port}
  ${password === undefined ? '' : `http-request return status 407 hdr Proxy-Authenticate Basic unless { req.hdr(proxy-authorization) "Basic ${btoa(`${USER}:${password}`)}" }`}
  ${denied ? `http-request deny if { req.hdr(host),field(1,:) ${ORIGIN} }` : ''}
  http-request do-resolve(txn.to,names,ipv4) hdr(host),field(1,:)
  http-request return status 502 unless { var(txn.to) -m found }
  http-request set-dst var(txn.to)
  http-request set-dst-port int(80)
  http-request set-uri %[pathq]
  default_backend anywhere
backend anywhere
  server any 0.0.0.0:0
`,
    );
    return { front: await new Server('haproxy', ['-db', '-f', config]).listensOn(port) };
  },
};

export const MORE_PROXIES: readonly ProxyKind[] = [privoxy, apache, ncat, ffproxy, ziproxy, nginx, haproxy];
