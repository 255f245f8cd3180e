import { addressBytes, addressText } from '../../bytes/address.ts';
import { type ByteReader, DecodeError } from '../../bytes/reader.ts';
import type { MessageSpan } from '../layer.ts';
import {
  COMMAND,
  FAMILY,
  LINE_START,
  MAX_LINE_LENGTH,
  MAX_TRANSPORT,
  SIGNATURE,
  VERSION_2,
  valueName,
} from './codes.ts';

/** An end of the connection that the sender speaks for. */
interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** What a proxy says of the connection that it speaks for; nothing answers it. */
export interface ProxyHeader extends MessageSpan {
  readonly protocol: 'proxy-protocol';
  readonly kind: 'header';
  readonly version: 1 | 2;
  /** What it names in place of two endpoints, or that it names them. */
  readonly speaksFor: 'endpoints' | 'LOCAL' | 'UNKNOWN' | 'unix sockets';
  readonly source: Endpoint | undefined;
  readonly destination: Endpoint | undefined;
}

type Content = Pick<ProxyHeader, 'version' | 'speaksFor' | 'source' | 'destination'>;

/** Decodes a header of either version. Throws DecodeError when cut short or when a receiver would not take it. */
export function decodeHeader(reader: ByteReader): ProxyHeader {
  const start = reader.offset;
  const content = reader.peek() === LINE_START[0] ? decodeLine(reader) : decodeBlock(reader);
  return {
    protocol: 'proxy-protocol',
    kind: 'header',
    side: 'client',
    ...content,
    start,
    end: reader.offset,
    fields: reader.takeFields(),
  };
}

/** Version 1: a line of words with one space between them (§2.1). */
function decodeLine(reader: ByteReader): Content {
  const start = reader.offset;
  const line = lineText(reader);
  const [, protocol, ...words] = line.split(' ') as [string, string, ...string[]];
  reader.bytes(LINE_START.length, 'signature');
  if (protocol === 'UNKNOWN') {
    reader.bytes(protocol.length, 'protocol');
    reader.bytes(line.length - LINE_START.length - protocol.length, 'rest of the line', 'volatile');
    reader.bytes(2, 'CR LF');
    return { version: 1, speaksFor: 'UNKNOWN', source: undefined, destination: undefined };
  }
  if (protocol !== 'TCP4' && protocol !== 'TCP6') {
    throw new DecodeError('protocol', reader.offset, 'TCP4, TCP6 or UNKNOWN', 'something else');
  }
  if (words.length !== 4) {
    throw new DecodeError('addresses and ports', start, '4 words behind the protocol', `${words.length}`);
  }
  const [from, to, fromPort, toPort] = words as [string, string, string, string];
  reader.bytes(protocol.length + 1, 'protocol');
  const length = protocol === 'TCP4' ? 4 : 16;
  const source = decodeAddressWord(reader, from, 'source address', length);
  const destination = decodeAddressWord(reader, to, 'destination address', length);
  const sourcePort = decodePortWord(reader, fromPort, 'source port', 1);
  const destinationPort = decodePortWord(reader, toPort, 'destination port', 0);
  reader.bytes(2, 'CR LF');
  return {
    version: 1,
    speaksFor: 'endpoints',
    source: { address: source, port: sourcePort },
    destination: { address: destination, port: destinationPort },
  };
}

/** The line without its end, without moving. Receivers take CR LF and nothing else for its end. */
function lineText(reader: ByteReader): string {
  let text = '';
  for (let at = 0; at < MAX_LINE_LENGTH; at++) {
    const byte = reader.peek(at);
    if (byte === undefined) throw new DecodeError('line', reader.offset, 'CR LF at its end', 'none', true);
    if (byte === 10 && text.endsWith('\r')) return text.slice(0, -1);
    if (byte === 10) throw new DecodeError('line', reader.offset + at, 'CR LF at its end', 'LF alone');
    text += String.fromCharCode(byte);
  }
  throw new DecodeError('line', reader.offset, `CR LF within ${MAX_LINE_LENGTH} bytes`, 'none');
}

/** An address and the space behind it. */
function decodeAddressWord(reader: ByteReader, word: string, name: string, length: number): string {
  const bytes = addressBytes(word);
  if (bytes?.length !== length) {
    throw new DecodeError(name, reader.offset, length === 4 ? 'an IPv4 address' : 'an IPv6 address', 'something else');
  }
  reader.bytes(word.length + 1, name, 'volatile');
  return addressText(bytes);
}

