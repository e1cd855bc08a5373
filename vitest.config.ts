import os from 'node:os';
import { defineConfig } from 'vitest/config';
import { AttackTable } from './test/attacks/support/table-reporter.ts';
import { ClosingLines } from './test/support/closing-lines.ts';
import { LongestFirst } from './test/support/longest-first.ts';
import { ResultsReporter } from './test/support/results-reporter.ts';

const long = 'test/**/*.long.test.ts';
const results = process.env.PADDOCK_TEST_RESULTS;
const attacks = process.env.PADDOCK_ATTACKS;
const usual = ['default', new ClosingLines(), ...(results ? [new ResultsReporter(results)] : [])];

/** `--mode long` runs the long tests and nothing else; every other run leaves them out. */
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'long' ? [long] : ['test/**/*.test.ts'],
    exclude: mode === 'long' ? [] : [long],
    reporters: attacks
      ? [new AttackTable({ isJson: attacks.includes('json'), isWhole: attacks.includes('all') })]
      : usual,
    sequence: { sequencer: LongestFirst },
    // Files mostly wait for processes; one worker less than there are cores (the default) would leave two cores idle.
    maxWorkers: Math.max(3, os.availableParallelism()),
    // In CI a machine that is busy with something else is no reason to refuse a change; what is wrong fails twice, and
    // what hangs hangs for longer than it is given here.
    retry: process.env.CI ? 1 : 0,
    // Real processes, servers and databases.
    testTimeout: mode === 'long' ? 600_000 : process.env.CI ? 90_000 : 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    passWithNoTests: true,
  },
}));
