/**
 * Runs → check runs in the outbox, where GitHub lets us write them: one for each run. How it stands is written with the change
 * that makes it so; what it shows beyond that is worked out when it leaves (`describe-check.ts`).
 */
import type { Instant, JobId, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { jobLabel } from '#shared/words.ts';
import type { Wake } from '../ground/wake.ts';
import type { CheckPayload } from '../store/forge-payloads.ts';
import { addWrite, findLastWrite, type WriteOf } from '../store/forge-writes.ts';
import { type Job, listJobsOfRun } from '../store/jobs.ts';
import { findRun, type Run } from '../store/runs.ts';
import { findStatusSubject } from '../store/status-writes.ts';
import type { Tx } from '../store/store.ts';
import { listTestReportsOfJobs } from '../store/test-reports.ts';

import { checkOf } from './check-state.ts';
import { jobSentences, type SentencePorts } from './job-sentences.ts';
import type { JobStatuses } from './job-status.ts';

/** The same statuses, and with each of them the check run of its run. */
export function withCheckRuns(statuses: JobStatuses, ports: SentencePorts): JobStatuses {
  const and = async (wakes: Promise<Wake[]>, tx: Tx, run: RunId, at: Instant): Promise<Wake[]> => [
    ...(await wakes),
    ...(await publishCheck(tx, ports, run, at)),
  ];
  return {
    ...statuses,
    publish: (tx, job, at) => and(statuses.publish(tx, job, at), tx, job.runId, at),
    publishRefusal: (tx, run, message, at) =>
      and(statuses.publishRefusal(tx, run, message, at), tx, run.id, at),
    publishSummary: (tx, run, at) => and(statuses.publishSummary(tx, run, at), tx, run.id, at),
    withdrawRefusal: (tx, run, at) => and(statuses.withdrawRefusal(tx, run, at), tx, run.id, at),
  };
}

/** How the check of a run should stand: its state, without the words. */
export const checkStanding = (run: Run, jobs: readonly Job[]): CheckPayload =>
  standingOf(run, jobs, new Map());

const standingOf = (
  { state, commit }: Run,
  jobs: readonly Job[],
  texts: ReadonlyMap<JobId, string>,
): CheckPayload =>
  checkOf(
    state,
    commit,
    jobs.map(job => ({
      name: jobLabel(job),
      state: job.state,
      isRequired: job.definition.gate === 'required',
      text: texts.get(job.id) ?? '',
    })),
  );

/** Writes how it stands, when that is new. */
export async function publishCheck(tx: Tx, ports: SentencePorts, id: RunId, at: Instant): Promise<Wake[]> {
  const subject = await findStatusSubject(tx, id);
  const run = subject && (await findRun(tx, id));
  if (!run) return [];
  const jobs = await listJobsOfRun(tx, id);
  const isOver = jobs.every(({ state }) => state.status === 'settled');
  // Only a run that is over has a sentence of a job in its title.
  const texts = isOver ? await jobSentences(tx, ports, run, jobs) : new Map();
  const standing = standingOf(run, jobs, texts);
  const reports = isOver ? await countReadReports(tx, jobs) : 0;
  const payload = standing.status === 'completed' && reports > 0 ? { ...standing, reports } : standing;
  const key = { kind: 'check', repository: subject.repository, subject: run.commit, context: id } as const;
  const last = await findLastWrite(tx, key);
  if (last && !isNews(last, payload, at)) return [];
  await addWrite(tx, { ...key, payload, priority: payload.status === 'completed' ? 0 : 2 }, at);
  return [{ type: 'outbox' }];
}

async function countReadReports(tx: Tx, jobs: readonly Job[]): Promise<number> {
  const ids = jobs.filter(({ definition }) => definition.reports).map(({ id }) => id);
  return (await listTestReportsOfJobs(tx, ids)).filter(({ status }) => status === 'read').length;
}

/** While it only counts, it is written when the last has stood a while. */
function isNews(last: WriteOf<'check'>, payload: CheckPayload, at: Instant): boolean {
  const isOnItsWay = last.status === 'pending' || last.status === 'sent';
  if (!isOnItsWay || last.payload.status !== payload.status) return true;
  if (payload.status !== 'completed' && at - last.createdAt < limits.statusRefreshMs) return false;
  return JSON.stringify(last.payload) !== JSON.stringify(payload);
}
