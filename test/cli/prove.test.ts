import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { TALKS } from '../support/proof.ts';
import { describeWith } from '../support/tools.ts';
import { framesOf, pcapFile, Talk } from '../support/wire.ts';

const GOOD = join(FIXTURES, 'socks5/dante-socks5h-x3/capture.pcap');
const REFUSED = join(FIXTURES, 'socks5/dante-fail-refused-x3/capture.pcap');

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, { segments }: Talk) => {
  const path = join(folder, name);
  writeFileSync(path, pcapFile(framesOf(segments)));
  return path;
};
const HTTP = file('http.pcap', TALKS['HTTP proxy'] as Talk);
/** The end of this head is beyond what HAProxy's buffer holds, so no expect can wait for it. */
const ENDLESS = file(
  'endless.pcap',
  new Talk({ server: '10.0.0.2:3128' })
    .handshake()
    .client('CONNECT a.example:80 HTTP/1.1\r\nHost: a.example:80\r\n\r\n')
    .server(`HTTP/1.1 200 OK\r\n${`X: ${'x'.repeat(97)}\r\n`.repeat(180)}\r\n`)
    .client('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n')
    .server('HTTP/1.1 204 No Content\r\n\r\n'),
);

const SCORE =
  /^proof: ([0-9]+)\/\1 broken twins fail \(([0-9]+) at once, ([0-9]+) at a time-out nothing could avoid\), ([0-9]+)\/\4 variants pass$/;

interface Row {
  readonly server: string;
  readonly expected: string;
  readonly result: string;
  readonly status: string;
  readonly step: number | null;
  readonly haproxy: { status: string; step: number | null; ms: number } | null;
}
const parsed = (stdout: string) =>
  JSON.parse(stdout) as {
    server: string;
    title: string;
    perfect: boolean;
    twins: Record<string, number>;
    variants: Record<string, number>;
    rows: Row[];
  }[];

describe('prove', () => {
  test('prints a row for every twin and variant, and the score', () => {
    const { code, stdout } = capture2check(['prove', HTTP]);
    const [head, titles, ...rest] = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(head).toMatch(/^GET .*generate_204, server 10\.0\.0\.2:3128, tcp\.stream 0$/);
    expect(titles).toBe('expected  result  status   step  server');
    const [, twins, , , variants] = SCORE.exec(rest.at(-1) as string) ?? [];
    expect(rest).toHaveLength(Number(twins) + Number(variants) + 1);
    expect(stdout).toContain('down      right   L7TOUT   -     reply 1: silence\n');
    expect(stdout).toContain('down      right   L7STS    -     reply 1: 503 as HTTP/1.0, then closed\n');
    expect(stdout).toContain('up        right   L7OK     -     as captured\n');
  });

  test('--json has the same rows', () => {
    const { code, stdout } = capture2check(['prove', '--json', GOOD]);
    const [proof, ...more] = parsed(stdout);
    expect({ code, more }).toEqual({ code: 0, more: [] });
    expect(proof).toMatchObject({ servers: ['127.0.0.1:1080'], perfect: true });
    expect(proof?.rows).toHaveLength((proof?.twins['all'] ?? 0) + (proof?.variants['all'] ?? 0));
    expect(proof?.rows.find(({ server }) => server.includes('connection refused (05), IPv4, then closed'))).toEqual({
      server: 'reply 2: connection refused (05), IPv4, then closed',
      expected: 'down',
      result: 'right',
      unavoidable: false,
      status: 'L7RSP',
      step: 5,
      received: '05050001000000000000',
      haproxy: null,
    });
  });

  test('has nothing to prove of a refusal: exit 1', () => {
    const { code, stdout, stderr } = capture2check(['prove', REFUSED]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('nothing to derive a check from');
  });

  test('has no table for a failure that was asked for by number: exit 1', () => {
    const { code, stdout, stderr } = capture2check(['prove', '--stream', '0', REFUSED]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error: nothing is proved of a conversation that failed');
  });

  test.each<[sentence: string, binary: string]>([
    ['a HAProxy that is not there', '/nonexistent'],
    ['a program that is no HAProxy', 'false'],
  ])('%s: exit 3 and its name', (_sentence, binary) => {
    const { code, stdout, stderr } = capture2check(['prove', '--haproxy', binary, HTTP]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`error: ${binary} cannot be used: `);
    expect(stderr).not.toMatch(/\n\s+at /); // no stack
  });
});

describeWith(['haproxy'], 'prove --haproxy', () => {
  test('says beside each row what HAProxy said, and in how many milliseconds', () => {
    const { code, stdout, stderr } = capture2check(['prove', '--haproxy', 'haproxy', '--json', HTTP]);
    expect(code).toBe(0);
    expect(stderr).not.toContain('disagree');
    for (const { status, step, haproxy } of parsed(stdout)[0]?.rows ?? [])
      expect(haproxy).toEqual({ status, step, ms: expect.any(Number) });
    expect(capture2check(['prove', '--haproxy', 'haproxy', HTTP]).stdout).toContain(
      'expected  result  status   step  haproxy  step  ms ',
    );
  });
});

describe('derive and the proof', () => {
  test('a head of which the capture lacks the end is proved on what is there', () => {
    const cut = (answer: string) =>
      new Talk({ server: '10.0.0.2:3128' })
        .handshake()
        .client('GET http://origin.example/ HTTP/1.1\r\nHost: origin.example\r\n\r\n')
        .server(answer);
    for (const [name, answer] of [
      ['line.pcap', 'HTTP/1.1 204'],
      ['lines.pcap', 'HTTP/1.1 204 No Content\r\nDate: to'],
    ] as const) {
      const { code, stdout, stderr } = capture2check([file(name, cut(answer))]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('broken twins fail') });
      expect(stdout).toContain('http-check expect status 204');
    }
  });

  test('is not told on stderr where the table is printed', () => {
    const { stdout, stderr } = capture2check(['prove', HTTP]);
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(SCORE);
    expect(stderr).toBe('');
  });

  test('says the score on stderr', () => {
    const { code, stderr } = capture2check([HTTP]);
    expect(code).toBe(0);
    expect(stderr.replace(/^capture2check: /, '').trimEnd()).toMatch(SCORE);
  });

  test('prints no check that is wrong about its server: exit 1, and the rows that were lost', () => {
    const { code, stdout, stderr } = capture2check([ENDLESS]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('warning: proof: ');
    expect(stderr).toContain('warning: DOWN though healthy, L7');
    expect(stderr).toContain('as captured (received 485454502f312e3120323030');
    expect(stderr).toContain(': the check is not right about the server it came from');
  });

  test('--no-proof prints it all the same', () => {
    const { code, stdout, stderr } = capture2check(['--no-proof', ENDLESS]);
    expect(code).toBe(0);
    expect(stderr).not.toContain('proof');
    expect(stdout).toContain('option tcp-check');
  });

  test('prove shows the rows that were lost: exit 1', () => {
    const { code, stdout } = capture2check(['prove', ENDLESS]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^up +wrong +L7(RSP|TOUT) +4 +as captured$/m);
  });

  test('a failure that was asked for by number is not proved, and printed', () => {
    const { code, stdout, stderr } = capture2check([REFUSED, '--stream', '0']);
    expect(code).toBe(0);
    expect(stdout).toContain('rbinary ^0505');
    expect(stderr).toContain('not proved: the conversation was no success');
  });
});
