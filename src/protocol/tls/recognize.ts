import { ByteReader, DecodeError } from '../../bytes/reader.ts';
import { type LayerReading, type Place, type Streams, stopped } from '../layer.ts';
import { alertName, CONTENT, HANDSHAKE } from './codes.ts';
import { type ClientHello, decodeAnswer, decodeClientHello, type TlsMessage } from './message.ts';

/** Does the client begin with a TLS ClientHello? */
export function recognizeTls({ client }: Streams, { client: at }: Place): boolean {
  return client[at] === CONTENT.handshake && client[at + 1] === 3 && client[at + 5] === HANDSHAKE.clientHello;
}

/** Reads a ClientHello and the answer to it; all that follows is encrypted. Never throws: what stops it is the outcome. */
export function readTls({ client, server }: Streams, place: Place): LayerReading<TlsMessage> {
  const messages: TlsMessage[] = [];
  let hello: ClientHello | undefined;
  try {
    hello = decodeClientHello(new ByteReader(client, place.client));
    messages.push(hello);
    const answer = decodeAnswer(new ByteReader(server, place.server));
    messages.push(answer);
    const decided = { side: 'server', offset: answer.start } as const;
    const destination = hello.serverName;
    if (answer.kind === 'server hello')
      return { messages, outcome: { kind: 'established', place: decided }, destination };
    return {
      messages,
      outcome: { kind: 'refused', reason: alertName(answer.description), place: decided },
      destination,
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const outcome =
      hello === undefined ? stopped(error, 'client', 'TLS ClientHello') : stopped(error, 'server', 'TLS ServerHello');
    return { messages, outcome, destination: hello?.serverName };
  }
}
