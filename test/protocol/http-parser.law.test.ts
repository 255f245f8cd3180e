import fc from 'fast-check';
import { HTTPParser } from 'http-parser-js';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/bytes/reader.ts';
import { readDialogue } from '../../src/dialogue/dialogue.ts';
import { decodeRequest, decodeResponse, type HttpRequest, type HttpResponse } from '../../src/protocol/http/message.ts';
import { conversationsIn } from '../support/derive.ts';
import { CASES } from '../support/fixtures.ts';

// Its default is 7 bits a character.
HTTPParser.encoding = 'latin1';

/** What a head says, in the words of http-parser-js. */
interface Head {
  readonly line: string;
  readonly headers: readonly string[];
  /** Where the message ends, if it does. */
  readonly end: number | undefined;
}

function parsed(bytes: Buffer, kind: 'request' | 'response', bodiless = false): Head {
  const parser = new HTTPParser(kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE);
  let head: Omit<Head, 'end'> | undefined;
  let end: number | undefined;
  parser[HTTPParser.kOnHeadersComplete] = (info) => {
    const { versionMajor, versionMinor, method, url, statusCode, statusMessage, headers } = info;
    const version = `HTTP/${versionMajor}.${versionMinor}`;
    const line =
      kind === 'request'
        ? `${HTTPParser.methods[method]} ${url} ${version}`
        : `${version} ${statusCode} ${statusMessage}`;
    head = { line, headers: [...headers] };
    return (bodiless ? 1 : 0) as 0;
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    end ??= (parser as unknown as { offset: number }).offset;
  };
  const result: unknown = parser.execute(bytes);
  if (head === undefined) throw new Error(`http-parser-js: ${String(result)}`);
  return { ...head, end };
}

type HeadMessage = HttpRequest | HttpResponse;

function decoded(message: HeadMessage): Head {
  const { version, headers, complete, end, start } = message;
  const line =
    message.kind === 'request'
      ? `${message.method} ${message.target} ${version}`
      : `${version} ${message.status} ${message.phrase}`;
  return {
    line,
    headers: headers.flatMap(({ name, value }) => [name, value]),
    end: complete ? end - start : undefined,
  };
}

const decode = (bytes: Buffer, kind: 'request' | 'response'): HeadMessage =>
  kind === 'request'
    ? decodeRequest(new ByteReader(bytes), bytes)
    : decodeResponse(new ByteReader(bytes), bytes, () => false);

describe('every HTTP head in the fixtures reads as http-parser-js reads it', () => {
  let heads = 0;
  test.each(CASES)('$name', async ({ capture }) => {
    for (const conversation of await conversationsIn(capture)) {
      const { layers } = readDialogue(conversation, new Set());
      for (const [message, outcome] of layers.flatMap(({ messages, outcome }) =>
        messages.map((each) => [each, outcome] as const),
      )) {
        if (message.protocol !== 'http' || message.kind === 'empty lines' || message.headEnd === undefined) continue;
        // That a tunnel begins behind it, and no body, is not written in a response: the parser has to be told.
        const opens =
          message.kind === 'response' && outcome.kind === 'granted' && outcome.tunnel.server === message.end;
        const bytes = Buffer.from(conversation[message.side].bytes.bytes.subarray(message.start, message.end));
        expect(decoded(message)).toEqual(parsed(bytes, message.kind, opens));
        heads++;
      }
    }
  });
  test('and there are heads in them', () => expect(heads).toBeGreaterThan(100));
});

