import { readDialogue } from '../../src/dialogue/dialogue.ts';
import { type ServerSheet, SheetFolder } from '../../src/dialogue/sheet.ts';
import { conversationsOf } from '../support/read.ts';
import { ACK, FIN, hex, PSH, RST, Talk, type WireSegment } from '../support/wire.ts';

/** The sheet of the one server that the talks are with; `causes` are their labels, in order. */
function sheetOf(talks: readonly Talk[], causes: readonly (string | undefined)[] = []): ServerSheet {
  const folder = new SheetFolder('server');
  const segments = talks.flatMap((talk, at) => onPort(talk.segments, 40_000 + at));
  conversationsOf(segments).forEach((conversation, at) => {
    folder.add(readDialogue(conversation, new Set()), causes[at], new Set());
  });
  return folder.finish();
}

export const codesOf = (talks: readonly Talk[], causes: readonly (string | undefined)[] = []): string[] =>
  sheetOf(talks, causes).quirks.map(({ code }) => code);

/** Talks of one client come from ports of their own. */
const onPort = (segments: readonly WireSegment[], port: number): WireSegment[] =>
  segments.map((segment) => ({
    ...segment,
    from: segment.from.replace(/:40000$/, `:${port}`),
    to: segment.to.replace(/:40000$/, `:${port}`),
  }));

const SECOND = 1_000_000;

/** Words for talks: who says what, as hex for SOCKS and as text for HTTP. */
export const talk = (): Talk => new Talk().handshake();
export const GREETING = hex('05 02 00 01');
/** CONNECT client3.google.test:80, by name. */
export const REQUEST = Buffer.concat([hex('05 01 00 03 13'), Buffer.from('client3.google.test'), hex('0050')]);
export const REQUEST_IPV4 = hex('05 01 00 01 c6336407 0050');
export const GRANTED = hex('05 00 00 01 cb007107 d6b4');
export const GET = 'GET /generate_204 HTTP/1.1\r\nHost: client3.google.test\r\n\r\n';
export const NO_CONTENT = 'HTTP/1.1 204 No Content\r\n\r\n';
export const PROXY_GET = 'GET http://client3.google.test/generate_204 HTTP/1.1\r\nHost: client3.google.test\r\n\r\n';
export const CONNECT = 'CONNECT client3.google.test:443 HTTP/1.1\r\nHost: client3.google.test:443\r\n\r\n';
/** CONNECT 198.51.100.7:80. */
export const SOCKS4 = hex('04 01 0050 c6336407 00');
/** CONNECT client3.google.test:80, by name. */
export const SOCKS4A = Buffer.concat([hex('04 01 0050 00000001 00'), Buffer.from('client3.google.test\0')]);
const PASSWORD = (password: string): Buffer =>
  Buffer.concat([hex('01 03'), Buffer.from('lab'), Buffer.from([password.length]), Buffer.from(password)]);

/** A handshake as servers should answer it, up to a reply of one's own. */
export const socks5 = (reply: Buffer = GRANTED, request: Buffer = REQUEST): Talk =>
  talk().client(GREETING).server(hex('0500')).client(request).server(reply);

export const socks5WithPassword = (status: Buffer, password = 'secret', methods = hex('05 01 02')): Talk =>
  talk().client(methods).server(hex('0502')).client(PASSWORD(password)).server(status);

/** Ends as servers do behind a refusal. */
export const closedByServer = (of: Talk, after = 0, flags = FIN | ACK): Talk => {
  of.segment('server', { flags, time: timeOf(of) + 100 + after * SECOND });
  return of.segment('client', { flags: FIN | ACK, time: timeOf(of) + 100 });
};
export const closedByClient = (of: Talk, after = 0): Talk => {
  of.segment('client', { flags: FIN | ACK, time: timeOf(of) + 100 + after * SECOND });
  return of.segment('server', { flags: FIN | ACK, time: timeOf(of) + 100 });
};
export const resetByServer = (of: Talk): Talk => of.segment('server', { flags: RST | ACK, time: timeOf(of) + 100 });

export const timeOf = (of: Talk): number => of.segments.at(-1)?.time ?? 0;

export { ACK, FIN, hex, PSH, Talk };
