import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { capture2check } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';
import { readMarkup } from '../support/markup.ts';

const recording = (name: string): string => join(FIXTURES, name, 'capture.pcap');
const GOOD = recording('socks5/dante-socks5h-x3');
const WITH_PASSWORD = recording('socks5/dante-socks5h-auth-x3');
const REFUSED = recording('socks5/dante-fail-refused-x3');

const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const report = (...args: string[]) => capture2check(['report', ...args]);
const textOf = (...args: string[]) => readMarkup(report(...args).stdout).text;

describe('report', () => {
  test('writes the page to stdout, or to a file and then nothing to stdout; words go to stderr', () => {
    const { code, stdout, stderr } = report(GOOD);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!DOCTYPE html>\n<html lang="en">/);
    expect(stderr).toMatch(/^capture2check: proof: 337\/337/);
    const file = join(folder, 'report.html');
    expect(report('-q', GOOD, '-o', file)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(file, 'utf8')).toBe(stdout);
  });

  test('has in it what the other commands say: script, verdict, quirks', () => {
    const text = textOf(GOOD);
    expect(text).toContain(capture2check([GOOD]).stdout);
    expect(text).toContain('337/337 broken twins fail');
    expect(text).toContain('socks5-bound-port-changes');
  });

  test('reads standard input, fixtures, and several captures, whose frames it names by file', () => {
    expect(capture2check(['report', '-'], { input: readFileSync(GOOD) }).stdout).toContain('42 frames of -.');
    expect(textOf(join(FIXTURES, 'socks5/dante-socks5h-x3/fixture.json'))).toContain('42 frames of fixture.json');
    const both = textOf(GOOD, recording('http/squid-http-x3'));
    expect(both).toContain('frame capture.pcap:11');
    expect(both).toContain('Each goes into a section of its own.');
  });

  test('takes one conversation, or those of one server', () => {
    expect(textOf('--stream', '1', GOOD)).toContain('tcp.stream 1.');
    expect(textOf('--server', '127.0.0.1:1080', GOOD)).toContain('3 alike');
    expect(report('--stream', '7', GOOD)).toMatchObject({ code: 1, stdout: '' });
    expect(report('--server', '127.0.0.1:1', GOOD).stderr).toContain('no conversation has the server 127.0.0.1:1');
  });

  test('is written of failures, too, with the reason', () => {
    const { code, stdout, stderr } = report(REFUSED);
    expect(code).toBe(0);
    expect(stderr).toContain('left out: tcp.stream 0');
    const { text, elements } = readMarkup(stdout);
    expect(text).toContain('SOCKS5 refused: connection refused (05), frame 9');
    expect(elements.some(({ attributes }) => attributes['id'] === 'script')).toBe(false);
    expect(textOf('--stream', '0', REFUSED)).toContain('not proved: the conversation was no success');
  });

  test('takes secrets from the environment, unless they are to be kept; then the file is for its owner', () => {
    expect(textOf(WITH_PASSWORD)).toContain(capture2check(['--secrets', 'env', WITH_PASSWORD]).stdout);
    const file = join(folder, 'kept.html');
    const { stderr } = report('--keep-secrets', WITH_PASSWORD, '-o', file);
    expect(stderr).toContain('the report holds the secrets of the capture: keep it private');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { text } = readMarkup(readFileSync(file, 'utf8'));
    expect(text).toContain('It holds the secrets of the capture.');
    expect(text).toContain(capture2check([WITH_PASSWORD]).stdout);
  });
});
