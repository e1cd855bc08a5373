/** Failing tests of a run, gathered over all systems: a test that fails on six of them is one. Pure. */
import type { FailingTest, JobTests } from './test-api.ts';
import { isFailing } from './test-report.ts';

export type TestFailure = Pick<FailingTest, 'test' | 'group' | 'name' | 'file' | 'line' | 'message'> & {
  jobs: { job: JobTests['job']; image: string; verdict: FailingTest['verdict'] }[];
  /** Jobs of its suite that have reports. */
  of: number;
};

/** Those of most systems first. */
export function gatherTests(jobs: readonly JobTests[]): TestFailure[] {
  const failures = new Map<string, TestFailure>();
  for (const { job, suite, image, failures: own } of jobs)
    for (const { test, group, name, file, line, message, outcome, verdict } of own) {
      if (!isFailing(outcome)) continue;
      const of = jobs.filter(each => each.suite === suite).length;
      const known = failures.get(test) ?? { test, group, name, file, line, message, jobs: [], of };
      known.jobs.push({ job, image, verdict });
      failures.set(test, known);
    }
  return [...failures.values()].sort((a, b) => b.jobs.length - a.jobs.length);
}
