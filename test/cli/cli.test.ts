import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { framesOf, LINKS, pcapFile, Talk } from '../support/wire.ts';

const GOOD = join(FIXTURES, 'socks5/dante-socks5h-x3/capture.pcap');
const REFUSED = join(FIXTURES, 'socks5/dante-fail-refused-x3/capture.pcap');
const PASSWORD = join(FIXTURES, 'socks5/dante-socks5h-auth-x3/capture.pcap');
const golden = (name: string) => readFileSync(join(FIXTURES, 'socks5/dante-socks5h-x3/expected', name), 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
const file = (name: string, bytes: Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('derive', () => {
  const PROOF = /^capture2check: proof: ([0-9]+)\/\1 broken twins fail \(.*\), ([0-9]+)\/\2 variants pass\n$/;

  test('prints the script on stdout and the proof on stderr', () => {
    const { code, stdout, stderr } = capture2check([GOOD]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: golden('haproxy.cfg') });
    expect(stderr).toMatch(PROOF);
  });

  test('--no-proof leaves the proof out', () => {
    expect(capture2check(['--no-proof', GOOD])).toEqual({ code: 0, stdout: golden('haproxy.cfg'), stderr: '' });
  });

  test('reads standard input for -, gzip or not', () => {
    const bytes = readFileSync(GOOD);
    expect(capture2check(['-'], { input: bytes }).stdout).toBe(golden('haproxy.cfg'));
    expect(capture2check(['-'], { input: gzipSync(bytes) }).stdout).toBe(golden('haproxy.cfg'));
  });

  test('writes to a file with -o', () => {
    const path = join(folder, 'check.cfg');
    expect(capture2check(['-q', GOOD, '-o', path])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(path, 'utf8')).toBe(golden('haproxy.cfg'));
  });

  test('--json and --format json are the same array', () => {
    const { stdout } = capture2check(['--json', GOOD]);
    expect(stdout).toBe(golden('check.json'));
    expect(capture2check(['--format', 'json', GOOD]).stdout).toBe(stdout);
    expect(JSON.parse(stdout)).toHaveLength(1);
  });

  test('has nothing to derive from a refusal: exit 1, the frame and the reason', () => {
    const { code, stdout, stderr } = capture2check([REFUSED]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('SOCKS5 refused: connection refused (05), frame 9, and 2 more like it');
  });

  test('takes a refusal by --stream, with a warning', () => {
    const { code, stdout, stderr } = capture2check([REFUSED, '--stream', '1']);
    expect(code).toBe(0);
    expect(stdout).toContain('expect min-recv 2 rbinary ^0505 comment "SOCKS5 connection refused (05)"');
    expect(stderr).toContain('warning: the check expects what this conversation showed: SOCKS5 refused');
  });

  test('says which lines hold secrets, not the secrets', () => {
    const { stdout, stderr } = capture2check([PASSWORD]);
    const line = Number(/line ([0-9]+) of the script holds a secret/.exec(stderr)?.[1]);
    expect(stdout.split('\n')[line - 1]).toContain(Buffer.from('secret').toString('hex'));
    expect(stderr).not.toMatch(/\bsecret\b[^(]*lab|736563726574/);
  });

  test('--quiet leaves only errors', () => {
    expect(capture2check(['-q', PASSWORD]).stderr).toBe('');
    expect(capture2check(['-q', REFUSED]).stderr).toMatch(/^capture2check: error: [^\n]*\n$/);
  });

  test('--verbose accounts for the frames', () => {
    expect(capture2check(['-v', GOOD]).stderr).toContain('42 frames: 42 TCP segments in 3 conversations');
  });

  test('--server takes only its conversations', () => {
    expect(capture2check(['--server', '127.0.0.1:1080', GOOD]).code).toBe(0);
    const { code, stderr } = capture2check(['--server', '127.0.0.1:1081', GOOD]);
    expect(code).toBe(1);
    expect(stderr).toContain('no conversation has the server 127.0.0.1:1081');
  });

  test('names frames FILE:FRAME where there are several files', () => {
    const two = capture2check([GOOD, REFUSED]);
    expect(two.code).toBe(0);
    expect(two.stderr).toContain('frame capture.pcap#2:9');
  });

  test('a conversation runs on across files', () => {
    const bytes = readFileSync(GOOD);
    const cut = recordBoundary(bytes, 7);
    const first = file('a.pcap', bytes.subarray(0, cut));
    const second = file('b.pcap', Buffer.concat([bytes.subarray(0, 24), bytes.subarray(cut)]));
    const rules = (text: string) => text.split('\n').filter((line) => !line.includes('#'));
    const { stdout } = capture2check([first, second]);
    expect(rules(stdout)).toEqual(rules(golden('haproxy.cfg')));
    expect(stdout).toContain('a.pcap:4,a.pcap:6,b.pcap:1');
  });
});

describe('list and show', () => {
  test('list', () => expect(capture2check(['list', GOOD]).stdout).toBe(golden('list.txt')));
  test('list --json', () => expect(capture2check(['list', '--json', GOOD]).stdout).toBe(golden('list.json')));
  test('show', () => expect(capture2check(['show', '--stream', '0', GOOD]).stdout).toBe(golden('show.txt')));
  test('show --json', () => expect(capture2check(['show', '--json', GOOD]).stdout).toBe(golden('show.json')));

  test('show prints the bytes of secrets, and masks them with --redact', () => {
    const secret = Buffer.from('secret').toString('hex');
    expect(capture2check(['show', PASSWORD]).stdout).toContain(secret);
    for (const more of [[], ['--json'], ['--raw', 'client']]) {
      const { stdout } = capture2check(['show', '--redact', ...more, PASSWORD]);
      expect(stdout).not.toContain(secret);
      expect(stdout).not.toMatch(/\x03lab/);
      expect(stdout.length).toBeGreaterThan(50);
    }
  });

  test("show --raw writes one side's bytes", () => {
    expect(capture2check(['show', '--raw', 'server', GOOD]).stdout).toMatch(
      /^\x05\x00\x05\x00\x00\x01.{6,}HTTP\/1\.1 204 No Content\r\n/s,
    );
  });

  test('show of a conversation that is not there: exit 1', () => {
    const { code, stderr } = capture2check(['show', '--stream', '3', GOOD]);
    expect(code).toBe(1);
    expect(stderr).toContain('there is no tcp.stream 3; conversations are numbered from 0 and there are 3');
  });
});

describe('errors', () => {
  const rows: [name: string, args: string[], code: number, words: RegExp][] = [
    ['no capture', [], 2, /missing required argument/],
    ['unknown option', ['--nope', GOOD], 2, /unknown option '--nope'/],
    ['bad stream', ['--stream', 'x', GOOD], 2, /tcp\.stream eq 0/],
    ['bad allowance', ['--allow', 'all', GOOD], 2, /gap, cut, conflict, role/],
    ['bad endpoint', ['--server', 'localhost:80', GOOD], 2, /an address and a port/],
    ['missing file', [join(folder, 'none.pcap')], 3, /none\.pcap: cannot be read: no such file/],
    ['a folder', [folder], 3, /it is a directory/],
    [
      'no capture',
      [file('notes.txt', Buffer.from('hello, world'))],
      3,
      /notes\.txt, offset 0: not a capture: it starts with 68656c6c6f2c2077/,
    ],
    ['empty file', [file('empty.pcap', Buffer.alloc(0))], 3, /empty\.pcap: the file is empty/],
    ['unwritable output', [GOOD, '-o', join(folder, 'no/such/folder')], 3, /cannot be written/],
    [
      'unknown link type',
      [file('usb.pcap', pcapFile(framesOf(new Talk().handshake().segments), { linkType: 220 }))],
      3,
      /link type 220 is not read: 3 of 3 frames are lost/,
    ],
    [
      'no TCP',
      [
        file(
          'arp.pcap',
          pcapFile([
            { data: Buffer.concat([Buffer.alloc(12), Buffer.from('0806', 'hex'), Buffer.alloc(28)]), time: 0 },
          ]),
        ),
      ],
      1,
      /no TCP conversation in 1 frames/,
    ],
  ];
  test.each(rows)('%s', (_name, args, code, words) => {
    const result = capture2check(args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(words);
    expect(result.stderr).not.toMatch(/\n\s+at /); // no stack
  });

  test('a frame whose link type is not read does not hide the others', () => {
    const { segments } = new Talk().handshake().client('\x05\x01\x00');
    expect(
      capture2check(['list', file('raw.pcap', pcapFile(framesOf(segments, LINKS.raw), { linkType: 101 }))]).code,
    ).toBe(0);
  });

  test('words of the capture reach the terminal escaped', () => {
    const name = 'a\x1b[31mb\u0007';
    const request = Buffer.concat([Buffer.from([5, 1, 0, 3, name.length]), Buffer.from(name), Buffer.from([0, 80])]);
    const { segments } = new Talk().handshake().client('\x05\x01\x00').server('\x05\x00').client(request).close();
    const path = file('escape.pcap', pcapFile(framesOf(segments)));
    for (const args of [['list', path], ['show', path], [path]]) {
      const { stdout, stderr } = capture2check(args);
      expect(stdout + stderr).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
    }
  });
});

/** Where the record after the first `count` ones starts in a little-endian pcap file. */
function recordBoundary(bytes: Buffer, count: number): number {
  let at = 24;
  for (let record = 0; record < count; record++) at += 16 + bytes.readUInt32LE(at + 8);
  return at;
}
