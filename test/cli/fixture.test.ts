import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { capture2check, capture2checkBeside } from '../support/cli.ts';
import { FIXTURES } from '../support/fixtures.ts';

const CAPTURE = join(FIXTURES, 'socks5/dante-socks5h-auth-x3/capture.pcap');
const PASSWORD = Buffer.from('secret').toString('hex');
const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

describe('fixture', () => {
  test('keeps the dialogues without their secrets, and says where they come from', () => {
    const { code, stdout, stderr } = capture2check(['fixture', CAPTURE]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain(PASSWORD);
    const value = JSON.parse(stdout) as { source: unknown; dialogues: unknown[] };
    expect(value.source).toEqual({ name: 'capture.pcap', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), frames: 48 });
    expect(value.dialogues).toHaveLength(3);
  });

  test('takes one conversation by its number', () => {
    const { stdout } = capture2check(['fixture', CAPTURE, '--stream', '1']);
    expect(JSON.parse(stdout)).toMatchObject({ dialogues: [{ stream: 1 }] });
    expect(capture2check(['fixture', CAPTURE, '--stream', '7'])).toMatchObject({ code: 1, stdout: '' });
  });

  test('into a folder writes a file for each', () => {
    mkdirSync(at('folder'));
    expect(capture2check(['fixture', CAPTURE, '-o', at('folder')]).code).toBe(0);
    expect(readdirSync(at('folder')).sort()).toEqual([0, 1, 2].map((stream) => `capture-stream-${stream}.json`));
  });

  test('into a folder that is to be one makes it, and says what it wrote over', () => {
    const [folder, other] = [at('made/here/'), join(FIXTURES, 'socks5/dante-socks5-x3/capture.pcap')];
    for (let time = 0; time < 2; time++)
      expect(capture2check(['fixture', CAPTURE, '-o', folder])).toEqual({ code: 0, stdout: '', stderr: '' });
    const { code, stderr } = capture2check(['fixture', other, '--stream', '1', '-o', folder]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'capture2check: written over files that held something else: capture-stream-1.json\n',
    });
    const input = readFileSync(CAPTURE);
    expect(capture2check(['fixture', '-', '--stream', '0', '-o', folder], { input }).code).toBe(0);
    expect(readdirSync(folder)).toHaveLength(4);
    expect(readdirSync(folder)).toContain('stdin-stream-0.json');
    expect(capture2check(['fixture', CAPTURE, '-o', join(CAPTURE, 'a/')]).code).toBe(3);
  });

  test('conversations of one number are a file each all the same', () => {
    const [first] = (JSON.parse(capture2check(['fixture', CAPTURE]).stdout) as { dialogues: unknown[] }).dialogues;
    const value = JSON.parse(capture2check(['fixture', CAPTURE]).stdout) as object;
    writeFileSync(at('twice.json'), JSON.stringify({ ...value, dialogues: [first, first] }));
    expect(capture2check(['fixture', '-q', at('twice.json'), '-o', at('twice/')]).code).toBe(0);
    expect(readdirSync(at('twice')).sort()).toEqual(['twice-stream-0-2.json', 'twice-stream-0.json']);
  });

  test('with secrets is for its owner alone', () => {
    mkdirSync(at('private'));
    for (const output of ['private', 'private/one.json'])
      expect(capture2check(['fixture', CAPTURE, '--keep-secrets', '-o', at(output)]).code).toBe(0);
    const modes = readdirSync(at('private')).map((name) => statSync(at(join('private', name))).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600, 0o600]);
  });

  test('takes a capture from standard input', () => {
    const { code, stdout } = capture2check(['fixture', '-'], { input: readFileSync(CAPTURE) });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ source: { name: '-', sha256: null } });
  });
});

