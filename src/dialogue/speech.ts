import { ADDRESS_TYPE, COMMAND, code, METHOD, methodName } from '../protocol/socks5/codes.ts';
import type { Dialogue } from './dialogue.ts';
import { type Layer, type ProtocolName, protocolLabel } from './layer.ts';

/** A protocol, method or form that clients asked for, and how often the server went along. */
export interface Spoken {
  readonly what: string;
  readonly granted: number;
  readonly dialogues: number;
}

/** Ways of asking that are kept: the names of HTTP methods come out of captures. */
const MAX_WAYS = 100;

/** Counts in which protocols, methods and forms clients asked, and where the server went along. */
export class Speech {
  readonly #ways = new Map<string, { granted: number; dialogues: number }>();
  readonly #granted = new Set<ProtocolName>();
  /** The first destination that was asked for by name. */
  destination: string | undefined;
  /** Did a tunnel carry TLS, and was it answered? */
  tls = false;

  add(dialogue: Dialogue, layer: Layer): void {
    const { outcome } = layer;
    const granted = outcome.kind === 'granted' || (outcome.kind === 'answered' && outcome.status < 400);
    if (granted) this.#granted.add(layer.protocol);
    this.tls ||= dialogue.layers.some(({ protocol, outcome }) => protocol === 'tls' && outcome.kind === 'established');
    if (granted && /[a-z]/i.test(dialogue.destination ?? '')) this.destination ??= dialogue.destination;
    for (const { what, taken } of waysOf(layer, granted)) {
      const way = this.#ways.get(what) ?? { granted: 0, dialogues: 0 };
      if (!this.#ways.has(what) && this.#ways.size >= MAX_WAYS) continue;
      way.dialogues++;
      if (taken) way.granted++;
      this.#ways.set(what, way);
    }
  }

  /** Protocols in which a request was granted, or answered. */
  get protocols(): ReadonlySet<ProtocolName> {
    return this.#granted;
  }

  has(what: string): boolean {
    return this.#ways.has(what);
  }

  finish(): Spoken[] {
    return [...this.#ways].map(([what, counts]) => ({ what, ...counts })).sort((a, b) => (a.what < b.what ? -1 : 1));
  }
}

/** The ways in which a client asked, and whether each was taken. */
function waysOf({ protocol, messages, outcome }: Layer, granted: boolean): { what: string; taken: boolean }[] {
  const label = protocolLabel(protocol);
  const ways = new Map<string, boolean>();
  for (const message of messages) {
    switch (message.kind) {
      case 'method selection':
        if (message.method !== METHOD.noneAcceptable)
          ways.set(`${label} method ${code(message.method)}, ${methodName(message.method)}`, true);
        break;
      case 'greeting':
        for (const method of message.methods) ways.set(`${label} method ${code(method)}, ${methodName(method)}`, false);
        break;
      case 'request':
        if (message.protocol === 'http') ways.set(httpWay(message), granted && outcome.kind !== 'refused');
        else if (message.protocol === 'socks4')
          ways.set(`SOCKS4${message.named ? 'a, by name' : ', by address'}`, granted);
        else ways.set(`${label} ${socks5Way(message.command, message.address.type)}`, granted);
        break;
      default: // the rest asks for nothing
        break;
    }
  }
  if (ways.size === 0 && protocol !== 'unknown') ways.set(label, granted || outcome.kind === 'established');
  return [...ways].map(([what, taken]) => ({ what, taken }));
}

function httpWay({
  method,
  target,
  fields,
}: {
  method: string;
  target: string;
  fields: readonly { name: string }[];
}): string {
  const form = method === 'CONNECT' ? 'authority' : target.includes('://') ? 'absolute form' : 'origin form';
  const credentials = fields.some(({ name }) => /^proxy-authorization$/i.test(name)) ? ', with credentials' : '';
  return `HTTP ${method}, ${form}${credentials}`;
}

function socks5Way(command: number, type: number): string {
  const name = command === COMMAND.connect ? 'CONNECT' : `command ${code(command)}`;
  const form = type === ADDRESS_TYPE.domain ? 'name' : type === ADDRESS_TYPE.ipv6 ? 'IPv6 address' : 'IPv4 address';
  return `${name} by ${form}`;
}
