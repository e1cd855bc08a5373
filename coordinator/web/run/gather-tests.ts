/** Failing tests of a run, gathered over all systems: a test that fails on six of them is one line. Pure. */
import type { FailingTest, JobTests } from '#shared/test-api.ts';
import { isFailing } from '#shared/test-report.ts';

export type TestFailure = Pick<FailingTest, 'test' | 'name' | 'message'> & {
  jobs: { job: string; image: string; verdict: FailingTest['verdict'] }[];
  /** Jobs of its suite that have reports. */
  of: number;
};

/** More would be no first block of a page. */
const shown = 30;

/** Those of most systems first. */
export function gatherTests(jobs: readonly JobTests[]): TestFailure[] {
  const failures = new Map<string, TestFailure>();
  for (const { job, suite, image, failures: own } of jobs)
    for (const { test, name, message, outcome, verdict } of own) {
      if (!isFailing(outcome)) continue;
      const of = jobs.filter(each => each.suite === suite).length;
      const known = failures.get(test) ?? { test, name, message, jobs: [], of };
      known.jobs.push({ job, image, verdict });
      failures.set(test, known);
    }
  return [...failures.values()].sort((a, b) => b.jobs.length - a.jobs.length).slice(0, shown);
}
