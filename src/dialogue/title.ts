import { formatEndpoint } from '../packet/segment.ts';
import { BANNER_LABELS, bannerTitle } from '../protocol/banner/codes.ts';
import { withoutUserinfo } from '../protocol/http/message.ts';
import { replyTitle } from '../protocol/redis/codes.ts';
import { resultName, COMMAND as SOCKS4_COMMAND } from '../protocol/socks4/codes.ts';
import { code, commandName, METHOD, methodName, REPLY, replyName, STATUS_SUCCESS } from '../protocol/socks5/codes.ts';
import { alertName } from '../protocol/tls/codes.ts';
import type { Message } from './layer.ts';

/** A message in a few words, without secrets: `SOCKS5 CONNECT client3.google.com:80`, `HTTP 204 No Content`. */
export function titleOf(message: Message): string {
  // NUL in a name is the filler of a gap that the user allowed, and what stands around it may be a part of a secret.
  const title = fullTitleOf(message);
  return title.includes('\0') ? `${message.kind}, not all captured` : title;
}

function fullTitleOf(message: Message): string {
  switch (message.kind) {
    case 'header': {
      const { version, speaksFor, source, destination } = message;
      if (source === undefined || destination === undefined) return `PROXY v${version} ${speaksFor}`;
      return `PROXY v${version} ${formatEndpoint(source)} to ${formatEndpoint(destination)}`;
    }
    case 'greeting':
      return 'SOCKS5 greeting';
    case 'method selection':
      return message.method === METHOD.noneAcceptable
        ? `SOCKS5 ${methodName(message.method)} (${code(message.method)})`
        : `SOCKS5 method: ${methodName(message.method)}`;
    case 'password request':
      return 'SOCKS5 username and password';
    case 'password status':
      return `SOCKS5 password ${message.status === STATUS_SUCCESS ? 'accepted' : `rejected (${code(message.status)})`}`;
    case 'request':
      if (message.protocol === 'http') return `${message.method} ${withoutQuery(withoutUserinfo(message.target))}`;
      if (message.protocol === 'socks4') {
        const command = message.command === SOCKS4_COMMAND.connect ? 'CONNECT' : 'BIND';
        return `SOCKS4${message.named ? 'a' : ''} ${command} ${message.host}:${message.port}`;
      }
      return `SOCKS5 ${commandName(message.command)} ${message.address.text}:${message.port}`;
    case 'reply':
      if (message.protocol === 'socks4') return `SOCKS4 request ${resultName(message.result)}`;
      return message.code === REPLY.succeeded ? 'SOCKS5 request granted' : `SOCKS5 ${replyName(message.code)}`;
    case 'response':
      return `HTTP ${message.status} ${message.phrase}`.trim();
    case 'empty lines':
      return 'empty line';
    case 'client hello':
      return `TLS ClientHello${message.serverName === undefined ? '' : ` for ${message.serverName}`}`;
    case 'server hello':
      return 'TLS ServerHello';
    case 'alert':
      return `TLS alert: ${alertName(message.description)}`;
    case 'command':
      return `${BANNER_LABELS[message.protocol]} ${message.name}`;
    case 'redis command':
      return `Redis ${message.name}`;
    case 'redis reply':
      return replyTitle(message.type, message.text);
    case 'banner':
      return message.refusal ?? bannerTitle(message.protocol, message.opening);
    case 'data':
      return 'data as captured';
  }
}

/** Queries carry tokens, and titles stand in logs. */
const withoutQuery = (target: string): string => target.replace(/\?.*$/s, '?...');
