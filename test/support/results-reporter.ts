import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** What `.ci/run` counts. `note` is what the test said when it skipped itself. */
export type Results = {
  passed: number;
  failed: string[];
  skipped: { name: string; note: string }[];
};

/**
 * Writes the results to a file when the run ends. Vitest's own JSON reporter leaves out why a test was skipped and
 * errors that belong to no test; both have to be seen.
 */
export class ResultsReporter implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const cases = modules.flatMap(module => [...module.children.allTests()]);
    const broken = modules.flatMap(module =>
      module.errors().map(error => `${module.relativeModuleId}: ${error.message}`),
    );
    const results: Results = {
      passed: cases.filter(test => test.result().state === 'passed').length,
      failed: [
        ...cases.filter(test => test.result().state === 'failed').map(nameOf),
        ...cases
          .filter(test => test.result().state === 'pending')
          .map(test => `${nameOf(test)} (never ended)`),
        ...broken,
        ...unhandled.map(error => `outside of any test: ${error.message}`),
      ],
      skipped: cases.flatMap(test => {
        const result = test.result();
        return result.state === 'skipped' ? [{ name: nameOf(test), note: result.note ?? '' }] : [];
      }),
    };
    writeFileSync(this.#file, JSON.stringify(results));
  }
}

const nameOf = (test: TestCase): string => `${test.module.relativeModuleId}: ${test.fullName}`;
