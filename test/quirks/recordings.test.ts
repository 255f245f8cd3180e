import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { analyze } from '../../src/analyze.ts';
import { type Label, SheetCollector } from '../../src/dialogue/sheets.ts';
import { CASES, captureOf, FIXTURES } from '../support/fixtures.ts';
import { RECORDED } from './recordings.ts';

/** The sheets that captures give; a capture may be labeled. */
async function sheetsOf(captures: readonly string[], labels: readonly Label[] = []) {
  const collector = new SheetCollector(100, new Set());
  await analyze({
    paths: captures,
    proof: false,
    onDialogue: (dialogue, input) => collector.add(dialogue, labels[input]),
  });
  return collector.finish().sheets;
}

const quirksOf = async (...args: Parameters<typeof sheetsOf>): Promise<string[]> =>
  (await sheetsOf(...args)).flatMap(({ quirks }) =>
    quirks.map(({ code, dialogues, of }) => `${code} ${dialogues}/${of}`),
  );

/** Recordings of these servers were made in one go, and are all known. */
const KNOWN_SERVERS = /^(microsocks|dante|squid|tinyproxy)\b/;

describe('each recording shows all quirks that its server is known for, and no others', () => {
  test.each(CASES.filter(({ name }) => name in RECORDED))('$name', async ({ name, capture }) => {
    expect((await quirksOf([capture])).sort()).toEqual([...(RECORDED[name] ?? [])].sort());
  });
});

test('every case that is named is there', () => {
  const names = new Set(CASES.map(({ name }) => name));
  expect(Object.keys(RECORDED).filter((name) => !names.has(name))).toEqual([]);
  expect(Object.keys(RECORDED).length).toBeGreaterThanOrEqual(112);
  for (const name of Object.keys(RECORDED)) {
    const { server } = JSON.parse(readFileSync(join(FIXTURES, name, 'provenance.json'), 'utf8')) as { server: string };
    expect(server, name).toMatch(KNOWN_SERVERS);
  }
});

/** What shows only when the user says what was wrong in each capture. */
const LABELED: readonly (readonly [
  server: string,
  causes: Readonly<Record<string, string>>,
  row: readonly string[],
])[] = [
  [
    'dante: 04 for a name that does not exist, and for a host that does not answer',
    { nxdomain: 'socks5/dante-fail-nxdomain-x3', unreachable: 'socks5/dante-fail-unreachable-x3' },
    ['socks5-same-reply-code 4/6'],
  ],
  [
    'dante: 05 for a closed port alone',
    { refused: 'socks5/dante-fail-refused-x3', unreachable: 'socks5/dante-fail-unreachable-x3' },
    [],
  ],
  [
    'dante: 5b for everything',
    { denied: 'socks4/dante-fail-acl-socks4a', nxdomain: 'socks4/dante-fail-socks4a-nxdomain' },
    ['socks4-same-result 2/2'],
  ],
  [
    'microsocks: a code for each cause',
    { refused: 'socks5/microsocks-fail-refused-x3', nxdomain: 'socks5/microsocks-fail-nxdomain-x3' },
    [],
  ],
  [
    'tinyproxy: 500 for everything',
    { refused: 'http/tinyproxy-fail-refused-x3', nxdomain: 'http/tinyproxy-fail-nxdomain-x3' },
    ['http-same-status 4/6'],
  ],
  [
    'squid: 503 for a closed port, 502 for a name that does not exist',
    { refused: 'http/squid-fail-refused-x3', nxdomain: 'http/squid-fail-nxdomain-x3' },
    [],
  ],
];

test.each(LABELED)('%s', async (_, causes, row) => {
  const captures = Object.values(causes).map(captureOf);
  const labels = Object.keys(causes).map((cause) => ({ cause }));
  const found = await quirksOf(captures, labels);
  expect(found.filter((each) => /-same-/.test(each))).toEqual(row);
});

/** What shows only beside a dialogue in the server's own protocol. */
const TOGETHER: readonly (readonly [what: string, cases: readonly string[], row: string])[] = [
  [
    'dante closes for HTTP',
    ['socks5/dante-socks5h-x3', 'http/dante-fail-http-to-socks-port'],
    'server-closes-other-protocol 1/4',
  ],
  [
    'squid is silent for SOCKS5',
    ['http/squid-http-x3', 'socks5/squid-fail-socks5-to-http-port'],
    'server-silent-other-protocol 1/4',
  ],
  [
    'tinyproxy is silent for SOCKS5',
    ['http/tinyproxy-http-x3', 'socks5/tinyproxy-fail-socks5-to-http-port'],
    'server-silent-other-protocol 1/4',
  ],
];

test.each(TOGETHER)('%s', async (_, cases, row) => {
  expect((await quirksOf(cases.map(captureOf))).filter((each) => each.startsWith('server-'))).toEqual([row]);
});
