/** Reports of attempts: handed over with the end of one, read afterwards, counted and kept. */
import * as z from 'zod';
import type { AttemptId, Instant, JobId, RepositoryId, RunId } from '#shared/ids.ts';
import { type ReportFile, reportFormat, type TestCounts, testCounts } from '#shared/test-report.ts';
import { parseColumn, parseValue, word } from './rows.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
import type { Tx } from './store.ts';

export type TestReport = {
  attemptId: AttemptId;
  jobId: JobId;
  runId: RunId;
  repositoryId: RepositoryId;
  suite: string;
  image: string;
  /** `received`: it is to be read, for the next time at `nextAt`. */
  status: 'received' | 'read';
  tries: number;
  nextAt: Instant;
  /** Which tests ran; null until it is read, and where there was none. */
  listId: number | null;
  counts: TestCounts;
  /** Sentences about what was wrong with the reports. */
  notices: string[];
  createdAt: Instant;
};

const reportStatus = z.enum(['received', 'read']);
const noticesOf = z.array(z.string());

export const testReportFrom = (row: Tables['test_report']): TestReport => ({
  attemptId: row.attempt_id,
  jobId: row.job_id,
  runId: row.run_id,
  repositoryId: row.repository_id,
  suite: row.suite,
  image: row.image,
  status: parseValue(reportStatus, row.status, `test_report ${row.attempt_id}.status`),
  tries: row.tries,
  nextAt: row.next_at,
  listId: row.list_id,
  counts: parseColumn(testCounts, row.counts, `test_report ${row.attempt_id}.counts`),
  notices: parseColumn(noticesOf, row.notices, `test_report ${row.attempt_id}.notices`),
  createdAt: row.created_at,
});

/** Keeps what an attempt has handed over, in the transaction that ends it. */
export async function insertTestReport(
  tx: Tx,
  report: TestReport,
  files: readonly ReportFile[],
): Promise<void> {
  await tx
    .insertInto('test_report')
    .values({
      attempt_id: report.attemptId,
      job_id: report.jobId,
      run_id: report.runId,
      repository_id: report.repositoryId,
      suite: report.suite,
      image: report.image,
      status: report.status,
      tries: report.tries,
      next_at: report.nextAt,
      list_id: report.listId,
      counts: JSON.stringify(report.counts),
      notices: JSON.stringify(report.notices),
      created_at: report.createdAt,
    })
    .execute();
  const rows = files.map(({ path, format, bytes, sha256 }) => ({
    ...{ attempt_id: report.attemptId, path, format, bytes, sha256 },
  }));
  if (rows.length > 0) await tx.insertInto('report_file').values(rows).execute();
}

const byAttempt = statement((db, { id }: { id: AttemptId }) =>
  db.selectFrom('test_report').selectAll().where('attempt_id', '=', id),
);

export async function findTestReport(tx: Tx, id: AttemptId): Promise<TestReport | null> {
  const row = await byAttempt.first(tx, { id });
  return row ? testReportFrom(row) : null;
}

/** Of every attempt of these jobs, oldest first. */
export async function listTestReportsOfJobs(tx: Tx, jobs: readonly JobId[]): Promise<TestReport[]> {
  if (jobs.length === 0) return [];
  const rows = await tx
    .selectFrom('test_report')
    .selectAll()
    .where('job_id', 'in', jobs)
    .orderBy('attempt_id')
    .execute();
  return rows.map(testReportFrom);
}

export async function listReportFiles(tx: Tx, attempt: AttemptId): Promise<ReportFile[]> {
  const rows = await tx
    .selectFrom('report_file')
    .select(['path', 'format', 'bytes', 'sha256'])
    .where('attempt_id', '=', attempt)
    .orderBy('path')
    .orderBy('format')
    .execute();
  return rows.map(row => ({
    ...row,
    format: parseValue(reportFormat, row.format, `report_file ${attempt}.format`),
  }));
}

const due = statement((db, { now, max }: { now: Instant; max: number }) =>
  db
    .selectFrom('test_report')
    .selectAll()
    .where('status', '=', word('received'))
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .orderBy('attempt_id')
    .limit(max),
);

/** Those that have waited the longest, at most `max`. */
export const listReportsToRead = async (tx: Tx, now: Instant, max: number): Promise<TestReport[]> =>
  (await due.all(tx, { now, max })).map(testReportFrom);

const nextDue = statement((db, { now }: { now: Instant }) =>
  db
    .selectFrom('test_report')
    .select(eb => eb.fn.min('next_at').as('at'))
    .where('status', '=', word('received'))
    .where('next_at', '>', now),
);

/** When the next of those that are due later is due; null when there is none. */
export const nextReportAt = async (tx: Tx, now: Instant): Promise<Instant | null> =>
  (await nextDue.first(tx, { now }))?.at ?? null;

const put = statement((db, row: Pick<Tables['test_report'], 'attempt_id' | 'tries' | 'next_at'>) =>
  db
    .updateTable('test_report')
    .set(pick(row, ['tries', 'next_at']))
    .where('attempt_id', '=', row.attempt_id),
);

/** Another try begins; should it end without a word, the next is at `nextAt`. */
export async function noteReportTry(tx: Tx, report: TestReport, nextAt: Instant): Promise<void> {
  await put.run(tx, { attempt_id: report.attemptId, tries: report.tries + 1, next_at: nextAt });
}

const finish = statement(
  (db, row: Pick<Tables['test_report'], 'attempt_id' | 'list_id' | 'counts' | 'notices'>) =>
    db
      .updateTable('test_report')
      .set({ ...pick(row, ['list_id', 'counts', 'notices']), status: word('read') })
      .where('attempt_id', '=', row.attempt_id),
);

export async function saveReadReport(
  tx: Tx,
  { attemptId, listId, counts, notices }: Pick<TestReport, 'attemptId' | 'listId' | 'counts' | 'notices'>,
): Promise<void> {
  await finish.run(tx, {
    attempt_id: attemptId,
    list_id: listId,
    counts: JSON.stringify(counts),
    notices: JSON.stringify(notices),
  });
}
