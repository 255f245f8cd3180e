import { defineConfig } from 'rolldown';
import manifest from './package.json' with { type: 'json' };

/** The command in a few files instead of two hundred modules, which Node takes half as long to load (docs/performance.md). */
export default defineConfig({
  input: { capture2check: 'src/cli/main.ts' },
  platform: 'node',
  logLevel: 'silent',
  external: [/^node:/, ...Object.keys(manifest.dependencies)],
  output: {
    dir: 'dist/bin',
    cleanDir: true,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
  },
});
