/**
 * The shell around the job's state machine: load → decide → save with its event and its outbox entry, in the caller's
 * transaction. Every change of a job in the whole coordinator goes through here.
 */
import type { AttemptTimes, LogSeal, Mark } from '#shared/attempt.ts';
import { isRejected, type Rejection } from '#shared/decision.ts';
import type { AttemptId, Instant, JobId, MachineId } from '#shared/ids.ts';
import type { AttemptEnd, JobEffect, JobEvent, JobRequest, Outcome } from '#shared/job.ts';
import { decideJob } from '#shared/job-machine.ts';
import type { Moment } from '#shared/log-moments.ts';
import type { Wake } from '../ground/wake.ts';
import { findAttempt, saveAttempt, saveEndedLog } from '../store/attempts.ts';
import { appendEvent } from '../store/events.ts';
import { findJob, type Job, listJobsOfRun, saveJobState } from '../store/jobs.ts';
import type { Tx } from '../store/store.ts';
import { forgetUploads } from '../store/uploads.ts';
import { countedAtEnd, countedOf } from './counted-jobs.ts';
import { dependentEvent, eventFor } from './job-needs.ts';

/** What is known of an attempt's log when the attempt ends. */
export type EndedLog = {
  seal: LogSeal;
  inline: Uint8Array | null;
  marks: Mark[];
  moments: readonly Moment[];
};

export type JobPorts = {
  /** Appends the job's commit status to the outbox; must do nothing for repositories without a forge. */
  publishStatus(tx: Tx, job: Job, at: Instant): Promise<Wake[]>;
  /** Tells the machine's own state machine that its attempt is over. */
  releaseMachine(tx: Tx, machine: MachineId, attempt: AttemptId, at: Instant): Promise<Wake[]>;
};

export type JobTransition = { job: Job; wakes: Wake[] } | { job: Job; rejected: Rejection; wakes: Wake[] };

export type Jobs = {
  /** @throws Error when there is no such job: callers only know ids of rows. */
  apply(tx: Tx, id: JobId, event: JobRequest, log?: EndedLog): Promise<JobTransition>;
  /** The same to a job that was loaded in this transaction. */
  applyTo(tx: Tx, job: Job, event: JobRequest, log?: EndedLog): Promise<JobTransition>;
};

/** The log of an attempt that ends without anybody having looked: nothing is known of it. */
const unknownLog: EndedLog = {
  seal: { state: 'partial', bytes: 0, reason: 'the log was not kept' },
  inline: null,
  marks: [],
  moments: [],
};

export function createJobs(ports: JobPorts): Jobs {
  async function apply(tx: Tx, id: JobId, request: JobRequest, log?: EndedLog): Promise<JobTransition> {
    const job = await findJob(tx, id);
    if (!job) throw new Error(`there is no job ${id}`);
    return applyTo(tx, job, request, log);
  }

  async function applyTo(
    tx: Tx,
    staleJob: Job,
    request: JobRequest,
    log: EndedLog = unknownLog,
  ): Promise<JobTransition> {
    const event = await eventFor(tx, staleJob, request);
    if ('rejected' in event) return { job: staleJob, rejected: event.rejected, wakes: [] };
    const decision = decideJob(staleJob.state, event);
    if (isRejected(decision)) return { job: staleJob, rejected: decision.rejected, wakes: [] };
    const job = await saveJobState(tx, staleJob, decision.state);
    await appendEvent(tx, eventOf(job, event));
    const wakes: Wake[] = [
      { type: 'changed', run: job.runId, job: job.id },
      ...countedOf(staleJob, job, event.at),
    ];
    for (const effect of decision.effects) wakes.push(...(await perform(tx, job, effect, event.at, log)));
    return { job, wakes };
  }

  async function perform(tx: Tx, job: Job, effect: JobEffect, at: Instant, log: EndedLog): Promise<Wake[]> {
    switch (effect.type) {
      case 'publish-status':
        return ports.publishStatus(tx, job, at);
      case 'end-attempt':
        return endAttempt(tx, job, effect.attempt, effect.end, at, log);
      case 'cancel-attempt':
        return [{ type: 'push-machine', machine: effect.machine }, { type: 'leases' }];
      case 'release-machine':
        return ports.releaseMachine(tx, effect.machine, effect.attempt, at);
      case 'wake-scheduler':
        return [{ type: 'scheduler' }, { type: 'fleet' }];
      case 'tell-dependents':
        return tellDependents(tx, job, effect.outcome, at);
    }
  }

  /** Jobs of the same run and image move when every suite they need has passed, or one has not. */
  async function tellDependents(tx: Tx, settled: Job, outcome: Outcome, at: Instant): Promise<Wake[]> {
    if (settled.stage !== 'suite') return [];
    const jobs = (await listJobsOfRun(tx, settled.runId)).filter(job => job.image === settled.image);
    const wakes: Wake[] = [];
    for (const job of jobs.filter(({ definition }) => definition.needs.includes(settled.suite))) {
      const event = dependentEvent(job, jobs, settled, outcome, at);
      // It waits for fewer now, and its status names them.
      wakes.push(
        ...(event ? (await apply(tx, job.id, event)).wakes : await ports.publishStatus(tx, job, at)),
      );
    }
    return wakes;
  }

  return { apply, applyTo };
}

/** Steps that were over before anybody was told of them began at their mark, as far as its machine's clock can be believed. */
function timesAtEnd(times: AttemptTimes, marks: readonly Mark[], endedAt: Instant): AttemptTimes {
  const first = marks.find(({ type }) => type === 'step-started');
  if (times.stepsAt !== null || !first) return { ...times, endedAt };
  const earliest = times.sourceAt ?? times.leasedAt;
  return { ...times, stepsAt: Math.min(Math.max(first.at, earliest), endedAt), endedAt };
}

async function endAttempt(
  tx: Tx,
  { state: { status } }: Job,
  id: AttemptId,
  end: AttemptEnd,
  at: Instant,
  log: EndedLog,
): Promise<Wake[]> {
  const attempt = await findAttempt(tx, id);
  if (!attempt) throw new Error(`there is no attempt ${id}`);
  const times = timesAtEnd(attempt.times, log.marks, at);
  await saveAttempt(tx, {
    ...attempt,
    state: { status: 'ended', at, end, log: log.seal },
    times,
    marks: log.marks.length > 0 ? log.marks : attempt.marks,
  });
  await saveEndedLog(tx, id, log);
  await forgetUploads(tx, id);
  const counted = countedAtEnd(attempt, end, times, status === 'settled');
  return [
    { type: 'log-ended', attempt: id },
    { type: 'counted', counted },
  ];
}

function eventOf(job: Job, { at, type, ...data }: JobEvent) {
  const attempt = 'attempt' in job.state && job.state.attempt ? { attempt: job.state.attempt } : {};
  const machine = 'machine' in job.state ? { machine: job.state.machine, host: job.state.host } : {};
  return {
    at,
    type: `job.${type}`,
    run: job.runId,
    job: job.id,
    ...attempt,
    ...machine,
    data: { ...data, status: job.state.status },
  };
}
