import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = new URL('../src', import.meta.url).pathname;

/** A file imports from its own folder or from one earlier in this list. */
const LAYERS = [
  'bytes',
  'capture',
  'packet',
  'conversation',
  'protocol',
  'dialogue',
  'check',
  'proof',
  'fixture',
  'emit',
  'replay',
  'cli',
];

/** Modules that only some folders may import. */
const FENCES: Readonly<Record<string, readonly string[]>> = {
  'pcap-parser': ['capture'],
  commander: ['cli'],
  chalk: ['cli'],
  'node:fs': ['capture', 'cli'],
  'node:net': ['replay'],
  'node:child_process': ['replay'],
};

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .sort();

const importsOf = (file: string): string[] =>
  [
    ...readFileSync(join(SRC, file), 'utf8').matchAll(
      /^\s*(?:import|export)\b[^'"]*?from '([^']+)'|import\('([^']+)'\)/gm,
    ),
  ].map(([, stated, dynamic]) => stated ?? (dynamic as string));
const layerOf = (file: string): string | undefined => (file.includes('/') ? file.split('/')[0] : undefined);

describe.each(FILES)('src/%s', (file) => {
  const layer = layerOf(file);

  test('imports from its own folder or an earlier one', () => {
    for (const target of importsOf(file).filter((each) => each.startsWith('.'))) {
      const imported = layerOf(normalize(join(file, '..', target)));
      if (layer === undefined || layer === 'cli') continue; // src/ itself may import all, and cli/ may import src/
      expect(imported, `${target} is in src/ itself`).toBeDefined();
      expect(LAYERS.indexOf(imported as string), `${target} is of a later layer`).toBeLessThanOrEqual(
        LAYERS.indexOf(layer),
      );
    }
  });

  test('keeps the fences', () => {
    for (const [module, folders] of Object.entries(FENCES)) {
      if (importsOf(file).some((each) => each === module)) expect(folders, module).toContain(layer);
    }
  });

  test('is in a known layer, and no protocol imports another', () => {
    if (layer !== undefined) expect(LAYERS).toContain(layer);
    const [, protocol, inside] = /^protocol\/([^/]+)\/(.+)$/.exec(file) ?? [];
    if (inside === undefined) return;
    for (const target of importsOf(file).filter((each) => each.startsWith('.'))) {
      const imported = normalize(join(file, '..', target));
      const other = /^protocol\/([^/]+)\//.exec(imported)?.[1];
      expect(other ?? protocol, `${file} imports ${imported}`).toBe(protocol);
    }
  });

  test('has at most 300 lines, and is no barrel', () => {
    const text = readFileSync(join(SRC, file), 'utf8');
    expect(text.split('\n').length).toBeLessThanOrEqual(300);
    if (file !== 'index.ts') expect(text).not.toMatch(/^export .* from /m);
  });
});
