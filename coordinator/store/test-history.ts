/** What tests did in other attempts. A pass is what a list says that no failure contradicts. */
import * as z from 'zod';
import type { AttemptId, CommitSha, Instant, JobId, RepositoryId, RunId } from '#shared/ids.ts';
import type { RunPurpose } from '#shared/run.ts';
import { runPurpose } from '#shared/run.ts';
import type { TestOutcome } from '#shared/test-report.ts';
import { parseValue, word } from './rows.ts';
import type { Tx } from './store.ts';
import { failureOutcome, type Test } from './tests.ts';

/** An attempt with read reports, and the commit it was about. */
export type ReportedAttempt = {
  attemptId: AttemptId;
  jobId: JobId;
  runId: RunId;
  runNumber: number;
  suite: string;
  image: string;
  listId: number | null;
  commit: CommitSha;
  ref: string;
  purpose: RunPurpose;
  at: Instant;
};

const reported = (tx: Tx) =>
  tx
    .selectFrom('test_report')
    .innerJoin('run', 'run.id', 'test_report.run_id')
    .select([
      'test_report.attempt_id as attemptId',
      'test_report.job_id as jobId',
      'test_report.run_id as runId',
      'run.number as runNumber',
      'test_report.suite as suite',
      'test_report.image as image',
      'test_report.list_id as listId',
      'run.commit_sha as commit',
      'run.ref as ref',
      'run.purpose as purpose',
      'test_report.created_at as at',
    ])
    .where('test_report.status', '=', word('read'));

const fromRow = <Row extends { purpose: string; attemptId: AttemptId }>(
  row: Row,
): Row & { purpose: RunPurpose } => ({
  ...row,
  purpose: parseValue(runPurpose, row.purpose, `run of ${row.attemptId}.purpose`),
});

/** Newest first: those of a suite, on whatever image and commit, before an attempt. */
export async function listReportedBefore(
  tx: Tx,
  {
    repositoryId,
    suite,
    before,
    max,
  }: { repositoryId: RepositoryId; suite: string; before: AttemptId; max: number },
): Promise<ReportedAttempt[]> {
  const rows = await reported(tx)
    .where('test_report.repository_id', '=', repositoryId)
    .where('test_report.suite', '=', suite)
    .where('test_report.attempt_id', '<', before)
    .orderBy('test_report.attempt_id', 'desc')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}

/** Newest first: those of these runs. */
export async function listReportedOfRuns(tx: Tx, runs: readonly RunId[]): Promise<ReportedAttempt[]> {
  if (runs.length === 0) return [];
  const rows = await reported(tx)
    .where('test_report.run_id', 'in', runs)
    .orderBy('test_report.attempt_id', 'desc')
    .execute();
  return rows.map(fromRow);
}

/** What these tests did in these attempts: `<test id> <attempt id>` → outcome. Where a test was not, there is none. */
export async function readOutcomes(
  tx: Tx,
  attempts: readonly Pick<ReportedAttempt, 'attemptId' | 'listId'>[],
  tests: readonly number[],
): Promise<Map<string, TestOutcome>> {
  const outcomes = new Map<string, TestOutcome>();
  const lists = [...new Set(attempts.flatMap(({ listId }) => (listId === null ? [] : [listId])))];
  if (lists.length === 0 || tests.length === 0) return outcomes;
  const entries = await tx
    .selectFrom('test_list_entry')
    .selectAll()
    .where('list_id', 'in', lists)
    .where('test_id', 'in', tests)
    .execute();
  for (const { attemptId, listId } of attempts)
    for (const entry of entries)
      if (entry.list_id === listId)
        outcomes.set(`${entry.test_id} ${attemptId}`, entry.is_skipped === 1 ? 'skipped' : 'passed');
  const failures = await tx
    .selectFrom('test_failure')
    .select(['attempt_id', 'test_id', 'outcome'])
    .where(
      'attempt_id',
      'in',
      attempts.map(({ attemptId }) => attemptId),
    )
    .where('test_id', 'in', tests)
    .execute();
  for (const { attempt_id, test_id, outcome } of failures)
    outcomes.set(
      `${test_id} ${attempt_id}`,
      parseValue(failureOutcome, outcome, `test_failure ${attempt_id}`),
    );
  return outcomes;
}

export type HistoryQuery = {
  test: Test;
  image: string | null;
  /** The name of a branch, or a ref. */
  ref: string | null;
  before: AttemptId | null;
  max: number;
};

export type HistoryEntry = ReportedAttempt & {
  outcome: TestOutcome;
  ms: number | null;
  message: string | null;
};

const failureColumns = z.object({ ms: z.number().nullable(), message: z.string().nullable() });

/** One test over runs and images, newest first. Attempts of its suite that did not have it are passed over. */
export async function listHistory(tx: Tx, query: HistoryQuery): Promise<HistoryEntry[]> {
  const { test, image, ref, before, max } = query;
  let attempts = reported(tx)
    .where('test_report.repository_id', '=', test.repositoryId)
    .where('test_report.suite', '=', test.suite)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('test_list_entry')
          .select('test_list_entry.test_id')
          .whereRef('test_list_entry.list_id', '=', 'test_report.list_id')
          .where('test_list_entry.test_id', '=', test.id),
      ),
    );
  if (image !== null) attempts = attempts.where('test_report.image', '=', image);
  if (ref !== null) attempts = attempts.where('run.ref', 'in', [ref, `refs/heads/${ref}`]);
  if (before !== null) attempts = attempts.where('test_report.attempt_id', '<', before);
  const rows = (await attempts.orderBy('test_report.attempt_id', 'desc').limit(max).execute()).map(fromRow);
  const outcomes = await readOutcomes(tx, rows, [test.id]);
  const details = await readDetails(tx, test.id, rows);
  return rows.map(row => ({
    ...row,
    outcome: outcomes.get(`${test.id} ${row.attemptId}`) ?? 'passed',
    ...(details.get(row.attemptId) ?? { ms: null, message: null }),
  }));
}

async function readDetails(tx: Tx, test: number, attempts: readonly ReportedAttempt[]) {
  if (attempts.length === 0) return new Map();
  const rows = await tx
    .selectFrom('test_failure')
    .select(['attempt_id', 'ms', 'message'])
    .where('test_id', '=', test)
    .where(
      'attempt_id',
      'in',
      attempts.map(({ attemptId }) => attemptId),
    )
    .execute();
  return new Map(rows.map(({ attempt_id, ...row }) => [attempt_id, failureColumns.parse(row)]));
}
