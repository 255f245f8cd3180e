import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../src/analyze.ts';
import { wordsOn } from '../src/emit/words.ts';
import { ACK, FIN, framesOf, hex, pcapFile, Talk } from './support/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let port = 40_000;
const start = (server = '10.0.0.2:7000') => new Talk({ client: `10.0.0.1:${port++}`, server }).handshake();
const hungUp = (talk: Talk): Talk =>
  talk
    .segment('server', { flags: FIN | ACK })
    .segment('client', { flags: FIN | ACK })
    .segment('server');

/** What is said of checks and of what was left out. */
async function toldOf(talks: readonly Talk[]) {
  const path = join(folder, 'a.pcap');
  writeFileSync(path, pcapFile(talks.flatMap(({ segments }) => framesOf(segments))));
  const analysis = await analyze({ paths: [path] });
  const words = wordsOn(analysis, { stream: undefined, artifact: 'script' }).map(({ text }) => text);
  return {
    checks: analysis.checks.map(({ sampleCount, samples }) => [sampleCount, samples.map(({ stream }) => stream)]),
    leftOut: words.filter((text) => text.startsWith('left out')),
    lookalikes: words.filter((text) => text.includes('for a success too')),
  };
}

const CONNECT = 'CONNECT a.b:80 HTTP/1.1\r\nHost: a.b:80\r\n\r\n';
const OPENED = 'HTTP/1.1 200 Connection established\r\n\r\n';
const DEMAND = 'HTTP/1.1 401 Who\r\nSet-Cookie: sid=Zk4p0QxR7sBw\r\nContent-Length: 0\r\n\r\n';
const get = (header = '') => `GET / HTTP/1.1\r\nHost: a.b\r\n${header}\r\n`;
/** A tunnel in which a request is made again with what the first answer said. */
const withCookie = (status: string) =>
  start('10.0.0.2:3128')
    .client(CONNECT)
    .server(OPENED)
    .client(get())
    .server(DEMAND)
    .client(get('Authorization: Basic dTpw\r\nCookie: sid=Zk4p0QxR7sBw\r\n'))
    .server(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`)
    .close();

describe('a check that cannot tell good from bad says so', () => {
  test('where it ends before what the bad one was refused for', async () => {
    const { checks, lookalikes } = await toldOf([withCookie('204 No Content'), withCookie('403 Forbidden')]);
    expect(checks).toEqual([[1, [0]]]);
    expect(lookalikes).toEqual([
      'tcp.stream 0: the check would take tcp.stream 1 for a success too (opened, but HTTP 403, frame 32)',
    ]);
  });

  test('not where something else was asked', async () => {
    const other = withCookie('403 Forbidden');
    const elsewhere = start('10.0.0.2:3128')
      .client(CONNECT.replaceAll('a.b', 'c.d'))
      .server(OPENED)
      .client(get())
      .server('HTTP/1.1 502 Bad\r\n\r\n')
      .close();
    expect((await toldOf([withCookie('204 No Content'), elsewhere])).lookalikes).toEqual([]);
    expect((await toldOf([withCookie('204 No Content'), other, elsewhere])).lookalikes).toHaveLength(1);
  });

  test('nor where each reply tells', async () => {
    const socks = (code: string) => {
      const talk = start('10.0.0.2:1080')
        .client(hex('05 01 00'))
        .server(hex('05 00'))
        .client(hex('05 01 00 03 03 612e62 0050'));
      return code === '00'
        ? talk.server(hex('05 00 00 01 00000000 0000')).client(get()).server('HTTP/1.1 204 No\r\n\r\n').close()
        : hungUp(talk.server(hex(`05 ${code} 00 01 00000000 0000`)));
    };
    const { checks, leftOut, lookalikes } = await toldOf([socks('00'), socks('05'), socks('01')]);
    expect(checks).toHaveLength(1);
    expect(leftOut).toHaveLength(2);
    expect(lookalikes).toEqual([]);
  });

  test('of dialogues that failed alike the first three are tried', async () => {
    const many = Array.from({ length: 6 }, () => withCookie('403 Forbidden'));
    const { lookalikes } = await toldOf([withCookie('204 No Content'), ...many]);
    expect(lookalikes.map((text) => /take tcp\.stream (\d+)/.exec(text)?.[1])).toEqual(['1', '2', '3']);
  });
});

describe('in an unknown protocol a server that hangs up where like dialogues go on refused them', () => {
  const good = () => start().client('PING\n').server('hello 1\n').client('STAT\n').server('up\n').close();
  const refused = (reply: string) => hungUp(start().client('PING\n').server(reply));

  test('they are left out, and the check stands on the others', async () => {
    const { checks, leftOut, lookalikes } = await toldOf([good(), refused('hello 1\n'), good()]);
    expect(checks).toEqual([[2, [0, 2]]]);
    expect(leftOut).toEqual([
      'left out: tcp.stream 1 (10.0.0.2:7000): the server ended the connection, where like dialogues went on, frame 22; say --stream 1 to take it',
    ]);
    expect(lookalikes).toEqual([]);
  });

  test('and it is said where the check would take them for good', async () => {
    const asks = () => start().client('PING\n').server('hello 1\n').close();
    const { checks, lookalikes } = await toldOf([asks(), asks(), refused('hello 1\n')]);
    expect(checks).toEqual([[2, [0, 1]]]);
    expect(lookalikes).toEqual([
      'tcp.stream 0: the check would take tcp.stream 2 for a success too (the server ended the connection, where like dialogues went on, frame 28)',
    ]);
  });

  test('so did one that answers otherwise than it answers most', async () => {
    const asks = (reply: string) => start().client('AUTH x\n').server(reply).close();
    const { checks, leftOut, lookalikes } = await toldOf([
      asks('ERR denied\n'),
      asks('OK welcome\n'),
      asks('OK welcome\n'),
    ]);
    expect(checks).toEqual([[2, [1, 2]]]);
    expect(leftOut).toEqual([
      'left out: tcp.stream 0 (10.0.0.2:7000): the server answered otherwise than in most like dialogues, frame 6; say --stream 0 to take it',
    ]);
    expect(lookalikes).toEqual([]);
  });

  test('but not where there is no telling which is right', async () => {
    const asks = (reply: string) => start().client('AUTH x\n').server(reply).close();
    const even = await toldOf([asks('ERR denied\n'), asks('OK welcome\n')]);
    expect(even.checks).toEqual([[2, [0, 1]]]);
    const tokens = await toldOf([asks('3f9c\n'), asks('a07b\n'), asks('31d2\n')]);
    expect(tokens.checks).toEqual([[3, [0, 1, 2]]]);
    const binary = await toldOf([asks('\x01\xff\x00'), asks('\x01\xff\x00'), asks('\x02\xff\x00')]);
    expect(binary.checks).toEqual([[3, [0, 1, 2]]]);
  });

  test('nor where the server ends most of them', async () => {
    const { checks, leftOut } = await toldOf([
      refused('hello 1\n'),
      refused('hello 1\n'),
      start().client('PING\n').server('hello 1\n').close(),
    ]);
    expect(checks).toEqual([[3, [0, 1, 2]]]);
    expect(leftOut).toEqual([]);
  });

  test('nor where the client asked for that', async () => {
    const quits = hungUp(start().client('PING\n').server('hello 1\n').client('QUIT\n').server('bye\n'));
    const { checks } = await toldOf([good(), quits, good()]);
    expect(checks).toEqual([[3, [0, 1, 2]]]);
  });
});

test('what was left out for its direct way says so, and what is not recognized that', async () => {
  const proxied = start('10.0.0.2:3128')
    .client('GET http://a.b/ HTTP/1.1\r\nHost: a.b\r\n\r\n')
    .server('HTTP/1.1 204 No\r\n\r\n')
    .close();
  const direct = start('10.0.0.3:80').client(get()).server('HTTP/1.1 204 No\r\n\r\n').close();
  const unknown = start('10.0.0.4:7000').client('PING\n').server('PONG\n').close();
  const { checks, leftOut } = await toldOf([proxied, direct, unknown]);
  expect(checks).toEqual([[1, [0]]]);
  expect(leftOut).toEqual([
    'left out: tcp.stream 1 (10.0.0.3:80): goes to the origin without a proxy, and others go through one; say --stream 1 to take it',
    'left out: tcp.stream 2 (10.0.0.4:7000): no protocol is recognized, and others go through a proxy; say --stream 2 to take it',
  ]);
});
