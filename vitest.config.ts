import { defineConfig } from 'vitest/config';

const long = 'test/**/*.long.test.ts';

/** `--mode long` runs the long tests and nothing else; every other run leaves them out. */
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'long' ? [long] : ['test/**/*.test.ts'],
    exclude: mode === 'long' ? [] : [long],
    // Real processes, servers and databases on a machine that may be busy with something else.
    testTimeout: mode === 'long' ? 600_000 : 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    passWithNoTests: true,
  },
}));
