import { type ByteReader, DecodeError } from '../../bytes/reader.ts';
import type { MessageSpan } from '../layer.ts';
import { ELEMENTS, isCounted, isError, typeName } from './codes.ts';

/** What a client asks: a line, or an array of strings. */
export interface RedisCommand extends MessageSpan {
  readonly protocol: 'redis';
  readonly kind: 'redis command';
  /** In capitals. */
  readonly name: string;
}

/** What the server answers. */
export interface RedisReply extends MessageSpan {
  readonly protocol: 'redis';
  readonly kind: 'redis reply';
  /** Its first byte. */
  readonly type: string;
  /** What stands behind it on the first line; of an error in a counted string its words. */
  readonly text: string;
  /** How many line feeds there are in it. */
  readonly lines: number;
}

export type RedisMessage = RedisCommand | RedisReply;

const STAR = 0x2a;
/** Arguments of one command, replies inside one reply: more of them decide nothing. */
const MAX_ELEMENTS = 65_536;

/** Decodes a command. Throws DecodeError when cut short, or when it is none. */
export function decodeCommand(reader: ByteReader): RedisCommand {
  const start = reader.offset;
  const name = (reader.peek() === STAR ? decodeArray(reader) : decodeLine(reader)).toUpperCase();
  return {
    protocol: 'redis',
    kind: 'redis command',
    side: 'client',
    name,
    start,
    end: reader.offset,
    fields: reader.takeFields(),
  };
}

/** `*2`, then each argument as `$4` and its bytes. */
function decodeArray(reader: ByteReader): string {
  const array = lineAt(reader);
  const count = countIn(array, '*', reader.offset);
  if (count < 1 || count > MAX_ELEMENTS)
    throw new DecodeError('array', reader.offset, '1 argument or more', `${count}`);
  reader.bytes(array.length, 'array');
  const words: string[] = [];
  for (let at = 0; at < count; at++) {
    const line = lineAt(reader);
    const length = countIn(line, '$', reader.offset);
    if (length < 0) throw new DecodeError('length', reader.offset, '0 or more', `${length}`);
    reader.bytes(line.length, 'length');
    const secret = secretBehind(words, count);
    const bytes =
      secret === undefined
        ? reader.bytes(length, at === 0 ? 'command' : 'argument')
        : reader.bytes(length, secret, 'secret');
    words.push(textOf(bytes));
    reader.bytes(2, 'end of argument');
  }
  return words[0] ?? '';
}

/** Words with spaces between them. */
function decodeLine(reader: ByteReader): string {
  const line = lineAt(reader);
  const pieces = line.replace(/[ \r\n]+$/, '').match(/ *[^ ]+/g) ?? [];
  const words: string[] = [];
  for (const piece of pieces) {
    const word = piece.trimStart();
    const secret = secretBehind(words, pieces.length);
    if (secret === undefined) reader.bytes(piece.length, words.length === 0 ? 'command' : 'argument');
    else {
      reader.bytes(piece.length - word.length, 'space');
      reader.bytes(word.length, secret, 'secret');
    }
    words.push(word);
  }
  reader.bytes(line.length - pieces.join('').length, 'end of line');
  return words[0] ?? '';
}

/** What the argument behind these words is, where it is a name to log in with or a password; `count` is how many words there are in all. */
function secretBehind(words: readonly string[], count: number): 'username' | 'password' | undefined {
  const [command, ...rest] = words.map((word) => word.toUpperCase());
  switch (command) {
    case 'AUTH':
      return rest.length === 0 && count > 2 ? 'username' : 'password';
    case 'HELLO':
    case 'MIGRATE':
      if (rest.at(-1) === 'AUTH2' || (rest.at(-1) === 'AUTH' && command === 'HELLO')) return 'username';
      return rest.at(-1) === 'AUTH' || /^AUTH2?$/.test(rest.at(-2) ?? '') ? 'password' : undefined;
    case 'ACL':
      return rest[0] === 'SETUSER' && rest.length > 1 ? 'password' : undefined;
    case 'CONFIG':
      return rest[0] === 'SET' && /^(REQUIREPASS|MASTERAUTH)$/.test(rest.at(-1) ?? '') ? 'password' : undefined;
    default:
      return undefined;
  }
}

/** Decodes a reply, with all that lies inside it. Throws DecodeError when cut short, or when it is none. */
export function decodeReply(reader: ByteReader): RedisReply {
  const start = reader.offset;
  const first = lineAt(reader);
  const type = first[0] as string;
  let text = first.slice(1).trimEnd();
  let lines = 0;
  for (let due = 1; due > 0; due--) {
    const line = lineAt(reader);
    const own = line[0] as string;
    if (typeName(own) === undefined) throw new DecodeError('type', reader.offset, 'that of a reply', 'something else');
    reader.bytes(1, 'type', reader.offset === start ? 'outcome' : 'volatile');
    reader.bytes(line.length - 1, 'line', reader.offset === start + 1 ? 'outcome' : 'volatile');
    lines++;
    if (isCounted(own)) {
      const counted = decodeCounted(reader, countIn(line, own, start));
      lines += counted.split('\n').length - 1;
      if (isError(type)) text = counted.trimEnd();
    } else if (ELEMENTS[own] !== undefined) due += ELEMENTS[own] * Math.max(0, countIn(line, own, start));
    if (lines > MAX_ELEMENTS) throw new DecodeError('elements', start, `at most ${MAX_ELEMENTS}`, 'more');
  }
  const end = reader.offset;
  return {
    protocol: 'redis',
    kind: 'redis reply',
    side: 'server',
    type,
    text,
    lines,
    start,
    end,
    fields: reader.takeFields(),
  };
}

/** So many bytes and a line's end; -1 is a string that is not there. */
function decodeCounted(reader: ByteReader, length: number): string {
  if (length < 0) return '';
  if (length + 2 > reader.remaining)
    throw new DecodeError('string', reader.offset, `${length + 2} bytes`, `${reader.remaining}`, true);
  return textOf(reader.bytes(length + 2, 'string', 'volatile'));
}

/** The line at the cursor, with its end, without moving. */
function lineAt(reader: ByteReader): string {
  let text = '';
  for (let at = 0; at < MAX_LINE_LENGTH; at++) {
    const byte = reader.peek(at);
    if (byte === undefined) throw new DecodeError('line', reader.offset, 'a line feed at its end', 'none', true);
    text += String.fromCharCode(byte);
    if (byte === 10) return text;
  }
  throw new DecodeError('line', reader.offset, `a line feed within ${MAX_LINE_LENGTH} bytes`, 'none');
}

/** Redis takes no longer line (PROTO_INLINE_MAX_SIZE). */
const MAX_LINE_LENGTH = 65_536;

/** The number behind a type. */
function countIn(line: string, type: string, offset: number): number {
  const digits = /^.(-?[0-9]{1,9})\r?\n$/.exec(line)?.[1];
  if (line[0] !== type || digits === undefined)
    throw new DecodeError('count', offset, `${type} and a number`, 'something else');
  return Number(digits);
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
