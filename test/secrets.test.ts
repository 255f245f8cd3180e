import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { capture2check } from './support/cli.ts';
import { CASES, FIXTURES } from './support/fixtures.ts';
import { readMarkup } from './support/markup.ts';

/** The credentials of the cases that were recorded to be looked for. */
const USER = 'u7Qd2x';
const PASSWORD = 'pa%$#"\\\' 9Zk';

/** A text in the spellings in which it might slip out. */
function spellings(text: string): string[] {
  const bytes = Buffer.from(text);
  // Base64 in each of the three places where it may stand between other bytes.
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(before === 0 ? 0 : before + 1, -4),
  );
  const escaped = JSON.stringify(text).slice(1, -1);
  return [
    text,
    escaped,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(text),
    ...base64,
  ];
}
const PLAIN = [...spellings(USER), ...spellings(PASSWORD), ...spellings(`${USER}:${PASSWORD}`)];
/** In fixtures and payloads all of it stands in hex once more. */
const LEAKS = [...new Set([...PLAIN, ...PLAIN.map((text) => Buffer.from(text).toString('hex'))])];
const leaksIn = (text: string): string[] => LEAKS.filter((leak) => text.includes(leak));

/** What a page shows, as it is, without the spaces between bytes, and as hexdumps have what is no text. */
const shownOn = (page: string): string => {
  const { text } = readMarkup(page);
  return [page, text, text.replace(/\s/g, ''), text.replace(/\n/g, '')].join('\n');
};
const PASSWORD_WITHOUT_SPACE = PASSWORD.replace(' ', '');

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const captures = CASES.filter(({ name }) => name.includes('odd-credentials'));
const other = join(FIXTURES, 'socks5/dante-socks5h-x3/capture.pcap');

test('there are such cases, and what is looked for is in them', () => {
  expect(captures.map(({ name }) => name)).toEqual([
    'connect/squid-odd-credentials-x3',
    'http/squid-fail-odd-credentials-x3',
    'http/squid-odd-credentials-x3',
    'socks5/microsocks-fail-odd-credentials-x3',
    'socks5/microsocks-odd-credentials-x3',
  ]);
  for (const { capture } of captures) expect(leaksIn(readFileSync(capture, 'latin1'))).not.toEqual([]);
});

describe.each(captures)('$name', ({ capture, folder: home }) => {
  const commands: readonly (readonly string[])[] = [
    ['list', capture],
    ['list', '--json', capture],
    ['show', '--redact', capture],
    ['show', '--redact', '--json', capture],
    ['show', '--redact', '--raw', 'client', capture],
    ['fixture', capture],
    ['compare', capture, other],
    ['compare', '--json', other, capture],
    ['prove', capture],
    ['prove', '--json', capture],
    ['verify', capture, '--to', '127.0.0.1:1', '-v'],
    ['--secrets', 'env', capture],
    ['--secrets', 'env', '--complete', '-v', capture],
    ['serve', '--list-faults', capture],
    ['quirks', '--format', 'markdown', capture],
    ['quirks', '--json', capture],
  ];

  test.each(commands.map((args) => ({ args, name: args.filter((each) => !each.startsWith('/')).join(' ') })))(
    '$name says none of it',
    ({ args }) => {
      const { stdout, stderr } = capture2check(args);
      expect(leaksIn(stdout)).toEqual([]);
      expect(leaksIn(stderr)).toEqual([]);
      expect(stdout + stderr).not.toBe('');
    },
  );

  test('report says none of it, in markup or in what it shows', () => {
    for (const args of [[], ['--stream', '0'], ['--server', '127.0.0.1:3128'], ['--server', '127.0.0.1:1080']]) {
      const { stdout, stderr } = capture2check(['report', ...args, capture]);
      if (stdout === '') continue; // it has no such server
      expect(leaksIn(shownOn(stdout))).toEqual([]);
      expect(shownOn(stdout)).not.toContain(PASSWORD_WITHOUT_SPACE);
      expect(leaksIn(stderr)).toEqual([]);
    }
    const kept = shownOn(capture2check(['report', '--keep-secrets', capture]).stdout);
    expect(leaksIn(kept)).not.toEqual([]);
  });

  test('nor does stderr where the script has to hold it, nor the goldens', () => {
    expect(leaksIn(capture2check(['-v', capture]).stderr)).toEqual([]);
    expect(leaksIn(capture2check(['--json', '-v', capture]).stderr)).toEqual([]);
    for (const file of [
      'fixture.json',
      'expected/words.txt',
      'expected/list.txt',
      'expected/show.txt',
      'expected/show.json',
    ])
      expect(leaksIn(readFileSync(join(home, file), 'utf8')), file).toEqual([]);
  });

  test('nor does the error about a fixture that was broken', () => {
    const kept = capture2check(['fixture', '--keep-secrets', capture]).stdout;
    expect(leaksIn(kept)).not.toEqual([]);
    for (const [from, to] of [
      [/"role": ?"secret"/, '"role":"none"'],
      [/"side": ?"client"/, '"side":1'],
      [/("role": ?"secret",\s*"start": ?[0-9]+,\s*"bytes": ?")../, '$1ff'],
    ] as const) {
      writeFileSync(join(folder, 'broken.json'), kept.replace(from, to));
      const { code, stderr } = capture2check(['list', join(folder, 'broken.json')]);
      expect(code).toBe(3);
      expect(leaksIn(stderr)).toEqual([]);
    }
  });
});