function decodePortWord(reader: ByteReader, word: string, name: string, space: 0 | 1): number {
  if (!/^(0|[1-9][0-9]{0,4})$/.test(word) || Number(word) > 65_535) {
    throw new DecodeError(name, reader.offset, '0 to 65535', 'something else');
  }
  reader.bytes(word.length + space, name, 'volatile');
  return Number(word);
}

/** Version 2: a block whose length is told (§2.2). */
function decodeBlock(reader: ByteReader): Content {
  const start = reader.offset;
  if (!SIGNATURE.every((byte, at) => reader.peek(at) === byte || reader.peek(at) === undefined)) {
    throw new DecodeError('signature', start, 'that of version 2', 'something else');
  }
  reader.bytes(SIGNATURE.length, 'signature');
  const versionAndCommand = reader.u8('version and command');
  const [version, command] = [versionAndCommand >> 4, versionAndCommand & 15];
  if (version !== VERSION_2) throw new DecodeError('version', reader.offset - 1, '2', `${version}`);
  if (command !== COMMAND.local && command !== COMMAND.proxy)
    throw new DecodeError('command', reader.offset - 1, '0 (LOCAL) or 1 (PROXY)', `${command}`);
  const familyAndTransport = reader.u8('family and protocol');
  const [family, transport] = [familyAndTransport >> 4, familyAndTransport & 15];
  const length = reader.u16('length');
  const end = reader.offset + length;
  if (length > reader.remaining) {
    throw new DecodeError('addresses', reader.offset, `${length} bytes`, `${reader.remaining}`, true);
  }
  const none = { version: 2, source: undefined, destination: undefined } as const;
  // A receiver skips the block of LOCAL, its family included.
  if (command === COMMAND.local) {
    reader.bytes(length, 'ignored', 'volatile');
    return { ...none, speaksFor: 'LOCAL' };
  }
  if (family > FAMILY.unix || transport > MAX_TRANSPORT) {
    const found = familyAndTransport.toString(16).padStart(2, '0');
    throw new DecodeError('family and protocol', start + 13, '00 to 32, two digits of 0 to 3 and 0 to 2', found);
  }
  if (family === FAMILY.unspecified) {
    reader.bytes(length, 'ignored', 'volatile');
    return { ...none, speaksFor: 'UNKNOWN' };
  }
  if (family === FAMILY.unix) {
    expectRoom(reader, end, 216);
    reader.bytes(108, 'source path', 'volatile');
    reader.bytes(108, 'destination path', 'volatile');
    decodeValues(reader, end);
    return { ...none, speaksFor: 'unix sockets' };
  }
  const endpoints = decodeEndpoints(reader, end, family === FAMILY.inet ? 4 : 16);
  decodeValues(reader, end);
  return { version: 2, speaksFor: 'endpoints', ...endpoints };
}

function decodeEndpoints(reader: ByteReader, end: number, length: 4 | 16): Pick<Content, 'source' | 'destination'> {
  expectRoom(reader, end, 2 * length + 4);
  const from = addressText(reader.bytes(length, 'source address', 'volatile'));
  const to = addressText(reader.bytes(length, 'destination address', 'volatile'));
  const source = { address: from, port: reader.u16('source port', 'volatile') };
  return { source, destination: { address: to, port: reader.u16('destination port', 'volatile') } };
}

/** The addresses have to fit into the block. */
function expectRoom(reader: ByteReader, end: number, needed: number): void {
  const room = end - reader.offset;
  if (room < needed) throw new DecodeError('length', reader.offset - 2, `${needed} or more`, `${room}`);
}

/** Values of a type and a length each, up to the end of the block (§2.2). */
function decodeValues(reader: ByteReader, end: number): void {
  while (reader.offset < end) {
    const start = reader.offset;
    const [type, high, low] = [reader.peek() as number, reader.peek(1) ?? 0, reader.peek(2) ?? 0];
    const length = 3 + high * 256 + low;
    if (start + 3 > end || start + length > end) {
      throw new DecodeError(`value ${valueName(type)}`, start, `at most ${end - start} bytes`, 'more');
    }
    reader.bytes(length, valueName(type), 'volatile');
  }
}
