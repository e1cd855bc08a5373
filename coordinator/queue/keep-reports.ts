/** What an attempt has handed over of reports is kept with its end, to be read afterwards: no verdict waits for it. */
import type { Instant } from '#shared/ids.ts';
import { outcomeOf } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import { withoutUnseen } from '#shared/log-text.ts';
import type { Finished } from '#shared/messages.ts';
import { noTests, type ReportFile } from '#shared/test-report.ts';
import type { Wake } from '../ground/wake.ts';
import type { Attempt } from '../store/attempts.ts';
import type { Job } from '../store/jobs.ts';
import type { Tx } from '../store/store.ts';
import { insertTestReport } from '../store/test-reports.ts';

/** Those of an untrusted message that may count: each place once, and no more than a job may have. */
export function namedReports({ reports = [] }: Finished): ReportFile[] {
  const byPlace = new Map(reports.map(file => [`${file.format} ${file.path}`, file]));
  return [...byPlace.values()].slice(0, limits.reportFiles);
}

/** `arrived`: those of the named ones that are here, whole. */
export async function keepReports(
  tx: Tx,
  { job, attempt, message }: { job: Job; attempt: Attempt; message: Finished },
  arrived: readonly ReportFile[],
  at: Instant,
): Promise<Wake[]> {
  if (!job.definition.reports) return [];
  const notices = noticesOf(message, namedReports(message).length - arrived.length);
  if (arrived.length === 0 && notices.length === 0) return [];
  const isToBeRead = arrived.length > 0;
  await insertTestReport(
    tx,
    {
      attemptId: attempt.id,
      jobId: job.id,
      runId: job.runId,
      repositoryId: job.repositoryId,
      suite: job.suite,
      image: job.image,
      status: isToBeRead ? 'received' : 'read',
      tries: 0,
      nextAt: at,
      listId: null,
      counts: noTests,
      notices,
      createdAt: at,
    },
    arrived,
  );
  return isToBeRead ? [{ type: 'reports' }] : [];
}

function noticesOf({ end, reports, reportNotices = [] }: Finished, missing: number): string[] {
  const said = reportNotices
    .slice(0, limits.reportNotices - 1)
    .map(notice => withoutUnseen(notice.slice(0, limits.reportNoticeChars).toWellFormed()));
  if (missing > 0) said.push(`${missing} ${missing === 1 ? 'report has' : 'reports have'} not arrived whole`);
  const isOld = reports === undefined && ['passed', 'failed', 'timed-out'].includes(outcomeOf(end));
  return isOld
    ? ['the agent of this machine is too old to hand over reports; its image needs a newer one']
    : said;
}
