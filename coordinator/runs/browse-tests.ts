/** Reports of jobs and the history of tests, as they are shown. Reading only. */
import type { AttemptId, JobId, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { FailingTest, JobTests, TestHistory } from '#shared/test-api.ts';
import { noTests } from '#shared/test-report.ts';
import type { Verdict } from '#shared/test-verdict.ts';
import { findJob, type Job, listJobsOfRun } from '../store/jobs.ts';
import { findRepository } from '../store/repositories.ts';
import { findRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { listHistory } from '../store/test-history.ts';
import { listTestReportsOfJobs, type TestReport } from '../store/test-reports.ts';
import { type FailedTest, findTest, listFailures } from '../store/tests.ts';
import type { MaySee } from './attempt-views.ts';
import { judgeTests } from './failure-verdicts.ts';

/** Null when the reader may not see it. */
export async function browseJobTests(tx: Tx, id: JobId, maySee: MaySee): Promise<JobTests | null> {
  const job = await findJob(tx, id);
  if (!job || !(await isSeen(tx, job, maySee))) return null;
  const report = (await listTestReportsOfJobs(tx, [id])).at(-1);
  return viewTests(tx, job, report, limits.testFailures);
}

/** Of the jobs that have reports, in their order; without outputs. */
export async function browseRunTests(tx: Tx, id: RunId, maySee: MaySee): Promise<JobTests[] | null> {
  const run = await findRun(tx, id);
  if (!run || !(await isSeen(tx, run, maySee))) return null;
  const jobs = await listJobsOfRun(tx, id);
  const reports = await listTestReportsOfJobs(
    tx,
    jobs.map(job => job.id),
  );
  const newest = new Map(reports.map(report => [report.jobId, report]));
  const views: JobTests[] = [];
  for (const job of jobs) {
    const report = newest.get(job.id);
    if (report) views.push(withoutOutput(await viewTests(tx, job, report, limits.verdictsPerJob)));
  }
  return views;
}

const withoutOutput = (view: JobTests): JobTests => ({
  ...view,
  failures: view.failures.map(failure => ({ ...failure, output: null })),
});

async function viewTests(tx: Tx, job: Job, report: TestReport | undefined, max: number): Promise<JobTests> {
  const { id, suite, image } = job;
  const about = { job: id, suite, image };
  if (!report) return { ...about, attempt: null, isRead: true, counts: noTests, notices: [], failures: [] };
  const failures = await listFailures(tx, [report.attemptId], max);
  const verdicts = await judgeTests(tx, report, failures);
  return {
    ...about,
    attempt: report.attemptId,
    isRead: report.status === 'read',
    counts: report.counts,
    notices: report.notices,
    failures: failures.map(failure => viewFailure(failure, verdicts.get(failure.testId) ?? null)),
  };
}

const viewFailure = (
  { test, outcome, file, line, ms, message, output }: FailedTest,
  verdict: Verdict | null,
): FailingTest => ({
  test: test.key,
  group: test.className,
  name: test.name,
  ...{ outcome, file, line, ms, message, output, verdict },
});

export type HistoryAsked = {
  image?: string | undefined;
  branch?: string | undefined;
  before?: AttemptId | undefined;
  max: number;
};

/** Null when there is no such test, or the reader may not see its repository. */
export async function browseTest(
  tx: Tx,
  key: string,
  { image, branch, before, max }: HistoryAsked,
  maySee: MaySee,
): Promise<TestHistory | null> {
  const test = await findTest(tx, key);
  const repository = test && (await findRepository(tx, test.repositoryId));
  if (!test || !repository || !maySee(repository)) return null;
  const query = { test, image: image ?? null, ref: branch ?? null, before: before ?? null, max };
  const entries = await listHistory(tx, query);
  return {
    test: { key, repository: repository.fullName, suite: test.suite, group: test.className, name: test.name },
    items: entries.map(
      ({ attemptId, jobId, runId, runNumber, image, commit, ref, outcome, ms, message, at }) => ({
        ...{
          run: runId,
          runNumber,
          job: jobId,
          attempt: attemptId,
          image,
          commit,
          ref,
          outcome,
          ms,
          message,
          at,
        },
      }),
    ),
    next: entries.length === max ? (entries.at(-1)?.attemptId ?? null) : null,
  };
}

async function isSeen(tx: Tx, { repositoryId }: Pick<Job, 'repositoryId'>, maySee: MaySee): Promise<boolean> {
  const repository = await findRepository(tx, repositoryId);
  return repository !== null && maySee(repository);
}
