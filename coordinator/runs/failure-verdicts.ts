/** Evidence for the verdicts on failing tests of a job: rows → `shared/test-verdict.ts`. */
import { limits } from '#shared/limits.ts';
import { isFailing, type TestOutcome } from '#shared/test-report.ts';
import { countDisagreements, judgeFailure, type Results, type Verdict } from '#shared/test-verdict.ts';
import { findRun, listRunsOfCommit, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import {
  listReportedBefore,
  listReportedOfRuns,
  type ReportedAttempt,
  readOutcomes,
} from '../store/test-history.ts';
import type { TestReport } from '../store/test-reports.ts';
import type { FailedTest } from '../store/tests.ts';
import { baseOf } from './base-of.ts';

/** By the id of the test: of the first failing ones of an attempt. */
export async function judgeTests(
  tx: Tx,
  report: TestReport,
  failures: readonly FailedTest[],
): Promise<Map<number, Verdict>> {
  const run = await findRun(tx, report.runId);
  const judged = failures.slice(0, limits.verdictsPerJob);
  if (!run || judged.length === 0) return new Map();
  const base = await baseOf(tx, run);
  const same = await sameCommit(tx, report, run);
  const others = await onBase(tx, report, run, base.ref);
  const tests = judged.map(({ testId }) => testId);
  const outcomes = await readOutcomes(tx, [...same, ...others], tests);
  const resultsIn = (attempts: readonly ReportedAttempt[], test: number) =>
    attempts.flatMap(({ attemptId, commit }) => {
      const result = resultOf(outcomes.get(`${test} ${attemptId}`));
      return result === null ? [] : [{ commit, result }];
    });
  return new Map(
    judged.map(({ testId, outcome }) => {
      const elsewhere = resultsIn(others, testId);
      const evidence = {
        image: report.image,
        isInfrastructure: false,
        isReportedFlaky: outcome === 'flaky',
        sameCommit: resultsIn(same, testId).map(({ result }) => result) as Results,
        base: { name: base.name, results: elsewhere.map(({ result }) => result) },
        disagreements: countDisagreements(elsewhere),
      };
      return [testId, judgeFailure(evidence)];
    }),
  );
}

/** Skipped is no result; what was flaky has passed in the end, and is told by both of its results. */
function resultOf(outcome: TestOutcome | undefined): 'passed' | 'failed' | null {
  if (outcome === undefined || outcome === 'skipped') return null;
  return isFailing(outcome) ? 'failed' : 'passed';
}

const isComparable = (attempt: ReportedAttempt, { image, suite }: TestReport): boolean =>
  attempt.image === image && attempt.suite === suite;

async function sameCommit(tx: Tx, report: TestReport, run: Run): Promise<ReportedAttempt[]> {
  const runs = await listRunsOfCommit(tx, run.repositoryId, run.commit);
  const attempts = await listReportedOfRuns(
    tx,
    runs.map(({ id }) => id),
  );
  return attempts.filter(attempt => isComparable(attempt, report));
}

async function onBase(tx: Tx, report: TestReport, run: Run, ref: string): Promise<ReportedAttempt[]> {
  const { repositoryId, suite, attemptId: before } = report;
  const attempts = await listReportedBefore(tx, { repositoryId, suite, before, max: limits.reportsExamined });
  return attempts
    .filter(
      attempt =>
        isComparable(attempt, report) &&
        attempt.purpose === 'landed' &&
        attempt.ref === ref &&
        attempt.commit !== run.commit,
    )
    .slice(0, limits.baseResults);
}
