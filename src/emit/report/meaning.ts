import { addressText } from '../../bytes/address.ts';
import { isText } from '../../bytes/printable.ts';
import type { Field } from '../../bytes/reader.ts';
import type { Message } from '../../dialogue/layer.ts';
import { resultName, COMMAND as SOCKS4_COMMAND } from '../../protocol/socks4/codes.ts';
import { ADDRESS_TYPE, commandName, methodName, replyName, STATUS_SUCCESS } from '../../protocol/socks5/codes.ts';
import { alertName } from '../../protocol/tls/codes.ts';
import { clipped } from './words.ts';

const ADDRESS_TYPES: Readonly<Record<number, string>> = {
  [ADDRESS_TYPE.ipv4]: 'an IPv4 address follows',
  [ADDRESS_TYPE.domain]: 'a domain name follows',
  [ADDRESS_TYPE.ipv6]: 'an IPv6 address follows',
};

/** What a field's bytes mean, in a few words; undefined where there is no more to say than the bytes themselves. */
export function meaningOf(message: Message, { name }: Field, bytes: Uint8Array): string | undefined {
  return codeMeaning(message, name, bytes) ?? plainMeaning(name, bytes);
}

function codeMeaning(message: Message, name: string, bytes: Uint8Array): string | undefined {
  const value = bytes[0] ?? 0;
  switch (message.protocol) {
    case 'socks5':
      return socks5Meaning(name, value, bytes);
    case 'socks4':
      if (name === 'VN') return message.kind === 'request' ? `SOCKS version ${value}` : `reply version ${value}`;
      if (name === 'CD' && message.kind === 'reply') return resultName(value);
      if (name === 'CD') return value === SOCKS4_COMMAND.connect ? 'CONNECT' : 'BIND';
      return undefined;
    case 'tls':
      return tlsMeaning(name, value);
    default: // the others are text, or numbers that their names explain
      return undefined;
  }
}

function socks5Meaning(name: string, value: number, bytes: Uint8Array): string | undefined {
  switch (name) {
    case 'VER':
      return `version ${value}`;
    case 'NMETHODS':
      return value === 1 ? '1 method is offered' : `${value} methods are offered`;
    case 'METHODS':
      return [...bytes].map(methodName).join(', ');
    case 'METHOD':
      return methodName(value);
    case 'CMD':
      return commandName(value);
    case 'REP':
      return replyName(value);
    case 'STATUS':
      return value === STATUS_SUCCESS ? 'accepted' : 'rejected';
    case 'ATYP':
      return ADDRESS_TYPES[value];
    case 'RSV':
      return 'reserved';
    default: // what is no code
      return undefined;
  }
}

const CONTENT_TYPES: Readonly<Record<number, string>> = { 20: 'change_cipher_spec', 21: 'alert', 22: 'handshake' };
const HANDSHAKE_TYPES: Readonly<Record<number, string>> = { 1: 'client_hello', 2: 'server_hello' };

function tlsMeaning(name: string, value: number): string | undefined {
  if (name === 'type') return CONTENT_TYPES[value];
  if (name === 'msg_type') return HANDSHAKE_TYPES[value];
  if (name === 'level') return value === 2 ? 'fatal' : 'warning';
  return name === 'description' ? alertName(value) : undefined;
}

/** Addresses, text as it stands, and numbers. */
function plainMeaning(name: string, bytes: Uint8Array): string | undefined {
  if (/ADDR$|DSTIP$|address$/.test(name) && (bytes.length === 4 || bytes.length === 16) && !isWord(bytes))
    return addressText(bytes);
  if (isWord(bytes)) {
    return clipped(Buffer.from(bytes).toString('latin1').trimEnd());
  }
  const text = Buffer.from(bytes).toString('latin1');
  if (/^\r?\n$/.test(text)) return text === '\n' ? 'LF' : 'CR LF';
  if (/^end |^type$|^empty line$/.test(name)) return isText(bytes) ? text.trimEnd() : undefined;
  if (name.endsWith('version') && bytes.length <= 2) return [...bytes].join('.');
  return bytes.length <= 4 ? String(bytes.reduce((number, byte) => number * 256 + byte, 0)) : undefined;
}

const isWord = (bytes: Uint8Array): boolean => bytes.length > 2 && isText(bytes);
