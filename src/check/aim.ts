import { addressBytes } from '../bytes/address.ts';
import { ByteReader } from '../bytes/reader.ts';
import { type Message, protocolLabel } from '../dialogue/layer.ts';
import { SECRET_HEADERS } from '../protocol/http/codes.ts';
import { decodeRequest as decodeHttpRequest, type HttpRequest } from '../protocol/http/message.ts';
import { decodeRequest as decodeSocks4Request, type Socks4Request } from '../protocol/socks4/message.ts';
import { ADDRESS_TYPE, VERSION } from '../protocol/socks5/codes.ts';
import { decodeGreeting, decodeRequest as decodeSocks5Request } from '../protocol/socks5/message.ts';
import type { StatusRange } from './status.ts';

/** What a check asks for and takes, where that is not what was captured. */
export interface Aim {
  /** Ask for this instead: an address of one's own. */
  readonly probe?: URL | undefined;
  /** Take these statuses of the last response instead of those that were captured. */
  readonly statuses?: readonly StatusRange[] | undefined;
  /** Leave out what the check does not need. */
  readonly minimal?: boolean | undefined;
}

/** A client's message as a check sends it. */
export interface AimedMessage {
  readonly message: Message;
  readonly bytes: Uint8Array;
  /** Headers that were for the captured origin alone, and are left out. */
  readonly withheld: readonly string[];
}

/** A dialogue that cannot be aimed elsewhere, and why. */
export class AimError extends Error {
  override readonly name = 'AimError';
}

/** Headers that no server needs to answer (RFC 9110 §10.1.5, §12.5.1). */
const NEEDLESS: ReadonlySet<string> = new Set(['user-agent', 'accept']);
/** Is it a secret between the client and the origin? As curl does, it is not told to another one. */
const isOfOrigin = (name: string): boolean => SECRET_HEADERS.has(name) && name !== 'proxy-authorization';

/**
 * The client's messages that a check sends otherwise than they were captured; `bytesOf` gives a message's own bytes. Of several proxies the
 * innermost is asked for the address. Throws AimError.
 */
export function aimed(
  messages: readonly Message[],
  aim: Aim,
  bytesOf: (message: Message) => Uint8Array,
): Map<Message, AimedMessage> {
  const changed = new Map<Message, AimedMessage>();
  const requests = messages.filter(({ side }) => side === 'client');
  if (aim.probe !== undefined) refuseOtherTransport(messages, aim.probe);
  // What opens the way to a proxy that is then asked stays as it is.
  const opener = asksProxy(requests) ? undefined : requests.findLast(opensTunnel);
  for (const message of requests) {
    const probe = message === opener || !opensTunnel(message) ? aim.probe : undefined;
    const change = rewritten(message, messages, { ...aim, probe }, bytesOf);
    if (change === undefined) continue;
    const { bytes, withheld = [] } = change;
    changed.set(message, { message: decoded(message, bytes), bytes, withheld });
  }
  return changed;
}

/** What the last proxy is asked for when a dialogue with that destination is aimed. */
export function aimedDestination(
  messages: readonly Message[],
  { probe }: Aim,
  captured: string | undefined,
): string | undefined {
  if (probe === undefined) return captured;
  const opens = messages.some(opensTunnel);
  if (opens && asksProxy(messages)) return captured;
  return opens ? authorityOf(probe) : probe.host;
}

/** An absolute-form request goes to a proxy, by whatever way (RFC 9112 §3.2.2). */
const asksProxy = (messages: readonly Message[]): boolean =>
  messages.some((message) => schemeOf(message) !== undefined);

const opensTunnel = (message: Message): boolean =>
  message.kind === 'request' && (message.protocol !== 'http' || message.method === 'CONNECT');

/** The scheme of an absolute-form target. */
const schemeOf = (message: Message): string | undefined =>
  message.kind === 'request' && message.protocol === 'http'
    ? /^([a-z][a-z0-9+.-]*):\/\//i.exec(message.target)?.[1]?.toLowerCase()
    : undefined;

const hasBody = ({ headEnd, end }: HttpRequest): boolean => headEnd !== undefined && end > headEnd;

/** A request in the clear is nothing for https, a ClientHello nothing for http; and a ClientHello names the server that it is for. A server that greets is asked for nothing. */
function refuseOtherTransport(messages: readonly Message[], probe: URL): void {
  const host = hostOf(probe);
  const secure = probe.protocol === 'https:';
  for (const message of messages) {
    if (message.kind === 'banner' || message.kind === 'redis command')
      throw new AimError(`it speaks ${protocolLabel(message.protocol)}, which is asked for no address`);
    if (message.kind === 'client hello') {
      const { serverName } = message;
      if (!secure) throw new AimError('its tunnel carries TLS: give an https:// address');
      // Addresses are not named (RFC 6066 §3).
      if (serverName?.toLowerCase() === (addressBytes(host) === undefined ? host : undefined)) continue;
      const asked = serverName ?? 'an address without a name';
      throw new AimError(`its ClientHello is for ${asked}, and cannot be made anew: record it against ${probe.host}`);
    }
    if (message.kind === 'request' && message.protocol === 'http' && hasBody(message))
      throw new AimError('its request has a body, which was for the captured origin');
    const speaksHttp = message.kind === 'request' && message.protocol === 'http' && message.method !== 'CONNECT';
    if (speaksHttp && secure && schemeOf(message) !== 'https')
      throw new AimError('it speaks HTTP without TLS: give an http:// address');
  }
}

