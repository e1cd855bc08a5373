/** Failing tests of a run, gathered over all systems: a test that fails on six of them is one. Pure. */
import type { FailingTest, JobTests } from './test-api.ts';
import { failuresIn, isFailing } from './test-report.ts';

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

/** How many tests fail. Of a job that tells fewer than it has, nobody knows whether others have the same: `isAtLeast`. */
export function countFailing(jobs: readonly JobTests[]): { count: number; isAtLeast: boolean } {
  const told = gatherTests(jobs).length;
  const silent = jobs.filter(
    ({ counts, failures }) =>
      failuresIn(counts) > failures.filter(({ outcome }) => isFailing(outcome)).length,
  );
  if (silent.length === 0) return { count: told, isAtLeast: false };
  return { count: Math.max(told, ...silent.map(({ counts }) => failuresIn(counts))), isAtLeast: true };
}
