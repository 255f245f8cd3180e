import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/bytes/reader.ts';
import type { Side } from '../../src/conversation/conversation.ts';
import { decodeCommand, decodeReply } from '../../src/protocol/redis/message.ts';
import { readRedis, recognizeRedis } from '../../src/protocol/redis/recognize.ts';

const START = { client: 0, server: 0 };
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const array = (...words: string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
const MAP = '%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nmodules\r\n*1\r\n:1\r\n';

describe('a command', () => {
  /** What of it is secret. */
  const secrets = (text: string) =>
    decodeCommand(new ByteReader(bytes(text)))
      .fields.filter(({ role }) => role === 'secret')
      .map(({ start, length }) => text.slice(start, start + length).trim());

  test.each([
    ['as a line', 'PING\r\n', 'PING'],
    ['in small letters', 'ping\n', 'PING'],
    ['with arguments', 'INFO replication\r\n', 'INFO'],
    ['as an array', array('GET', 'a b\r\nc'), 'GET'],
    ['as an array with an empty argument', array('ECHO', ''), 'ECHO'],
  ])('%s', (_name, text, name) => {
    const command = decodeCommand(new ByteReader(bytes(`${text}PING\r\n`)));
    expect(command).toMatchObject({ kind: 'redis command', side: 'client', name, start: 0, end: text.length });
  });

  test.each([
    ['AUTH s3cret\r\n', ['s3cret']],
    ['auth lab s3cret\r\n', ['lab', 's3cret']],
    [array('AUTH', 'lab', 's3cret'), ['lab', 's3cret']],
    [array('HELLO', '3', 'AUTH', 'lab', 's3cret', 'SETNAME', 'x'), ['lab', 's3cret']],
    ['CONFIG SET requirepass s3cret\r\n', ['s3cret']],
    ['CONFIG SET save x\r\n', []],
    ['ACL SETUSER lab on >s3cret\r\n', ['on', '>s3cret']],
    ['GET AUTH\r\n', []],
  ])('%j keeps its secrets', (text, expected) => expect(secrets(text)).toEqual(expected));

  test.each([array('AUTH', 'lab', 's3cret'), 'PING hello\r\n'])('%j is short wherever it is cut', (text) => {
    for (let cut = 0; cut < text.length; cut++) {
      expect(() => decodeCommand(new ByteReader(bytes(text.slice(0, cut)))), `cut at ${cut}`).toThrow(
        expect.objectContaining({ short: true }),
      );
    }
  });

  test.each(['*0\r\n', '*x\r\n', '*1\r\n+PING\r\n', '*1\r\n$-1\r\n'])('%j is none', (text) =>
    expect(() => decodeCommand(new ByteReader(bytes(text)))).toThrow(/expected/),
  );
});

describe('a reply', () => {
  test.each([
    ['+PONG\r\n', { type: '+', text: 'PONG', lines: 1 }],
    ['-NOAUTH Authentication required.\r\n', { type: '-', text: 'NOAUTH Authentication required.', lines: 1 }],
    [':1000\r\n', { type: ':', text: '1000', lines: 1 }],
    ['$-1\r\n', { type: '$', text: '-1', lines: 1 }],
    ['$0\r\n\r\n', { type: '$', lines: 2 }],
    ['$8\r\na\r\nb\r\nc\n\r\n', { type: '$', lines: 5 }],
    ['*-1\r\n', { type: '*', lines: 1 }],
    ['*2\r\n*1\r\n:1\r\n$1\r\na\r\n', { type: '*', lines: 5 }],
    [MAP, { type: '%', lines: 9 }],
    ['!21\r\nSYNTAX invalid syntax\r\n', { type: '!', text: 'SYNTAX invalid syntax', lines: 2 }],
    ['_\r\n', { type: '_', text: '', lines: 1 }],
    ['#t\r\n', { type: '#', text: 't', lines: 1 }],
  ])('%j', (text, expected) => {
    const reply = decodeReply(new ByteReader(bytes(`${text}+OK\r\n`)));
    expect(reply).toMatchObject({ kind: 'redis reply', side: 'server', start: 0, end: text.length, ...expected });
  });

  test.each(['+PONG\r\n', '$5\r\nhello\r\n', MAP])('%j is short wherever it is cut', (text) => {
    for (let cut = 0; cut < text.length; cut++) {
      expect(() => decodeReply(new ByteReader(bytes(text.slice(0, cut)))), `cut at ${cut}`).toThrow(
        expect.objectContaining({ short: true }),
      );
    }
  });

  test.each(['HTTP/1.1 400 Bad Request\r\n', '$x\r\n', '*1\r\n?\r\n'])('%j is none', (text) =>
    expect(() => decodeReply(new ByteReader(bytes(text)))).toThrow(/expected/),
  );
});

describe('a conversation', () => {
  const read = (client: string, server: string, first: Side = 'client') => {
    const streams = { client: bytes(client), server: bytes(server) };
    if (!recognizeRedis(streams, START, first)) return undefined;
    const { messages, outcome } = readRedis(streams, START, first);
    return { kinds: messages.map((each) => ('name' in each ? each.name : each.type)), outcome };
  };

  test.each([
    ['of one command', 'PING\r\n', '+PONG\r\n', ['PING', '+'], { kind: 'ready', title: 'Redis PONG' }],
    ['behind a login', 'AUTH x\r\nPING\r\n', '+OK\r\n+PONG\r\n', ['AUTH', '+', 'PING', '+'], { kind: 'ready' }],
    ['that is nothing but a login', 'AUTH x\r\n', '+OK\r\n', ['AUTH', '+'], { kind: 'ready', title: 'Redis OK' }],
    [
      'of several commands ends with the first',
      'INFO\r\nQUIT\r\n',
      '$1\r\na\r\n+OK\r\n',
      ['INFO', '$'],
      { title: 'Redis string' },
    ],
    [
      'that is refused',
      'PING\r\n',
      '-NOAUTH Authentication required.\r\n',
      ['PING', '-'],
      { kind: 'refused', reason: 'NOAUTH Authentication required.' },
    ],
    [
      'whose login is refused',
      'AUTH x\r\nPING\r\n',
      '-WRONGPASS x\r\n-NOAUTH\r\n',
      ['AUTH', '-'],
      { reason: 'WRONGPASS x' },
    ],
    [
      'whose client says what old servers do not know',
      `${array('CLIENT', 'SETINFO', 'LIB-NAME', 'x')}PING\r\n`,
      '-ERR unknown\r\n+PONG\r\n',
      ['CLIENT', '-', 'PING', '+'],
      { kind: 'ready' },
    ],
    ['that waits', array('PING'), '', ['PING'], { kind: 'unfinished', side: 'server', awaited: 'whole Redis reply' }],
    ['that is cut', 'AUTH x\r\nPIN', '+OK\r\n', ['AUTH', '+'], { kind: 'unfinished', side: 'client' }],
    ['with something else', array('PING'), 'HTTP/1.1 400\r\n', ['PING'], { kind: 'unreadable' }],
  ])('%s', (_name, client, server, kinds, outcome) => expect(read(client, server)).toMatchObject({ kinds, outcome }));

  test('with a server that turns its client away', () => {
    expect(read('', '-DENIED Redis is running in protected mode\r\n', 'server')?.outcome).toMatchObject({
      kind: 'refused',
    });
    expect(read('PING\r\n', '-ERR max number of clients reached\r\n', 'server')?.outcome).toMatchObject({
      reason: 'ERR max number of clients reached',
    });
  });

  test.each<[name: string, client: string, server: string, first: Side]>([
    ['a line that is not answered so', 'PING\r\n', 'PONG\r\n', 'client'],
    ['a line that is not answered', 'PING\r\n', '', 'client'],
    ['a line of another protocol', 'QUIT\r\n', '+OK\r\n', 'client'],
    ['a greeting of POP3', 'AUTH\r\n', '+OK\r\n', 'server'],
    ['a refusal of POP3', '', '-ERR try later\r\n', 'server'],
    ['stars', '*** hello ***\r\n', '+\r\n', 'client'],
  ])('%s is none', (_name, client, server, first) => expect(read(client, server, first)).toBeUndefined());

  test('is read to an outcome, whatever both sides say', () => {
    const pieces = fc.constantFrom(
      'PING\r\n',
      array('AUTH', 'x'),
      '*1\r\n',
      '$3\r\n',
      'abc\r\n',
      '+OK\r\n',
      '-ERR\r\n',
      '%1\r\n',
      ':1\r\n',
      '\n',
      '*99999\r\n',
    );
    const said = fc.array(pieces, { maxLength: 8 }).map((each) => each.join(''));
    fc.assert(
      fc.property(said, said, fc.constantFrom<Side>('client', 'server'), (client, server, first) => {
        const { messages, outcome } = readRedis({ client: bytes(client), server: bytes(server) }, START, first);
        expect(outcome.kind).toMatch(/ready|refused|unfinished|unreadable/);
        for (const { start, end, fields } of messages)
          expect(fields.reduce((at, field) => (field.start === at ? at + field.length : Number.NaN), start)).toBe(end);
      }),
      { numRuns: 2000 },
    );
  });
});
