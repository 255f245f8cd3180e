import { ByteReader, DecodeError } from '../../bytes/reader.ts';
import { type LayerOutcome, type LayerReading, type Place, type Streams, stopped } from '../layer.ts';
import {
  COMMAND,
  code,
  commandName,
  isKnownReply,
  METHOD,
  methodName,
  PASSWORD_VERSION,
  REPLY,
  replyName,
  STATUS_SUCCESS,
  VERSION,
} from './codes.ts';
import {
  decodeGreeting,
  decodeMethodSelection,
  decodePasswordRequest,
  decodePasswordStatus,
  decodeReply,
  decodeRequest,
  type Request,
  type Socks5Message,
} from './message.ts';

/** Do the bytes of both sides look like SOCKS5, on whatever port? The client's greeting decides; what the server says may be wrong. */
export function recognizeSocks5({ client, server }: Streams, place: Place): boolean {
  const [version, count = 255] = [client[place.client], client[place.client + 1]];
  if (version !== VERSION || count === 0) return false;
  const next = client[place.client + 2 + count];
  // After the greeting comes a request (05) or a subnegotiation of the method (01 for RFC 1929 and RFC 1961).
  if (next !== undefined && next !== VERSION && next !== PASSWORD_VERSION) return false;
  return client.length >= place.client + 2 + count || server[place.server] === VERSION;
}

/** Reads a SOCKS5 handshake up to the tunnel (RFC 1928, RFC 1929). Never throws: what stops it is the outcome. */
export function readSocks5(streams: Streams, place: Place): LayerReading<Socks5Message> {
  const handshake = new Handshake(streams, place);
  const outcome = handshake.read();
  const { request, messages } = handshake;
  return { messages, outcome, destination: request && `${request.address.text}:${request.port}` };
}

class Handshake {
  readonly messages: Socks5Message[] = [];
  request: Request | undefined;
  readonly #client: ByteReader;
  readonly #server: ByteReader;

  constructor({ client, server }: Streams, place: Place) {
    this.#client = new ByteReader(client, place.client);
    this.#server = new ByteReader(server, place.server);
  }

  /** Some servers refuse a greeting that has only partly arrived. */
  #refusedUnheard(): boolean {
    const count = this.#client.peek(1) ?? 255;
    return this.#client.remaining < 2 + count && this.#server.peek(1) === METHOD.noneAcceptable;
  }

  read(): LayerOutcome {
    let due: { side: 'client' | 'server'; what: string } = { side: 'client', what: 'SOCKS5 greeting' };
    const decode = <M extends Socks5Message>(
      side: 'client' | 'server',
      what: string,
      decoder: (reader: ByteReader) => M,
    ): M => {
      due = { side, what };
      const message = decoder(side === 'client' ? this.#client : this.#server);
      this.messages.push(message);
      return message;
    };
    try {
      const methods = this.#refusedUnheard() ? [] : decode('client', 'SOCKS5 greeting', decodeGreeting).methods;
      const selection = decode('server', 'SOCKS5 method selection', (reader) => decodeMethodSelection(reader, methods));
      const choice = { side: 'server', offset: selection.start + 1 } as const;
      if (selection.method === METHOD.noneAcceptable) {
        return { kind: 'refused', reason: `no acceptable methods (${code(selection.method)})`, place: choice };
      }
      if (selection.method === METHOD.password) {
        decode('client', 'SOCKS5 username and password', decodePasswordRequest);
        const { status, start } = decode('server', 'SOCKS5 password status', decodePasswordStatus);
        if (status !== STATUS_SUCCESS) {
          return {
            kind: 'refused',
            reason: `password rejected (${code(status)})`,
            place: { side: 'server', offset: start + 1 },
          };
        }
      } else if (selection.method !== METHOD.none) {
        const reason = `the server chose ${methodName(selection.method)}, whose subnegotiation is not read`;
        return { kind: 'unreadable', reason, place: choice };
      }
      this.request = decode('client', 'SOCKS5 request', decodeRequest);
      const reply = decode('server', 'SOCKS5 reply', decodeReply);
      if (reply.code === REPLY.succeeded && this.request.command !== COMMAND.connect) {
        const reason = `${commandName(this.request.command)} was asked for, which opens no tunnel on this connection`;
        return { kind: 'unreadable', reason, place: { side: 'server', offset: reply.start + 1 } };
      }
      // A client that goes on does not mind the version; one that stops may have stopped for it.
      const passes = reply.code === REPLY.succeeded ? this.#client.remaining > 0 : isKnownReply(reply.code);
      if (reply.version !== VERSION && !passes) {
        const reason = `SOCKS5 reply: VER at offset ${reply.start}: expected 05, found ${code(reply.version)}`;
        return { kind: 'unreadable', reason, place: { side: 'server', offset: reply.start } };
      }
      if (reply.code === REPLY.succeeded) {
        return { kind: 'granted', tunnel: { client: this.#client.offset, server: this.#server.offset } };
      }
      const stated = reply.version === VERSION ? '' : `, in a reply of version ${code(reply.version)}`;
      const reason = `${replyName(reply.code)}${stated}`;
      return { kind: 'refused', reason, place: { side: 'server', offset: reply.start + 1 } };
    } catch (error) {
      if (error instanceof DecodeError) return stopped(error, due.side, due.what);
      throw error;
    }
  }
}
