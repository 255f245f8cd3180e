import { ByteReader, DecodeError } from '../../bytes/reader.ts';
import type { Side } from '../../conversation/conversation.ts';
import { type LayerReading, type Place, type Streams, stopped } from '../layer.ts';
import { INLINE, isError, NEEDLESS, replyTitle, SETUP, typeName } from './codes.ts';
import { decodeCommand, decodeReply, type RedisMessage } from './message.ts';

const ARRAY = /^\*[1-9][0-9]{0,4}\r\n\$[0-9]{1,9}\r\n/;
/** What Redis says before it is asked: it does not serve this client. */
const TURNED_AWAY = /^-(DENIED |ERR max number of clients)/;
/** More does not decide. */
const SEEN = 128;

/** Does the client talk to Redis, by an array or by a line that is answered as Redis answers? Or does Redis turn it away? */
export function recognizeRedis({ client, server }: Streams, place: Place, first?: Side): boolean {
  const [asked, said] = [textAt(client, place.client), textAt(server, place.server)];
  if (first === 'server') return TURNED_AWAY.test(said);
  if (ARRAY.test(asked)) return true;
  return INLINE.test(asked) && typeName(said[0] ?? '') !== undefined;
}

/**
 * Reads commands and replies in pairs, up to the first that is about more than who asks, or that is refused. Never throws: what stops it is
 * the outcome.
 */
export function readRedis({ client, server }: Streams, place: Place, first?: Side): LayerReading<RedisMessage> {
  const [fromClient, fromServer] = [new ByteReader(client, place.client), new ByteReader(server, place.server)];
  const messages: RedisMessage[] = [];
  const reading = (outcome: LayerReading<RedisMessage>['outcome']) => ({ messages, outcome, destination: undefined });
  let asked = false;
  try {
    for (;;) {
      asked = first === 'server';
      const command = asked ? undefined : decodeCommand(fromClient);
      if (command !== undefined) messages.push(command);
      asked = true;
      const reply = decodeReply(fromServer);
      messages.push(reply);
      const more = command !== undefined && SETUP.has(command.name) && fromClient.remaining > 0;
      const place = { side: 'server', offset: reply.start } as const;
      if (more && (!isError(reply.type) || NEEDLESS.has(command.name))) continue;
      if (isError(reply.type))
        return reading({ kind: 'refused', reason: reply.text.slice(0, MAX_REASON_LENGTH), place });
      return reading({ kind: 'ready', title: replyTitle(reply.type, reply.text), place });
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return reading(
      asked ? stopped(error, 'server', 'whole Redis reply') : stopped(error, 'client', 'whole Redis command'),
    );
  }
}

const MAX_REASON_LENGTH = 100;
const textAt = (bytes: Uint8Array, at: number): string => Buffer.from(bytes.subarray(at, at + SEEN)).toString('latin1');
