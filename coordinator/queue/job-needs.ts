/**
 * What a job has to wait for. Suites that it needs have to pass on the same image of the same run; an untrusted job waits
 * for approval first, because that can take days, and for its suites then. One that did not pass skips all that stand on it;
 * one that is out of scope is nothing to wait for.
 */
import { impossible, type Rejection } from '#shared/decision.ts';
import type { Instant } from '#shared/ids.ts';
import { isOutOfScope, isSatisfied, type JobEvent, type JobRequest, type Outcome } from '#shared/job.ts';
import { type Job, listJobsOfRun } from '../store/jobs.ts';
import type { Tx } from '../store/store.ts';

/** What the settling of a suite means for a job that needs it; null: it waits for more. */
export function dependentEvent(
  job: Job,
  jobs: Job[],
  settled: Job,
  outcome: Outcome,
  at: Instant,
): JobRequest | null {
  if (!isSatisfied(settled.state)) return { type: 'needs-failed', at, message: causeOf(settled, outcome) };
  if (unmetNeeds(job, jobs).length > 0) return null;
  // A suite that was re-run after its failure lifts what its failure had skipped.
  const wasSkipped =
    job.state.status === 'settled' && job.state.outcome === 'skipped' && !isOutOfScope(job.state);
  return wasSkipped ? { type: 'rerun-requested', at } : { type: 'needs-passed', at };
}

/** A skipped suite names what failed before it: that is what somebody has to look at. */
const causeOf = ({ suite, image, state }: Job, outcome: Outcome): string =>
  state.status === 'settled' && outcome === 'skipped' && state.message
    ? state.message
    : `${suite} on ${image} ended as ${outcome}`;

/** The suites that have to pass on the same image before the job, and have not. */
const unmetNeeds = (job: Job, jobsOfRun: Job[]): Job[] =>
  jobsOfRun.filter(
    ({ suite, image, state }) =>
      image === job.image && job.definition.needs.includes(suite) && !isSatisfied(state),
  );

const jobsBeside = async (tx: Tx, job: Job): Promise<Job[]> =>
  job.definition.needs.length === 0 ? [] : listJobsOfRun(tx, job.runId);

type Completed = JobEvent | { rejected: Rejection };

/** The same with the jobs of its run as they are now. */
export const eventFor = async (tx: Tx, job: Job, request: JobRequest): Promise<Completed> =>
  isToComplete(request) ? completed(job, await jobsBeside(tx, job), request) : request;

type ToComplete = Extract<JobRequest, { type: 'approved' | 'rerun-requested' | 'asked-for' }>;

const isToComplete = (request: JobRequest): request is ToComplete =>
  ['approved', 'rerun-requested', 'asked-for'].includes(request.type);

/** Completes a request with what the job has to wait for. Rejected is one that would wait for ever. */
export function completed(job: Job, jobsOfRun: Job[], request: JobRequest): Completed {
  if (!isToComplete(request)) return request;
  const { at, type } = request;
  const unmet = unmetNeeds(job, jobsOfRun);
  const needs = unmet.length > 0 ? 'needs' : null;
  if (type === 'approved') return { type, at, waitsFor: needs };
  const ended = unmet.find(({ state }) => state.status === 'settled');
  if (ended?.state.status === 'settled' && type === 'asked-for')
    return { type: 'needs-failed', at, message: causeOf(ended, ended.state.outcome) };
  if (ended)
    return impossible(`${job.suite} needs ${ended.suite}, which has not passed; run ${ended.suite} again`);
  return { type, at, waitsFor: wasLet(job) ? needs : 'approval' };
}

/** An untrusted job that ran was approved, also where nobody wrote down when. */
const wasLet = ({ isTrusted, state }: Job): boolean =>
  isTrusted || state.lastAttempt > 0 || state.approvedAt !== undefined;

/** The names of the suites that a blocked job waits for; null: it does not. */
export async function explainNeeds(tx: Tx, job: Job): Promise<string | null> {
  const unmet = unmetNeeds(job, await jobsBeside(tx, job));
  return unmet.length > 0 ? unmet.map(({ suite }) => suite).join(', ') : null;
}
