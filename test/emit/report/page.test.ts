import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { emitReport } from '../../../src/emit/report/page.ts';
import { CASES } from '../../support/fixtures.ts';
import { type Markup, readMarkup } from '../../support/markup.ts';
import { dialoguesIn, reportInput, reportOf } from '../../support/report.ts';
import { framesOf, hex, pcapFile, Talk, type WireSegment } from '../../support/wire.ts';

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A capture of its own. */
function captureOf(...segments: readonly (readonly WireSegment[])[]): string {
  const path = join(folder, 'capture.pcap');
  writeFileSync(path, pcapFile(framesOf(segments.flat())));
  return path;
}

const LIMIT = 200_000;

/** What is wrong with a page that a browser would let pass. */
function faultsOf({ elements }: Markup): string[] {
  const ids = elements.flatMap(({ attributes: { id } }) => (id === undefined ? [] : [id]));
  const targets = elements.flatMap(({ attributes: { href } }) => (href?.startsWith('#') ? [href.slice(1)] : []));
  const named = elements.flatMap(({ attributes }) => (attributes['aria-labelledby'] ?? '').split(' ').filter(Boolean));
  const levels = elements.flatMap(({ name }) => (/^h[1-6]$/.test(name) ? [Number(name[1])] : []));
  return [
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id} stands twice`),
    ...[...targets, ...named].filter((id) => !ids.includes(id)).map((id) => `there is no ${id}`),
    ...levels.filter((level, at) => level > (levels[at - 1] ?? 0) + 1).map((level) => `h${level} behind a higher one`),
    ...elements.filter(({ attributes }) => 'style' in attributes).map(({ name }) => `${name} has a style of its own`),
    ...elements
      .filter(
        ({ attributes: { href, src } }) => src !== undefined || (href !== undefined && !/^(#|data:,$)/.test(href)),
      )
      .map(({ name }) => `${name} asks for something`),
  ];
}

describe.each(CASES)('$name', ({ capture, folder: home }) => {
  test('is a page without faults, small, the same each time, and names every frame that carried something', async () => {
    const page = await reportOf(capture);
    expect(await reportOf(capture)).toBe(page);
    expect(Buffer.byteLength(page)).toBeLessThan(LIMIT);
    const markup = readMarkup(page);
    expect(faultsOf(markup)).toEqual([]);
    const { alike } = await reportInput({ paths: [capture], proof: false });
    for (const { dialogues } of alike) {
      const { client, server } = (dialogues[0] as (typeof dialogues)[number]).conversation;
      for (const { frame } of [...client.bytes.runs, ...server.bytes.runs])
        expect(markup.text).toMatch(new RegExp(`frame ${frame}\\b`));
    }
    expect(alike.reduce((sum, { count }) => sum + count, 0)).toBe((await dialoguesIn(capture)).length);
  });

  test('is as good when it is made of the fixture', async () => {
    const { inputsOf } = await import('../../../src/cli/inputs.ts');
    const { fixtures } = await inputsOf([join(home, 'fixture.json')]);
    const markup = readMarkup(emitReport(await reportInput({ paths: [], fixtures })));
    expect(faultsOf(markup)).toEqual([]);
    expect(markup.elements.some(({ name }) => name === 'svg')).toBe(true);
  });
});

const HOSTILE = '<script>alert(1)</script></style></title>]]>\u202e"\'><img src=x onerror=alert(2)>&lt;<!--';

describe('hostile bytes', () => {
  test('are text wherever they stand: a banner, a header, a name, a request', async () => {
    const banner = new Talk({ client: '10.0.0.1:40001' }).handshake().server(`220 ${HOSTILE} ESMTP\r\n`).close();
    const http = new Talk({ client: '10.0.0.1:40002' })
      .handshake()
      .client(`GET http://a/${HOSTILE.replaceAll(' ', '')} HTTP/1.1\r\nHost: ${HOSTILE}\r\n\r\n`)
      .server(`HTTP/1.1 200 ${HOSTILE}\r\n${HOSTILE}: a\r\nX: \0\xff\r\n\r\n${HOSTILE}`)
      .close();
    const name = Buffer.from(HOSTILE, 'latin1');
    const socks = new Talk({ client: '10.0.0.1:40003' })
      .handshake()
      .client(hex('05 01 00'))
      .server(hex('05 00'))
      .client(Buffer.concat([hex('05 01 00 03'), Buffer.from([name.length]), name, hex('0050')]))
      .server(hex('05 05 00 01 00000000 0000'))
      .close();
    const page = await reportOf(captureOf(banner.segments, http.segments, socks.segments));
    const markup = readMarkup(page);
    expect(faultsOf(markup)).toEqual([]);
    expect(markup.elements.map((element) => element.name)).not.toContain('img');
    expect(page.match(/<script>/g)).toHaveLength(1);
    expect(page).not.toContain('\u202e');
    expect(markup.text).toContain('<script>alert(1)</script>');
  });

  test('a banner of 64 KiB is shown by its ends, and what is left out is said', async () => {
    const talk = new Talk()
      .handshake()
      .server(`\x01${'<b>\0'.repeat(16_000)}`, 1400)
      .close();
    const page = await reportOf(captureOf(talk.segments));
    expect(Buffer.byteLength(page)).toBeLessThan(LIMIT);
    expect(readMarkup(page).text).toMatch(/6[0-9]{4} bytes left out here, from offset 384 to 6[0-9]{4}/);
  });
});

