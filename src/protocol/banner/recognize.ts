import { ByteReader, DecodeError } from '../../bytes/reader.ts';
import type { Side } from '../../conversation/conversation.ts';
import { type LayerReading, type Place, type Streams, stopped } from '../layer.ts';
import { type BannerProtocol, bannerTitle, COMMON_COMMANDS, SHAPES, type TextShape } from './codes.ts';
import { type Command, decodeCommands } from './command.ts';
import { type Banner, decodeText } from './message.ts';
import { beginsLikeMysql, decodeMysql } from './mysql.ts';

/** No first line of a greeting that tells its protocol is longer (RFC 5321 §4.5.3.1.5). */
const SEEN = 1024;

/** Does the server greet in a known way? It speaks first, or the client said a command of that protocol without waiting. */
export function recognizeBanner({ client, server }: Streams, place: Place, first: Side | undefined): boolean {
  if (first === undefined || place.server >= server.length) return false;
  if (first === 'server' && beginsLikeMysql(server, place.server)) return true;
  return shapeOf(client, server, place, first) !== undefined;
}

/** Reads the greeting, and for their secrets the client's commands behind it. Never throws: what stops it is the outcome. */
export function readBanner(
  { client, server }: Streams,
  place: Place,
  first: Side | undefined,
): LayerReading<Banner | Command> & { readonly protocol: BannerProtocol } {
  const shape = beginsLikeMysql(server, place.server) ? undefined : shapeOf(client, server, place, first);
  const protocol = shape?.protocol ?? 'mysql';
  const reader = new ByteReader(server, place.server);
  const commands = decodeCommands(client, place.client, protocol);
  try {
    const banner = shape === undefined ? decodeMysql(reader, server) : decodeText(reader, server, shape);
    const decided = { side: 'server', offset: banner.start } as const;
    const outcome =
      banner.refusal === undefined
        ? ({ kind: 'ready', title: bannerTitle(protocol, banner.opening), place: decided } as const)
        : ({ kind: 'refused', reason: banner.refusal, place: decided } as const);
    return { protocol, messages: [banner, ...commands], outcome, destination: undefined };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return {
      protocol,
      messages: commands,
      outcome: stopped(error, 'server', `whole ${bannerTitle(protocol, '')}`),
      destination: undefined,
    };
  }
}

/** The row that both sides' first words fit. */
function shapeOf(client: Uint8Array, server: Uint8Array, place: Place, first: Side | undefined): TextShape | undefined {
  const text = textAt(server, place.server);
  const fitting = SHAPES.filter(({ ready, refusing }) => ready.test(text) || refusing.test(text));
  if (fitting.length === 0) return undefined;
  const command = textAt(client, place.client);
  const told = fitting.find(({ commands }) => commands.test(command));
  if (told === undefined && first === 'client' && !COMMON_COMMANDS.test(command)) return undefined;
  return told ?? fitting.find(({ words }) => words === undefined || words.test(text));
}

const textAt = (bytes: Uint8Array, at: number): string => Buffer.from(bytes.subarray(at, at + SEEN)).toString('latin1');
