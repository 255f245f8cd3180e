import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PASSWORD, USER } from './names.ts';

/** The origin's address. Not one of loopback: some proxies refuse to go there. */
export const ORIGIN_ADDRESS = '198.51.100.1';
/** The address that the proxies reach the origin from. */
export const OWN_ADDRESS = '198.51.100.2';
/** All files of a lab: in memory, and gone with its mount namespace. */
export const FOLDER = '/run/lab';

/** Furnishes the namespaces that this process is the first in: addresses, accounts, a folder. Changes nothing outside. */
export function furnish(): void {
  const resolv = realpathSync('/etc/resolv.conf'); // before /run is hidden, which it may point into
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'lab', '/run']);
  mkdirSync(FOLDER);

  // The other end of the pair answers nothing: what is sent to the network of `hole` is lost.
  for (const line of [
    'link set lo up',
    'link add hole type veth peer name nobody',
    'link set hole up',
    'link set nobody up',
    `address add ${OWN_ADDRESS}/24 dev hole`,
    `neighbor replace ${ORIGIN_ADDRESS} lladdr 02:00:00:00:00:99 dev hole nud permanent`,
  ])
    ip(line);
  giveOriginAddress();

  replace('/etc/hosts', '127.0.0.1 localhost\n');
  replace(resolv, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
  replace('/etc/passwd', `${readFileSync('/etc/passwd', 'utf8')}${USER}:x:64999:65534::/:/usr/sbin/nologin\n`);
  setAccountPassword(PASSWORD);
}

const ip = (line: string): void => {
  execFileSync('ip', line.split(' '));
};

/** The origin's address is on this machine. */
export const giveOriginAddress = (): void => ip(`address add ${ORIGIN_ADDRESS}/32 dev lo`);
/** Nobody has the origin's address: what is sent to it is lost. */
export const takeOriginAddress = (): void => ip(`address del ${ORIGIN_ADDRESS}/32 dev lo`);
/** The router says that there is no way to the origin. */
export const cutOff = (): void => {
  takeOriginAddress();
  ip(`route add unreachable ${ORIGIN_ADDRESS}/32`);
};
export const connectAgain = (): void => {
  ip(`route del unreachable ${ORIGIN_ADDRESS}/32`);
  giveOriginAddress();
};

/** Sets the password of the account that proxies look up in the system. */
export function setAccountPassword(password: string): void {
  replace('/etc/shadow', `root:*:19000:0:99999:7:::\n${USER}:${hashOf(password)}:19000:0:99999:7:::\n`);
}

/** As crypt(3) makes it; Debian's perl-base is always there. */
export const hashOf = (password: string): string =>
  execFileSync('perl', ['-e', 'print crypt($ARGV[0], q($6$lab$))', password], { encoding: 'utf8' });

/** Puts another file in the place of one of the system's, in this mount namespace only. */
function replace(path: string, text: string): void {
  const copy = `${FOLDER}/etc${path.replaceAll('/', '-')}`;
  const known = existsSync(copy);
  writeFileSync(copy, text);
  if (path === '/etc/shadow') chmodSync(copy, 0o600);
  if (known) return; // it is in place
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
  }
  execFileSync('mount', ['--bind', copy, path]);
}
