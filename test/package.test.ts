import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as library from '../src/index.ts';
import { FIXTURES } from './support/fixtures.ts';

const ROOT = join(import.meta.dirname, '..');
const API = readFileSync(join(ROOT, 'docs/api.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'capture2check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
const tool = (name: string): string => join(ROOT, 'node_modules/.bin', name);

/** The package as npm would publish it, installed in a folder of its own with what it depends on; its users' tools come from where the tests have them. */
beforeAll(() => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: 'pipe',
    }),
  ) as { filename: string }[];
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${packed?.filename}`);
  mkdirSync(join(folder, 'node_modules/@types'));
  for (const name of ['typescript', '@types/node', 'vitest'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  cpSync(join(FIXTURES, 'socks5/dante-socks5h-x3/capture.pcap'), join(folder, 'session.pcap'));
}, 120_000);

describe('the package', () => {
  test('holds what is needed and no more', () => {
    const files = readdirSync(join(folder, 'node_modules/capture2check'), { recursive: true, encoding: 'utf8' });
    const others = files.filter((file) => !/^dist(\/|$)/.test(file)).sort();
    expect(others).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'docs',
      'docs/fixture.schema.json',
      'package.json',
    ]);
    expect(files.filter((file) => /^dist\/.*\.(c?js|d\.ts)$/.test(file)).length).toBeGreaterThan(100);
    expect(files.filter((file) => /^dist\/.*(?<!\.c?js|\.d\.ts)$/.test(file) && file.includes('.'))).toEqual([]);
  });

  test('runs', () => {
    expect(run('npx', 'capture2check', '-q', 'session.pcap')).toContain('option tcp-check');
  });
});

describe('docs/api.md', () => {
  test('names every export', () => {
    const types = [...readFileSync(join(ROOT, 'src/index.ts'), 'utf8').matchAll(/type (?:\{ )?([A-Z]\w+)/g)];
    const names = [...Object.keys(library), ...types.map(([, name]) => name as string)];
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !API.includes(`\`${name}`))).toEqual([]);
  });

  const examples = [...API.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code as string);

  test.each(examples.map((code, at) => ({ at, code })))(
    'example $at compiles and runs',
    ({ at, code }) => {
      writeFileSync(join(folder, `example${at}.ts`), code);
      const strict = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
      run(tool('tsc'), ...strict, '--outDir', 'out', `example${at}.ts`);
      expect(run(process.execPath, `out/example${at}.js`)).toMatch(/205\/205 twins|L7OK|[0-9]+\/[0-9]+ twins/);
    },
    60_000,
  );
});

describe('docs/examples', () => {
  test.each(['proxy', 'client'])(
    '%s passes',
    (name) => {
      cpSync(join(ROOT, 'docs/examples', name), join(folder, name), { recursive: true });
      const said = run(tool('vitest'), 'run', '--root', join(folder, name));
      expect(said).toMatch(/Tests .*[1-9][0-9]* passed/);
    },
    60_000,
  );
});