function rewritten(
  message: Message,
  messages: readonly Message[],
  { probe, minimal }: Aim,
  bytesOf: (message: Message) => Uint8Array,
): { bytes: Uint8Array; withheld?: readonly string[] } | undefined {
  if (message.kind === 'greeting') {
    const following = messages.slice(messages.indexOf(message));
    const selection = following.find((each) => each.kind === 'method selection');
    if (!minimal || selection === undefined || !message.methods.includes(selection.method)) return undefined;
    return { bytes: Uint8Array.of(VERSION, 1, selection.method) };
  }
  if (message.kind !== 'request') return undefined;
  if (message.protocol === 'http')
    return probe || minimal ? httpRequest(message, bytesOf(message), { probe, minimal }) : undefined;
  if (probe === undefined) return undefined;
  return {
    bytes:
      message.protocol === 'socks5'
        ? socks5Request(bytesOf(message), probe)
        : socks4Request(message, bytesOf(message), probe),
  };
}

/** An octet counts them (RFC 1928 §5). */
const MAX_NAME_LENGTH = 255;

/** A SOCKS5 request for the host of a URL, by name or by address as the URL has it (RFC 1928 §4). */
function socks5Request(captured: Uint8Array, probe: URL): Uint8Array {
  const host = hostOf(probe);
  const address = addressBytes(host);
  if (address === undefined && host.length > MAX_NAME_LENGTH)
    throw new AimError(`SOCKS5 has names of at most ${MAX_NAME_LENGTH} octets`);
  const type =
    address === undefined ? ADDRESS_TYPE.domain : address.length === 4 ? ADDRESS_TYPE.ipv4 : ADDRESS_TYPE.ipv6;
  const name = address ?? Uint8Array.of(host.length, ...Buffer.from(host, 'latin1'));
  return Uint8Array.of(...captured.subarray(0, 3), type, ...name, ...portBytes(probe));
}

/** A SOCKS4 request, with the captured user id: SOCKS4a for a name, where the client spoke SOCKS4a. */
function socks4Request({ named }: Socks4Request, captured: Uint8Array, probe: URL): Uint8Array {
  const host = hostOf(probe);
  const address = addressBytes(host);
  const user = captured.subarray(8, captured.indexOf(0, 8) + 1);
  const head = [...captured.subarray(0, 2), ...portBytes(probe)];
  if (address?.length === 4) return Uint8Array.of(...head, ...address, ...user);
  if (address !== undefined) throw new AimError('SOCKS4 has no IPv6 addresses');
  if (!named) throw new AimError('SOCKS4 takes no names: give an IPv4 address, or record SOCKS4a (curl socks4a://)');
  return Uint8Array.of(...head, 0, 0, 0, 1, ...user, ...Buffer.from(host, 'latin1'), 0);
}

/** The captured request line by line, aimed at a URL: the target in its captured form, and Host (RFC 9112 §3.2). */
function httpRequest(
  request: HttpRequest,
  captured: Uint8Array,
  { probe, minimal }: Pick<Aim, 'probe' | 'minimal'>,
): { bytes: Uint8Array; withheld: readonly string[] } {
  const { method, target, version } = request;
  const text = Buffer.from(captured).toString('latin1');
  const [head = ''] = /^.*?\r?\n(?=\r?\n|$)/s.exec(text) ?? [text];
  const [first = '', ...headers] = head.match(/[^\n]*\n(?:[ \t][^\n]*\n)*/g) ?? [];
  const elsewhere = probe !== undefined && method !== 'CONNECT' && originOf(request) !== probe.host;
  const withheld: string[] = [];
  const kept = headers.map((line) => {
    const [, name = '', end = '\r\n'] = /^([^:]*):.*?(\r?\n)$/s.exec(line) ?? [];
    const key = name.toLowerCase();
    if (minimal && NEEDLESS.has(key)) return '';
    if (elsewhere && isOfOrigin(key)) {
      withheld.push(name);
      return '';
    }
    if (probe && key === 'host') return `${name}: ${method === 'CONNECT' ? authorityOf(probe) : probe.host}${end}`;
    return line;
  });
  const end = /\r?\n$/.exec(first)?.[0] ?? '\r\n';
  const aimedTarget = probe === undefined ? target : targetFor(request, probe);
  const bytes = `${method} ${aimedTarget} ${version}${end}${kept.join('')}${text.slice(head.length)}`;
  return { bytes: Buffer.from(bytes, 'latin1'), withheld };
}

function targetFor(request: HttpRequest, probe: URL): string {
  if (request.method === 'CONNECT') return authorityOf(probe);
  const path = `${probe.pathname}${probe.search}`;
  return schemeOf(request) === undefined ? path : `${probe.protocol}//${probe.host}${path}`;
}

/** `HOST[:PORT]` that a request is for. */
const originOf = ({ target, headers }: HttpRequest): string | undefined => {
  const authority = URL.canParse(target) ? new URL(target).host : undefined;
  return authority || headers.find(({ name }) => name.toLowerCase() === 'host')?.value;
};

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
const portOf = ({ port, protocol }: URL): number => Number(port || (protocol === 'https:' ? 443 : 80));
const portBytes = (probe: URL): number[] => [portOf(probe) >> 8, portOf(probe) & 0xff];
/** `HOST:PORT`, the port always there, as CONNECT has it (RFC 9110 §9.3.6). */
const authorityOf = (probe: URL): string => `${probe.hostname}:${portOf(probe)}`;

/** The message that the new bytes are, its fields counted from their start. */
function decoded(message: Message, bytes: Uint8Array): Message {
  const reader = new ByteReader(bytes);
  if (message.kind === 'greeting') return decodeGreeting(reader);
  if (message.protocol === 'socks5') return decodeSocks5Request(reader);
  if (message.protocol === 'socks4') return decodeSocks4Request(reader);
  return decodeHttpRequest(reader, bytes);
}