describe('every command that takes a capture takes a fixture', () => {
  const kept = at('kept.json');
  capture2check(['fixture', CAPTURE, '--keep-secrets', '-o', kept]);

  test.each([[[]], [['--json']], [['list']], [['list', '--json']], [['show', '--stream', '1']], [['prove']]])(
    '%j says the same',
    (args) => {
      const [fromCapture, fromFixture] = [CAPTURE, kept].map((path) => capture2check([...args, path]));
      expect(fromFixture).toEqual(fromCapture);
      expect(fromFixture?.code).toBe(0);
    },
  );

  test.each([
    ['in gzip', (text: string) => gzipSync(text)],
    ['behind a byte order mark', (text: string) => `\uFEFF${text}`],
    ['behind white space', (text: string) => ' \n'.repeat(1000) + text],
  ])('%s', (_, dressed) => {
    writeFileSync(at('dressed.json'), dressed(readFileSync(kept, 'utf8')));
    expect(capture2check(['list', at('dressed.json')])).toEqual(capture2check(['list', kept]));
  });

  test('but not from standard input, which is said; one that is cut off in gzip is an error', () => {
    const { code, stderr } = capture2check(['list', '-'], { input: readFileSync(kept) });
    expect(code).toBe(3);
    expect(stderr).toContain('this is JSON; if it is a fixture, name it as a file');
    writeFileSync(at('cut.json.gz'), gzipSync(readFileSync(kept)).subarray(0, 1000));
    expect(capture2check(['list', at('cut.json.gz')])).toMatchObject({ code: 3, stdout: '' });
  });

  test('a capture comes whole through a named pipe', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const writer = spawn('cp', [CAPTURE, at('pipe')]);
    const { stdout } = await capture2checkBeside(['fixture', at('pipe')]);
    writer.kill();
    const { source, dialogues } = JSON.parse(capture2check(['fixture', CAPTURE]).stdout) as Record<string, object>;
    expect(JSON.parse(stdout)).toMatchObject({ source: { ...source, name: 'pipe', sha256: null }, dialogues });
  });

  test('one without secrets says that placeholders stand for them', () => {
    const { stdout } = capture2check(['fixture', CAPTURE]);
    writeFileSync(at('redacted.json'), stdout);
    const { code, stdout: script, stderr } = capture2check([at('redacted.json')]);
    expect(code).toBe(0);
    expect(stderr).toContain(
      'redacted.json: placeholders stand for its secrets, with which nobody logs in; fixture --keep-secrets keeps them',
    );
    expect(script).not.toContain(PASSWORD);
  });

  test('a fixture of a fixture is that fixture: it says which capture it comes from, and what it lacks', () => {
    const redacted = at('without.json');
    expect(capture2check(['fixture', CAPTURE, '-o', redacted]).code).toBe(0);
    for (const [args, file] of [
      [[], redacted],
      [['--keep-secrets'], redacted],
      [['--keep-secrets'], kept],
    ] as const) {
      const { code, stdout } = capture2check(['fixture', '-q', ...args, file]);
      expect(code).toBe(0);
      expect(stdout).toBe(readFileSync(file, 'utf8'));
    }
    expect(capture2check(['fixture', kept]).stdout).toBe(readFileSync(redacted, 'utf8'));
    expect(capture2check(['fixture', '--keep-secrets', redacted]).stderr).not.toContain('keep it private');
  });

  test('several are numbered one behind the other', () => {
    const { stdout } = capture2check(['list', '--json', CAPTURE, kept]);
    const rows = JSON.parse(stdout) as { stream: number; frame: string }[];
    expect(rows.map(({ stream }) => stream)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(rows.map(({ frame }) => frame.split(':')[0])).toEqual([
      ...Array<string>(3).fill('capture.pcap'),
      ...Array<string>(3).fill('kept.json'),
    ]);
  });

  test('one that is none is refused with the JSON path: exit 3', () => {
    writeFileSync(at('bad.json'), readFileSync(kept, 'utf8').replace('"port":1080', '"port":"x"'));
    const { code, stdout, stderr } = capture2check([at('bad.json')]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/bad\.json: no fixture: dialogues\[0\]\.server\.port: .*; make it anew with/);
  });
});
