import { ByteReader, DecodeError } from '../../bytes/reader.ts';
import { type LayerReading, type Place, type Streams, stopped } from '../layer.ts';
import { COMMAND, REQUEST_VERSION, RESULT, resultName } from './codes.ts';
import { decodeReply, decodeRequest, type Socks4Message, type Socks4Request } from './message.ts';

/** Does the client ask in SOCKS4 or 4a? The server may answer in whatever it speaks. */
export function recognizeSocks4({ client }: Streams, place: Place): boolean {
  const [version, command] = [client[place.client], client[place.client + 1]];
  if (version !== REQUEST_VERSION || (command !== COMMAND.connect && command !== COMMAND.bind)) return false;
  return client.indexOf(0, place.client + 8) !== -1;
}

/** Reads a SOCKS4 handshake up to the tunnel. Never throws: what stops it is the outcome. */
export function readSocks4({ client, server }: Streams, place: Place): LayerReading<Socks4Message> {
  const [fromClient, fromServer] = [new ByteReader(client, place.client), new ByteReader(server, place.server)];
  const messages: Socks4Message[] = [];
  let request: Socks4Request | undefined;
  const destination = () => request && `${request.host}:${request.port}`;
  try {
    request = decodeRequest(fromClient);
    messages.push(request);
    const reply = decodeReply(fromServer);
    messages.push(reply);
    const decided = { side: 'server', offset: reply.start + 1 } as const;
    if (reply.result !== RESULT.granted) {
      return {
        messages,
        outcome: { kind: 'refused', reason: resultName(reply.result), place: decided },
        destination: destination(),
      };
    }
    if (request.command !== COMMAND.connect) {
      const reason = 'BIND was asked for, which opens no tunnel on this connection';
      return { messages, outcome: { kind: 'unreadable', reason, place: decided }, destination: destination() };
    }
    const tunnel = { client: fromClient.offset, server: fromServer.offset };
    return { messages, outcome: { kind: 'granted', tunnel }, destination: destination() };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const outcome =
      request === undefined ? stopped(error, 'client', 'SOCKS4 request') : stopped(error, 'server', 'SOCKS4 reply');
    return { messages, outcome, destination: destination() };
  }
}