// Bytes that a value may hold (RFC 9110 §5.5): visible ASCII, white space and what is beyond ASCII.
const characters = (from: string) => fc.constantFrom(...from);
const VISIBLE = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at)).join('');
const BEYOND = Array.from({ length: 128 }, (_, at) => String.fromCharCode(0x80 + at)).join('');
const TOKEN = VISIBLE.replace(/["(),/:;<=>?@[\\\]{}]/g, '');
const text = (from: string, maxLength: number, minLength = 0) =>
  fc.string({ unit: characters(from), minLength, maxLength });
const lineEnd = fc.constantFrom('\r\n', '\n');
const space = text(' \t', 2);
const piece = text(`${VISIBLE}${BEYOND} \t`, 12).map((value) => value.replace(/^[ \t]+|[ \t]+$/g, ''));

// Names that frame the message are drawn too, with values that mean something.
const framing = fc.constantFrom('Content-Length: 3', 'Transfer-Encoding: chunked', 'Connection: close', 'Upgrade: x');
const header = fc.oneof(
  { weight: 1, arbitrary: fc.tuple(framing, lineEnd).map((each) => each.join('')) },
  { weight: 1, arbitrary: fc.tuple(text(VISIBLE.replace(':', ''), 6), lineEnd).map((each) => each.join('')) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        text(TOKEN, 8, 1),
        space,
        piece,
        space,
        lineEnd,
        fc.array(fc.tuple(text(' \t', 2, 1), piece, space, lineEnd), { maxLength: 2 }),
      )
      .map(
        ([name, before, value, after, end, folds]) => `${name}:${before}${value}${after}${end}${folds.flat().join('')}`,
      ),
  },
);
// An empty line would be the end of the head, and a second Content-Length is refused there.
const headers = fc
  .array(
    header.filter((line) => line.trim() !== ''),
    { maxLength: 8 },
  )
  .filter((lines) => lines.filter((line) => line.startsWith('Content-Length')).length <= 1)
  .map((lines) => lines.join(''));
const version = fc.constantFrom('HTTP/1.0', 'HTTP/1.1');
const rest = fc.constantFrom('', 'abc', 'abcdef', '3\r\nabc\r\n0\r\n\r\n', '0\r\n\r\nGET');

const requests = fc
  .tuple(
    fc.constantFrom('GET', 'POST', 'M-SEARCH', 'OPTIONS'),
    text(VISIBLE + BEYOND, 20, 1).filter((target) => !target.includes('@')),
    version,
    lineEnd,
    headers,
    lineEnd,
    rest,
  )
  .map(([method, target, http, end, head, blank, body]) => `${method} ${target} ${http}${end}${head}${blank}${body}`);
const responses = fc
  .tuple(version, fc.integer({ min: 100, max: 599 }), piece, lineEnd, headers, lineEnd, rest)
  .map(([http, status, phrase, end, head, blank, body]) => `${http} ${status} ${phrase}${end}${head}${blank}${body}`);

test('every request head reads as http-parser-js reads it', () => {
  fc.assert(
    fc.property(requests, (text) => agree(text, 'request')),
    { numRuns: 500 },
  );
});

test('every response head reads as http-parser-js reads it', () => {
  fc.assert(
    fc.property(responses, (text) => agree(text, 'response')),
    { numRuns: 500 },
  );
});

// Line ends in odd places, names that frame with space around them, methods that nobody knows.
const odd = fc
  .tuple(
    fc.constantFrom(
      'GET / HTTP/1.1',
      'BREW / HTTP/1.1',
      'HTTP/1.1 200 OK',
      'HTTP/1.0 204',
      'HTTP/1.1 099 x',
      'HTTP/1.1 101',
    ),
    lineEnd,
    fc.array(
      fc.constantFrom(
        'a: b',
        'a',
        '\r',
        '\n',
        '\r\n',
        ' ',
        '\t',
        ':',
        'Content-Length',
        'transfer-encoding: chunked',
        '3',
        'é',
      ),
      { maxLength: 12 },
    ),
    lineEnd,
    lineEnd,
    rest,
  )
  .map((parts) => parts.flat().join(''));

test.each(['request', 'response'] as const)('whatever a %s holds, it ends where http-parser-js ends it', (kind) => {
  fc.assert(
    fc.property(odd, fc.boolean(), (text, bodiless) => {
      const bytes = Buffer.from(text, 'latin1');
      fc.pre(text.startsWith('HTTP') === (kind === 'response'));
      const message =
        kind === 'request'
          ? decodeRequest(new ByteReader(bytes), bytes)
          : decodeResponse(new ByteReader(bytes), bytes, () => bodiless);
      if (message.headEnd === undefined) return;
      const end = endOf(bytes, kind, kind === 'response' && bodiless);
      expect(message.complete).toBe(end !== undefined);
      expect(message.end).toBe(Math.max(message.headEnd, end ?? bytes.length));
    }),
    { numRuns: 2000 },
  );
});

/** Where http-parser-js sees the end, if it does. */
function endOf(bytes: Buffer, kind: 'request' | 'response', bodiless: boolean): number | undefined {
  const parser = new HTTPParser(kind === 'request' ? HTTPParser.REQUEST : HTTPParser.RESPONSE);
  let end: number | undefined;
  parser[HTTPParser.kOnHeadersComplete] = () => (bodiless ? 1 : 0) as 0;
  parser[HTTPParser.kOnMessageComplete] = () => {
    end ??= (parser as unknown as { offset: number }).offset;
  };
  parser.execute(bytes);
  return end;
}

function agree(text: string, kind: 'request' | 'response'): void {
  const bytes = Buffer.from(text, 'latin1');
  expect(decoded(decode(bytes, kind))).toEqual(parsed(bytes, kind));
}
