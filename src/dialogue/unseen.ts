import type { Answer } from './answers.ts';
import type { Speech } from './speech.ts';

/** What the captures do not show, and the command whose capture would. */
export interface Unseen {
  readonly what: string;
  readonly command: string;
}

/** How many sessions tell what changes from one to the next. */
const SESSIONS = 3;

/** What the captures of a server do not show. `endpoint` is where it was met first. */
export function unseenOf(endpoint: string, speech: Speech, answers: readonly Answer[], dialogues: number): Unseen[] {
  const { protocols } = speech;
  const scheme = protocols.has('socks5')
    ? 'socks5h'
    : protocols.has('socks4')
      ? 'socks4a'
      : protocols.has('http')
        ? 'http'
        : undefined;
  if (scheme === undefined) return [nothingGranted(endpoint)];
  const host = (speech.destination ?? 'HOST').replace(/:[0-9]+$/, '');
  const seen = (...causes: string[]) => answers.some(({ cause }) => cause !== undefined && causes.includes(cause));
  const curl = (target: string, proxy = `${scheme}://${endpoint}`) => `curl -m 5 -x ${proxy} ${target}`;
  const password =
    speech.has('SOCKS5 method 02, username/password') ||
    seen('credentials refused', 'wrong-password') ||
    hasCredentials(speech);
  const wanted: readonly (Unseen & { readonly when: boolean })[] = [
    {
      what: 'what changes from session to session',
      command: `${curl(`http://${host}/`)}  # ${SESSIONS} times`,
      when: dialogues < SESSIONS,
    },
    { what: 'the destination refuses (closed port)', command: curl(`http://${host}:1/`), when: !seen('refused') },
    { what: 'the name does not exist', command: curl('http://no-such-name.invalid/'), when: !seen('nxdomain') },
    {
      what: 'the destination is silent or unreachable',
      command: curl('http://192.0.2.1/'),
      when: !seen('unreachable') || !seen('silent'),
    },
    {
      what: 'an IPv6 destination',
      command: curl("'http://[IPV6-ADDRESS]/'"),
      when: scheme === 'socks5h' && !speech.has('SOCKS5 CONNECT by IPv6 address'),
    },
    { what: 'TLS through the tunnel', command: curl(`https://${host}/`), when: !speech.tls },
    {
      what: 'a wrong password',
      command: curl(`http://${host}/`, `${scheme}://USER:WRONG@${endpoint}`),
      when: password && !seen('credentials refused', 'wrong-password'),
    },
    {
      what: 'no credentials',
      command: curl(`http://${host}/`),
      when: password && !seen('no password offered', 'no credentials sent', 'no-credentials'),
    },
    ...otherProtocols(endpoint, host, protocols, speech),
  ];
  return wanted.filter(({ when }) => when).map(({ what, command }) => ({ what, command }));
}

function otherProtocols(endpoint: string, host: string, protocols: Speech['protocols'], speech: Speech) {
  const ask = (scheme: string, asked: boolean) => ({
    what: `asked in ${scheme === 'http' ? 'HTTP' : scheme === 'socks4a' ? 'SOCKS4a' : 'SOCKS5'}`,
    command: `curl -m 5 -x ${scheme}://${endpoint} http://${host}/`,
    when: !asked,
  });
  const ways = speech.finish().map(({ what }) => what);
  const asked = (label: string) => ways.some((way) => way.startsWith(label));
  return [
    ask('socks5h', protocols.has('socks5') || asked('SOCKS5')),
    ask('socks4a', protocols.has('socks4') || asked('SOCKS4')),
    ask('http', protocols.has('http') || asked('HTTP')),
  ];
}

const hasCredentials = (speech: Speech): boolean =>
  speech.finish().some(({ what }) => what.endsWith('with credentials'));

const nothingGranted = (endpoint: string): Unseen => ({
  what: 'a request that the server grants',
  command: `curl -m 5 -x SCHEME://${endpoint} http://HOST/`,
});
