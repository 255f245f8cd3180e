import { ByteReader } from '../../bytes/reader.ts';
import type { MessageSpan } from '../layer.ts';
import type { BannerProtocol } from './codes.ts';

/** A line that a client says to a server that has greeted: read for what of it is secret. */
export interface Command extends MessageSpan {
  readonly protocol: BannerProtocol;
  readonly kind: 'command';
  /** Its first word, in IMAP the second, in capitals. */
  readonly name: string;
}

/** Commands that log in: all that stands behind them is secret (RFC 959, 1939, 2980, 3501, 4954, 5804). */
const LOGIN: ReadonlySet<string> = new Set([
  'USER',
  'PASS',
  'ACCT',
  'APOP',
  'AUTH',
  'AUTHENTICATE',
  'LOGIN',
  'AUTHINFO',
]);
/** Of these lines more may follow, which have no name: a response of SASL, a literal of IMAP. */
const CONVERSING: ReadonlySet<string> = new Set(['AUTH', 'AUTHENTICATE', 'LOGIN', 'AUTHINFO']);
/** What follows is no command: a message, or TLS. */
const LAST: ReadonlySet<string> = new Set(['DATA', 'STARTTLS', 'STLS', 'POST', 'IHAVE']);
/** Protocols whose clients speak in lines. */
const IN_LINES: ReadonlySet<BannerProtocol> = new Set([
  'smtp',
  'lmtp',
  'ftp',
  'nntp',
  'pop3',
  'imap',
  'sieve',
  'greeting',
]);

/** Commands of one word, which no response in base64 is taken for. */
const ALONE: ReadonlySet<string> = new Set(
  [
    'QUIT',
    'NOOP',
    'RSET',
    'HELP',
    'CAPA',
    'STAT',
    'LIST',
    'UIDL',
    'FEAT',
    'SYST',
    'PWD',
    'PASV',
    'EPSV',
    'DATE',
    'DATA',
  ].concat(['STARTTLS', 'STLS', 'CAPABILITY', 'CAPABILITIES', 'LOGOUT', 'HAVESPACE', 'LISTSCRIPTS', 'UNAUTHENTICATE']),
);

/** The last one may be cut. */
const LINE = /^[^\n\0]+(?:\n|$)|^\n/;
const NAMED = /^([A-Za-z]{3,14})(?=[ \r\n]|$)/;
/** In IMAP a tag stands before the command. */
const TAGGED = /^[^ ]+ ([A-Za-z]{2,14})(?=[ \r\n]|$)/;
/** The next line is a value of its own. */
const LITERAL = /\{[0-9]+\+?\}\r?\n$/;
/** No line of these protocols is longer (RFC 2595, RFC 4954 §4). */
const MAX_LINE_LENGTH = 12_288;

/** The commands that a client says, up to the first bytes that are none. */
export function decodeCommands(client: Uint8Array, at: number, protocol: BannerProtocol): Command[] {
  if (!IN_LINES.has(protocol)) return [];
  const reader = new ByteReader(client, at);
  const commands: Command[] = [];
  let before = '';
  let conversing = false;
  for (;;) {
    const start = reader.offset;
    const text = Buffer.from(client.subarray(start, start + MAX_LINE_LENGTH)).toString('latin1');
    const line = LINE.exec(text)?.[0];
    if (line === undefined) return commands;
    const name = nameIn(line, before, protocol === 'imap', conversing);
    if (name === undefined && !conversing) return commands;
    takeFields(reader, line, name);
    const own = { name: name?.toUpperCase() ?? 'credentials', start, end: reader.offset, fields: reader.takeFields() };
    commands.push({ protocol, kind: 'command', side: 'client', ...own });
    if (name !== undefined) conversing = CONVERSING.has(own.name);
    if (LAST.has(own.name)) return commands;
    before = line;
  }
}

/** The command that a line holds; undefined for a response or a literal, which follow a command that logs in. */
function nameIn(line: string, before: string, tagged: boolean, conversing: boolean): string | undefined {
  const name = (tagged ? TAGGED : NAMED).exec(line)?.[1];
  if (!conversing || name === undefined) return name;
  if (LITERAL.test(before)) return undefined;
  return name.length === line.trimEnd().length && !ALONE.has(name.toUpperCase()) ? undefined : name;
}

function takeFields(reader: ByteReader, line: string, name: string | undefined): void {
  const content = line.replace(/\r?\n$/, '').length;
  const command = name === undefined ? 0 : line.indexOf(name) + name.length;
  const secret = name === undefined || LOGIN.has(name.toUpperCase());
  reader.bytes(command, 'command');
  reader.bytes(content - command, secret ? 'credentials' : 'arguments', secret ? 'secret' : 'fixed');
  reader.bytes(line.length - content, 'end of line');
}
