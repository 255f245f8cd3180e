import { addressBytes } from '../bytes/address.ts';
import { ByteReader } from '../bytes/reader.ts';
import type { Message } from '../dialogue/layer.ts';
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
}

/** A dialogue that cannot be aimed elsewhere, and why. */
export class AimError extends Error {
  override readonly name = 'AimError';
}

/** Headers that no server needs to answer (RFC 9110 §10.1.5, §12.5.1). */
const NEEDLESS: ReadonlySet<string> = new Set(['user-agent', 'accept']);

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
  const opener = aim.probe && requests.findLast(opensTunnel);
  for (const message of requests) {
    const probe = message === opener || !opensTunnel(message) ? aim.probe : undefined;
    const bytes = rewritten(message, messages, { ...aim, probe }, bytesOf);
    if (bytes !== undefined) changed.set(message, { message: decoded(message, bytes), bytes });
  }
  return changed;
}

const opensTunnel = (message: Message): boolean =>
  message.kind === 'request' && (message.protocol !== 'http' || message.method === 'CONNECT');

function rewritten(
  message: Message,
  messages: readonly Message[],
  { probe, minimal }: Aim,
  bytesOf: (message: Message) => Uint8Array,
): Uint8Array | undefined {
  if (message.kind === 'greeting') {
    const following = messages.slice(messages.indexOf(message));
    const selection = following.find((each) => each.kind === 'method selection');
    return minimal && selection !== undefined ? Uint8Array.of(VERSION, 1, selection.method) : undefined;
  }
  if (message.kind === 'client hello' && probe !== undefined && message.serverName !== hostOf(probe)) {
    const asked = message.serverName ?? 'no name';
    throw new AimError(`its ClientHello asks for ${asked}, and cannot be made anew: record it against ${probe.host}`);
  }
  if (message.kind !== 'request') return undefined;
  if (message.protocol === 'http')
    return probe || minimal ? httpRequest(message, bytesOf(message), { probe, minimal }) : undefined;
  if (probe === undefined) return undefined;
  return message.protocol === 'socks5'
    ? socks5Request(bytesOf(message), probe)
    : socks4Request(message, bytesOf(message), probe);
}

/** A SOCKS5 request for the host of a URL, by name or by address as the URL has it (RFC 1928 §4). */
function socks5Request(captured: Uint8Array, probe: URL): Uint8Array {
  const host = hostOf(probe);
  const address = addressBytes(host);
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
  { method, target, version }: HttpRequest,
  captured: Uint8Array,
  { probe, minimal }: Pick<Aim, 'probe' | 'minimal'>,
): Uint8Array {
  const text = Buffer.from(captured).toString('latin1');
  const [head = ''] = /^.*?\r?\n(?=\r?\n|$)/s.exec(text) ?? [text];
  const lines = head.match(/[^\n]*\n(?:[ \t][^\n]*\n)*/g) ?? [];
  const [, ...headers] = lines.map((line) => {
    const [, name = '', end = '\r\n'] = /^([^:]*):.*?(\r?\n)$/s.exec(line) ?? [];
    if (minimal && NEEDLESS.has(name.toLowerCase())) return '';
    if (probe && name.toLowerCase() === 'host')
      return `${name}: ${method === 'CONNECT' ? authorityOf(probe) : probe.host}${end}`;
    return line;
  });
  const end = /\r?\n/.exec(lines[0] ?? '')?.[0] ?? '\r\n';
  return Buffer.from(
    `${method} ${probe ? targetFor(method, target, probe) : target} ${version}${end}${headers.join('')}${text.slice(head.length)}`,
    'latin1',
  );
}

function targetFor(method: string, captured: string, probe: URL): string {
  if (method === 'CONNECT') return authorityOf(probe);
  const path = `${probe.pathname}${probe.search}`;
  return captured.includes('://') ? `${probe.protocol}//${probe.host}${path}` : path;
}

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
