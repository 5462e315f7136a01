import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    // tree-sitter is a native module: processes, because it can't be loaded twice by threads of one
    pool: 'forks',
    testTimeout: 20_000,
  },
});
