import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    maxConcurrency: 8, // the lab's proxies, which mostly wait
    coverage: { provider: 'v8', include: ['src/**/*.ts'] },
  },
});
