import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { CERTIFICATE } from './certificate.ts';
import { USER } from './names.ts';
import type { ProxyKind } from './proxy.ts';
import { FOLDER, ORIGIN_ADDRESS } from './sandbox.ts';
import { file, nextPort, Server } from './servers.ts';

/** What both ends of a tunnel know. */
const KEY = 'between-near-and-far';

const ssh: ProxyKind = {
  name: 'OpenSSH (ssh -D)',
  packages: ['openssh-client', 'openssh-server'],
  programs: ['ssh', 'sshd', 'ssh-keygen'],
  speaks: ['socks5', 'socks5h', 'socks4', 'socks4a', 'socks5h, TLS'],
  authenticates: false,
  denies: true,
  async start({ port, denied }) {
    const [hostKey, ownKey] = ['ssh_host', 'ssh_own'].map((name) => {
      const path = `${FOLDER}/${name}`;
      if (!existsSync(path)) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path]);
      return path;
    });
    const farPort = nextPort();
    execFileSync('mkdir', ['-p', '-m', '755', '/run/sshd']);
    const options = [
      `HostKey=${hostKey}`,
      `AuthorizedKeysFile=${ownKey}.pub`,
      `ListenAddress=127.0.0.1:${farPort}`,
      `PermitOpen=${denied ? 'none' : 'any'}`,
      'PermitRootLogin=yes',
      'StrictModes=no',
      'UsePAM=no',
      'PidFile=none',
    ];
    const far = new Server('/usr/sbin/sshd', [
      '-D',
      '-e',
      '-f',
      '/dev/null',
      ...options.flatMap((each) => ['-o', each]),
    ]);
    await far.listensOn(farPort);
    const trust = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'];
    const front = new Server('ssh', [
      ...['-N', '-D', `127.0.0.1:${port}`, '-F', '/dev/null', '-i', ownKey as string],
      ...[...trust, '-p', `${farPort}`, 'root@127.0.0.1'],
    ]);
    return { front: await front.listensOn(port), far };
  },
};

const shadowsocks: ProxyKind = {
  name: 'Shadowsocks (ss-local)',
  packages: ['shadowsocks-libev'],
  programs: ['ss-local', 'ss-server'],
  speaks: ['socks5', 'socks5h', 'socks5h, TLS'],
  authenticates: false,
  denies: true,
  async start({ port, denied }) {
    const farPort = nextPort();
    const both = ['-s', '127.0.0.1', '-p', `${farPort}`, '-k', KEY, '-m', 'aes-256-gcm'];
    const rule = denied ? ['--acl', file('shadowsocks.acl', `[outbound_block_list]\n${ORIGIN_ADDRESS}\n`)] : [];
    const far = await new Server('ss-server', [...both, ...rule]).listensOn(farPort);
    const front = await new Server('ss-local', [...both, '-b', '127.0.0.1', '-l', `${port}`]).listensOn(port);
    return { front, far };
  },
};

const stunnel: ProxyKind = {
  name: 'stunnel (protocol = socks)',
  packages: ['stunnel4'],
  programs: ['stunnel4'],
  speaks: ['socks5', 'socks5h', 'socks4', 'socks4a', 'socks5h, TLS'],
  authenticates: false,
  denies: false,
  async start({ port }) {
    const farPort = nextPort();
    const keys = file('stunnel.keys', `lab:${Buffer.from(KEY).toString('hex')}\n`);
    const service = (name: string, lines: readonly string[]) =>
      file(
        `stunnel-${name}.conf`,
        [
          'foreground = yes',
          'pid =',
          'syslog = no',
          `[${name}]`,
          'ciphers = PSK',
          `PSKsecrets = ${keys}`,
          ...lines,
          '',
        ].join('\n'),
      );
    const farEnd = service('far', [`accept = 127.0.0.1:${farPort}`, 'protocol = socks']);
    const nearEnd = service('near', ['client = yes', `accept = 127.0.0.1:${port}`, `connect = 127.0.0.1:${farPort}`]);
    const far = await new Server('stunnel4', [farEnd]).listensOn(farPort);
    return { front: await new Server('stunnel4', [nearEnd]).listensOn(port), far };
  },
};

const trojan: ProxyKind = {
  name: 'Trojan',
  packages: ['trojan'],
  programs: ['trojan'],
  speaks: ['socks5', 'socks5h', 'socks5h, TLS'],
  authenticates: false,
  denies: false,
  async start({ port }) {
    const farPort = nextPort();
    const far = {
      run_type: 'server',
      local_addr: '127.0.0.1',
      local_port: farPort,
      remote_addr: '127.0.0.1', // for clients that it does not know
      remote_port: 9,
      password: [KEY],
      ssl: CERTIFICATE,
    };
    const near = {
      run_type: 'client',
      local_addr: '127.0.0.1',
      local_port: port,
      remote_addr: '127.0.0.1',
      remote_port: farPort,
      password: [KEY],
      ssl: { verify: false, verify_hostname: false, sni: 'far.test' },
    };
    const farEnd = new Server('trojan', ['-c', file('trojan-far.json', JSON.stringify(far))]);
    await farEnd.listensOn(farPort);
    const front = new Server('trojan', ['-c', file('trojan-near.json', JSON.stringify(near))]);
    return { front: await front.listensOn(port), far: farEnd };
  },
};

/** V2Ray listens to one protocol at a port; in all else its two kinds are the same. */
const v2ray = (protocol: 'socks' | 'http', speaks: ProxyKind['speaks']): ProxyKind => ({
  name: `V2Ray (${protocol})`,
  packages: ['v2ray'],
  programs: ['v2ray'],
  speaks,
  authenticates: true,
  denies: true,
  chains: 'socks5',
  async start({ port, password, denied, upstream }) {
    const accounts = password === undefined ? [] : [{ user: USER, pass: password }];
    const settings = { auth: password === undefined ? 'noauth' : 'password', accounts };
    const through = { protocol: 'socks', settings: { servers: [{ address: '127.0.0.1', port: upstream }] } };
    const config = {
      log: { loglevel: 'warning' },
      inbounds: [{ listen: '127.0.0.1', port, protocol, settings }],
      outbounds: [
        upstream === undefined ? { protocol: 'freedom' } : through,
        { protocol: 'blackhole', tag: 'nowhere' },
      ],
      routing: { rules: denied ? [{ type: 'field', network: 'tcp', outboundTag: 'nowhere' }] : [] },
    };
    const path = file('v2ray.json', JSON.stringify(config));
    return { front: await new Server('v2ray', ['-config', path]).listensOn(port) };
  },
});

/** Proxies of two ends, and those that are made to be one of them. */
export const TUNNELS: readonly ProxyKind[] = [
  ssh,
  shadowsocks,
  stunnel,
  trojan,
  v2ray('socks', ['socks5', 'socks5h', 'socks4', 'socks4a', 'socks5h, TLS']),
  v2ray('http', ['http', 'connect', 'connect, TLS']),
];
