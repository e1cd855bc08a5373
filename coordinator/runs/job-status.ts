/**
 * Jobs and runs → commit statuses in the outbox. A status is a function of the rows at this moment; one that says the same as the
 * newest already written is not written again, so repeated events cost nothing.
 */
import {
  forgeStateOf,
  speakersOf,
  statusContext,
  summaryContext,
  summaryStateOf,
} from '#shared/forge-status.ts';
import type { Instant, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { cut, jobLabel, replanningText, statusDescription, summaryDescription } from '#shared/words.ts';
import type { Wake } from '../ground/wake.ts';
import { type Attempt, findLastAttempt } from '../store/attempts.ts';
import type { StatusPayload } from '../store/forge-payloads.ts';
import { findJob, type Job, listJobsOfRun, listJobsOfRuns, listQueuedJobs } from '../store/jobs.ts';
import { listRunsOfCommit, type Run } from '../store/runs.ts';
import {
  addStatusWrite,
  findLastStatusWrite,
  findStatusSubject,
  type RunSubject,
  type StatusSubject,
} from '../store/status-writes.ts';
import type { Tx } from '../store/store.ts';
import { type BrowsePorts, jobUrl } from './browse.ts';
import { statusFacts } from './job-sentences.ts';

/** The urgency of a status: what waits longest when GitHub limits us. */
const priority = { verdict: 0, phase: 1, waiting: 2 } as const;
type Urgency = keyof typeof priority;

export type JobStatuses = {
  /** The job changed its status, and with it what is required of its run. */
  publish(tx: Tx, job: Job, at: Instant): Promise<Wake[]>;
  /** A running job came into another phase: written at once. Into another step: when the last sentence has stood a while. */
  publishProgress(tx: Tx, attempt: Attempt, what: 'phase' | 'step', at: Instant): Promise<Wake[]>;
  /** Queued jobs whose sentence has aged, at most `max`. */
  refreshWaits(tx: Tx, at: Instant, max: number): Promise<Wake[]>;
  /** What is required of the run, all in all: its jobs were planned again. */
  publishSummary(tx: Tx, run: Run, at: Instant): Promise<Wake[]>;
  /** The run has no jobs because something is wrong with it. */
  publishRefusal(tx: Tx, run: Run, message: string, at: Instant): Promise<Wake[]>;
  /** It is right after all: without this an `error` would stand on the commit for ever. */
  withdrawRefusal(tx: Tx, run: Run, at: Instant): Promise<Wake[]>;
};

export function createJobStatuses(ports: BrowsePorts): JobStatuses {
  const runUrl = (id: RunId): string => `${ports.peopleUrl}/runs/${id}`;

  async function write(tx: Tx, changed: Job, urgency: Urgency, at: Instant): Promise<Wake[]> {
    const subject = await findStatusSubject(tx, changed.runId);
    if (!subject) return [];
    const job = await speakerFor(tx, subject, changed);
    const attempt = job.state.lastAttempt > 0 ? await findLastAttempt(tx, job.id) : null;
    const description = statusDescription(await statusFacts(tx, ports, subject, job, attempt));
    const payload = {
      state: forgeStateOf(job.state),
      description,
      targetUrl: jobUrl(ports.peopleUrl, job.id),
    };
    return addWhenNew(tx, subject, statusContext(job.image, job.suite), payload, urgency, at);
  }

  /** The same status, another sentence: written when the last one has stood for a while. */
  async function refresh(tx: Tx, job: Job, at: Instant): Promise<Wake[]> {
    const subject = await findStatusSubject(tx, job.runId);
    const last = subject && (await findLastStatusWrite(tx, subject, statusContext(job.image, job.suite)));
    return last && at - last.createdAt < limits.statusRefreshMs ? [] : write(tx, job, 'waiting', at);
  }

  /** One status that branch protection can require alone. While it only counts, it is written when the last has stood a while. */
  async function summarise(tx: Tx, runId: RunId, at: Instant, isAtOnce = false): Promise<Wake[]> {
    const subject = await findStatusSubject(tx, runId);
    // Why it was refused says more than its jobs.
    if (!subject || subject.status === 'refused') return [];
    const jobs = subject.isShared ? await speakers(tx, subject) : await listJobsOfRun(tx, runId);
    const required = jobs.filter(({ definition }) => definition.gate === 'required');
    const isPlannedAgain = subject.status === 'preparing';
    const state = summaryStateOf(
      required.map(job => job.state),
      isPlannedAgain,
    );
    const last = await findLastStatusWrite(tx, subject, summaryContext);
    const isSame = last?.payload.state === state && last.payload.targetUrl === runUrl(runId);
    if (isSame && !isAtOnce && state === 'pending' && at - last.createdAt < limits.statusRefreshMs) return [];
    const facts = required.map(job => ({ name: jobLabel(job), state: job.state }));
    const description = isPlannedAgain && state === 'pending' ? replanningText : summaryDescription(facts);
    const payload = { state, description, targetUrl: runUrl(runId) };
    return addWhenNew(tx, subject, summaryContext, payload, state === 'pending' ? 'phase' : 'verdict', at);
  }

  async function withdraw(tx: Tx, run: Run, at: Instant): Promise<Wake[]> {
    const subject = await findStatusSubject(tx, run.id);
    const last = subject && (await findLastStatusWrite(tx, subject, summaryContext));
    if (!last) return [];
    const description = run.state.status === 'empty' ? 'nothing to test' : 'each suite has its own status';
    const payload: StatusPayload = { state: 'success', description, targetUrl: runUrl(run.id) };
    return addWhenNew(tx, subject, summaryContext, payload, 'verdict', at);
  }

  return {
    async publish(tx, job, at) {
      const wakes = await write(tx, job, job.state.status === 'settled' ? 'verdict' : 'phase', at);
      return job.definition.gate === 'required' ? [...wakes, ...(await summarise(tx, job.runId, at))] : wakes;
    },
    async publishProgress(tx, { jobId, times }, what, at) {
      // The sentence of its lease is not older.
      if (what === 'step' && at - times.leasedAt < limits.statusRefreshMs) return [];
      const job = await findJob(tx, jobId);
      if (!job) return [];
      return what === 'phase' ? write(tx, job, 'phase', at) : refresh(tx, job, at);
    },
    async refreshWaits(tx, at, max) {
      const wakes: Wake[] = [];
      for (const job of await listQueuedJobs(tx, max)) wakes.push(...(await refresh(tx, job, at)));
      return wakes;
    },
    async publishRefusal(tx, run, message, at) {
      const subject = await findStatusSubject(tx, run.id);
      if (!subject) return [];
      const payload: StatusPayload = { state: 'error', description: cut(message), targetUrl: runUrl(run.id) };
      return addWhenNew(tx, subject, summaryContext, payload, 'verdict', at);
    },
    withdrawRefusal: withdraw,
    async publishSummary(tx, run, at) {
      const jobs = await listJobsOfRun(tx, run.id);
      const isRequired = jobs.some(({ definition }) => definition.gate === 'required');
      if (isRequired) return summarise(tx, run.id, at, true);
      return run.state.status === 'planned' ? withdraw(tx, run, at) : [];
    },
  };
}

/** Of all runs of a commit: one job for each context. */
async function speakers(tx: Tx, { repositoryId, commit }: RunSubject): Promise<Job[]> {
  const runs = await listRunsOfCommit(tx, repositoryId, commit);
  const told = runs.filter(({ purpose }) => purpose !== 'manual').map(({ id }) => id);
  return speakersOf(await listJobsOfRuns(tx, told));
}

async function speakerFor(tx: Tx, subject: RunSubject, job: Job): Promise<Job> {
  if (!subject.isShared) return job;
  const { image, suite } = job;
  return (await speakers(tx, subject)).find(each => each.image === image && each.suite === suite) ?? job;
}

async function addWhenNew(
  tx: Tx,
  subject: StatusSubject,
  context: string,
  payload: StatusPayload,
  urgency: Urgency,
  at: Instant,
): Promise<Wake[]> {
  const last = await findLastStatusWrite(tx, subject, context);
  const isOnItsWay = last?.status === 'pending' || last?.status === 'sent';
  const isSame = isOnItsWay && JSON.stringify(last.payload) === JSON.stringify(payload);
  if (isSame) return [];
  await addStatusWrite(tx, { ...subject, context, payload, priority: priority[urgency] }, at);
  return [{ type: 'outbox' }];
}