test('of a long dialogue some messages are shown, and how many are left out is said', async () => {
  const talk = new Talk().handshake();
  for (let at = 0; at < 60; at++) talk.client(`\x01${at}`).server(`\x02${at}`);
  const markup = readMarkup(await reportOf(captureOf(talk.close().segments)));
  expect(faultsOf(markup)).toEqual([]);
  expect(markup.text).toContain('80 more messages left out here');
  expect(markup.text).toMatch(/7[0-9] more events left out here/);
});

test('names, requests and phrases of any length make no long page', async () => {
  const long = 'a'.repeat(50_000);
  const head = Array.from({ length: 300 }, (_, at) => `X-${at}-${'b'.repeat(100)}: c\r\n`).join('');
  const talk = new Talk()
    .handshake()
    .client(`GET http://${long}/ HTTP/1.1\r\nHost: ${long.slice(0, 5000)}\r\n\r\n`, 1400)
    .server(`HTTP/1.1 502 ${long}\r\n\r\n`, 1400)
    .close();
  const other = new Talk({ client: '10.0.0.1:40001' })
    .handshake()
    .client('GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n')
    .server(`HTTP/1.1 204 ${long.slice(0, 5000)}\r\n${head}\r\n`, 1400)
    .close();
  const page = await reportOf(captureOf(talk.segments, other.segments));
  expect(faultsOf(readMarkup(page))).toEqual([]);
  expect(Buffer.byteLength(page)).toBeLessThan(LIMIT);
});

describe('a capture of many dialogues', () => {
  test('of one kind shows some of them over each other, and says how many there are', async () => {
    const talks = Array.from({ length: 300 }, (_, at) =>
      new Talk({ client: `10.0.0.1:${20_000 + at}` })
        .handshake()
        .client('GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n')
        .server('HTTP/1.1 204 No Content\r\n\r\n')
        .close(),
    );
    const page = await reportOf(captureOf(...talks.map(({ segments }) => segments)));
    expect(Buffer.byteLength(page)).toBeLessThan(LIMIT);
    expect(readMarkup(page).text).toContain(
      '300 alike, of which the first 6 are laid over each other: tcp.stream 0, 1',
    );
  });

  test('of many kinds shows some of them, of failures too, and says how many are left out', async () => {
    const talks = Array.from({ length: 300 }, (_, at) =>
      new Talk({ client: `10.0.0.1:${20_000 + at}` })
        .handshake()
        .client(`GET http://a/${at} HTTP/1.1\r\nHost: a\r\n\r\n`)
        .server(`HTTP/1.1 ${at % 2 === 0 ? '204 No Content' : '404 Not Found'}\r\n\r\n`)
        .close(),
    );
    const page = await reportOf(captureOf(...talks.map(({ segments }) => segments)));
    expect(Buffer.byteLength(page)).toBeLessThan(4 * LIMIT);
    const { text } = readMarkup(page);
    expect(text).toContain('280 dialogues of other kinds left out here');
    expect(text).toContain('138 more checks are left out here');
    expect(text).toMatch(/more rows left out here/);
  });
});

describe('secrets', () => {
  const TOKEN = 'Zt8a81bQ00';
  const asking = () =>
    new Talk()
      .handshake()
      .client(`GET http://a/?token=${TOKEN}&a=b HTTP/1.1\r\nHost: a\r\nReferer: http://a/${TOKEN}\r\n\r\n`)
      .server(`HTTP/1.1 204 No Content\r\nLocation: /?token=${TOKEN}\r\n\r\n`)
      .close();
  const spellings = [TOKEN, Buffer.from(TOKEN).toString('hex')];
  const bare = (page: string) => readMarkup(page).text.replace(/\s/g, '');

  test('a token of a query is masked in bytes and script, which says so', async () => {
    const page = bare(await reportOf(captureOf(asking().segments)));
    for (const spelling of spellings) expect(page).not.toContain(spelling);
    expect(page).toContain('standsxxxx:putitback');
    expect(page).toContain('/?token=xxxxxxxxxx&a=b');
  });

  test('with --keep-secrets it stands there', async () => {
    const input = await reportInput({ paths: [captureOf(asking().segments)] }, { keepSecrets: true });
    for (const spelling of spellings) expect(bare(emitReport(input))).toContain(spelling);
  });

  test('half a password, which no message accounts for, is not shown', async () => {
    const talk = new Talk()
      .handshake()
      .client(hex('05 01 02'))
      .server(hex('05 02'))
      .client(Buffer.concat([hex('01 06'), Buffer.from('u7Qd2x'), hex('20'), Buffer.from('Zt8a81bQ00')]));
    const page = bare(await reportOf(captureOf(talk.segments)));
    for (const spelling of [...spellings, 'u7Qd2x']) expect(page).not.toContain(spelling);
  });
});
