/**
 * The life of a job. Invariants: only `errored` infrastructure ends are retried, at most `infrastructureRetries` times,
 * never for a `once` job and never when trying again cannot help; a message about any attempt but the newest is stale;
 * a settled job changes only by a re-run.
 */
import { type Decision, decideBy, impossible, stale, type Table, unchanged } from './decision.ts';
import type { Instant } from './ids.ts';
import {
  type AttemptEnd,
  type JobEffect,
  type JobEvent,
  type JobState,
  type OccupiedJob,
  type Outcome,
  outcomeOf,
} from './job.ts';
import { limits } from './limits.ts';
import { refusedFor, type WorkRefusal } from './refusals/work.ts';

type JobDecision = Decision<JobState, JobEffect>;
type Facts = Pick<JobState, 'kind' | 'lastAttempt' | 'retries' | 'approvedAt'>;

const factsOf = ({ kind, lastAttempt, retries, approvedAt }: Facts): Facts => ({
  kind,
  lastAttempt,
  retries,
  ...(approvedAt === undefined ? {} : { approvedAt }),
});

function enqueue(job: JobState, at: Instant, avoid: OccupiedJob['host'] | null = null): JobDecision {
  return {
    state: { status: 'queued', queuedAt: at, avoid, ...factsOf(job) },
    effects: [{ type: 'publish-status' }, { type: 'wake-scheduler' }],
  };
}

/** Neither a re-run nor an approval is a way around what else has to come first: approval, then the suites that it needs. */
const block = (job: JobState, on: 'approval' | 'needs' | 'plan'): JobDecision => ({
  state: { status: 'blocked', on, ...factsOf(job) },
  effects: [{ type: 'publish-status' }],
});

function settle(
  job: JobState,
  at: Instant,
  outcome: Outcome,
  message: string,
  refusal?: WorkRefusal,
): JobDecision {
  const attempt = 'attempt' in job ? job.attempt : null;
  const why = refusal ? { refusal } : {};
  return {
    state: { status: 'settled', outcome, message, ...why, settledAt: at, attempt, ...factsOf(job) },
    effects: [{ type: 'publish-status' }, { type: 'tell-dependents', outcome }],
  };
}

/** What a plan says of a job that nothing has come of. */
function settleByPlan(
  job: JobState,
  { at, message, byPlan }: Extract<JobEvent, { type: 'ruled-out' }>,
): JobDecision {
  const isLeftOut = byPlan === 'left-out';
  const outcome = isLeftOut ? 'failed' : 'skipped';
  const why = { byPlan, message, ...(isLeftOut ? { refusal: refusedFor('suite-left-out') } : {}) };
  return {
    state: { status: 'settled', outcome, ...why, settledAt: at, attempt: null, ...factsOf(job) },
    effects: [{ type: 'publish-status' }, { type: 'tell-dependents', outcome }],
  };
}

/** What a plan has settled, or what could not even begin, may be planned otherwise; what has run, or was cancelled, keeps that. */
const hasResult = (job: Extract<JobState, { status: 'settled' }>): boolean =>
  job.attempt !== null || !(job.byPlan || job.outcome === 'skipped' || job.outcome === 'errored');

/** Ends the attempt and frees the machine; the job settles, or queues again when only the infrastructure failed. */
function endAttempt(job: OccupiedJob, at: Instant, end: AttemptEnd, refusal?: WorkRefusal): JobDecision {
  const over: JobEffect[] = [
    { type: 'end-attempt', attempt: job.attempt, end },
    { type: 'release-machine', machine: job.machine, attempt: job.attempt },
  ];
  const next = mayRetry(job, end)
    ? enqueue({ ...job, retries: job.retries + 1 }, at, job.host)
    : settle(job, at, outcomeOf(end), end.message, refusal);
  return 'rejected' in next ? next : { state: next.state, effects: [...over, ...next.effects] };
}

function mayRetry(job: Facts, end: AttemptEnd): boolean {
  const isInfrastructure = end.reason === 'lost' || (end.reason === 'setup-failed' && !end.permanent);
  return isInfrastructure && job.kind === 'repeatable' && job.retries < limits.infrastructureRetries;
}

/** What was asked for wins over what the machine could no longer tell. */
const cancelledEnd = (job: Extract<JobState, { status: 'cancelling' }>): AttemptEnd => ({
  reason: job.reason,
  message: job.message,
});

/** Runs `then` only for the newest attempt: the fence. */
const fenced = (job: OccupiedJob, number: number, then: () => JobDecision): JobDecision =>
  number === job.lastAttempt ? then() : stale(`attempt ${number} is not the newest (${job.lastAttempt})`);

const notLeased = (_: JobState, event: { number: number }): JobDecision =>
  stale(`attempt ${event.number} is over`);

const table: Table<JobState, JobEvent, JobEffect> = {
  blocked: {
    approved: (job, { at, waitsFor }) => {
      if (job.on === 'needs') return unchanged('waits for other jobs, not for approval');
      const approved = { ...job, approvedAt: at };
      if (job.on === 'plan') return { state: approved, effects: [] };
      return waitsFor ? block(approved, waitsFor) : enqueue(approved, at);
    },
    'needs-passed': (job, { at }) =>
      job.on === 'needs' ? enqueue(job, at) : unchanged(`waits for ${job.on}`),
    // On `plan`: whether anybody asks for it is not known yet.
    'needs-failed': (job, { at, message }) =>
      job.on === 'plan' ? unchanged('waits for plan') : settle(job, at, 'skipped', message),
    unplaceable: (job, { at, message, refusal }) => settle(job, at, 'errored', message, refusal),
    leased: () => impossible('a blocked job cannot be leased'),
    'steps-ended': notLeased,
    finished: notLeased,
    'attempt-lost': notLeased,
    'cancel-requested': (job, { at, reason, message }) => settle(job, at, reason, message),
    'rerun-requested': () => unchanged('the job has not run yet'),
    'plan-reopened': () => unchanged('the job has not run yet'),
    'asked-for': (job, { at, waitsFor }) => {
      if (job.on !== 'plan') return unchanged('it is asked for already');
      return waitsFor ? block(job, waitsFor) : enqueue(job, at);
    },
    'ruled-out': settleByPlan,
  },
  queued: {
    approved: () => unchanged('already queued'),
    'needs-passed': () => unchanged('already queued'),
    'needs-failed': (job, { at, message }) => settle(job, at, 'skipped', message),
    unplaceable: (job, { at, message, refusal }) => settle(job, at, 'errored', message, refusal),
    leased: (job, { at, attempt, machine, host }) => ({
      state: {
        status: 'leased',
        leasedAt: at,
        attempt,
        machine,
        host,
        ...factsOf(job),
        lastAttempt: job.lastAttempt + 1,
      },
      effects: [{ type: 'publish-status' }],
    }),
    'steps-ended': notLeased,
    finished: notLeased,
    'attempt-lost': notLeased,
    'cancel-requested': (job, { at, reason, message }) => settle(job, at, reason, message),
    'rerun-requested': () => unchanged('already queued'),
    'plan-reopened': () => unchanged('already queued'),
    // What it could do without before is asked for too.
    'asked-for': (job, { waitsFor }) =>
      waitsFor === 'needs' ? block(job, waitsFor) : unchanged('already queued'),
    'ruled-out': settleByPlan,
  },
  leased: {
    approved: () => unchanged('already running'),
    'needs-passed': () => unchanged('already running'),
    'needs-failed': () => unchanged('already running'),
    unplaceable: () => unchanged('already running'),
    leased: () => stale('already leased'),
    'steps-ended': (job, { at, number }) =>
      fenced(job, number, () => ({
        state: {
          status: 'finishing',
          since: at,
          attempt: job.attempt,
          machine: job.machine,
          host: job.host,
          ...factsOf(job),
        },
        effects: [],
      })),
    finished: (job, { at, number, end, refusal }) =>
      fenced(job, number, () => endAttempt(job, at, end, refusal)),
    'attempt-lost': (job, { at, number, message }) =>
      fenced(job, number, () => endAttempt(job, at, { reason: 'lost', message })),
    'cancel-requested': (job, { at, reason, message }) => ({
      state: {
        status: 'cancelling',
        reason,
        message,
        since: at,
        attempt: job.attempt,
        machine: job.machine,
        host: job.host,
        ...factsOf(job),
      },
      effects: [
        {
          type: 'cancel-attempt',
          attempt: job.attempt,
          machine: job.machine,
          number: job.lastAttempt,
          reason,
        },
        { type: 'publish-status' },
      ],
    }),
    'rerun-requested': () => unchanged('already running'),
    'plan-reopened': () => unchanged('already running'),
    'asked-for': () => unchanged('already running'),
    'ruled-out': () => unchanged('already running'),
  },
  cancelling: {
    approved: () => unchanged('being cancelled'),
    'needs-passed': () => unchanged('being cancelled'),
    'needs-failed': () => unchanged('being cancelled'),
    unplaceable: () => unchanged('being cancelled'),
    leased: () => stale('already leased'),
    'steps-ended': (job, { number }) => fenced(job, number, () => unchanged('being cancelled')),
    // The suite may have ended before it heard of the cancellation: the first reason wins, and that is the agent's to say.
    finished: (job, { at, number, end }) =>
      fenced(job, number, () =>
        endAttempt(job, at, end.reason === 'lost' || end.reason === 'setup-failed' ? cancelledEnd(job) : end),
      ),
    'attempt-lost': (job, { at, number }) =>
      fenced(job, number, () => endAttempt(job, at, cancelledEnd(job))),
    'cancel-requested': () => unchanged('already being cancelled'),
    'rerun-requested': () => impossible('wait until the cancellation is through'),
    'plan-reopened': () => unchanged('being cancelled'),
    'asked-for': () => unchanged('being cancelled'),
    'ruled-out': () => unchanged('being cancelled'),
  },
  finishing: {
    approved: () => unchanged('already finishing'),
    'needs-passed': () => unchanged('already finishing'),
    'needs-failed': () => unchanged('already finishing'),
    unplaceable: () => unchanged('already finishing'),
    leased: () => stale('already leased'),
    'steps-ended': (job, { number }) => fenced(job, number, () => unchanged('already finishing')),
    finished: (job, { at, number, end, refusal }) =>
      fenced(job, number, () => endAttempt(job, at, end, refusal)),
    'attempt-lost': (job, { at, number, message }) =>
      fenced(job, number, () => endAttempt(job, at, { reason: 'lost', message })),
    'cancel-requested': () => unchanged('the steps are over; the verdict is being stored'),
    'rerun-requested': () => unchanged('still finishing'),
    'plan-reopened': () => unchanged('still finishing'),
    'asked-for': () => unchanged('still finishing'),
    'ruled-out': () => unchanged('still finishing'),
  },
  settled: {
    approved: () => unchanged('already settled'),
    'needs-passed': () => unchanged('already settled'),
    'needs-failed': () => unchanged('already settled'),
    unplaceable: () => unchanged('already settled'),
    leased: () => impossible('a settled job cannot be leased'),
    'steps-ended': notLeased,
    finished: notLeased,
    'attempt-lost': notLeased,
    'cancel-requested': () => unchanged('already settled'),
    'rerun-requested': (job, { at, waitsFor }) => {
      if (job.byPlan === 'left-out') return impossible(`nothing can run again: ${job.message}`);
      const fresh = { ...job, retries: 0 };
      return waitsFor ? block(fresh, waitsFor) : enqueue(fresh, at);
    },
    'plan-reopened': job =>
      job.byPlan === 'out-of-scope' ? block(job, 'plan') : unchanged('it was asked for already'),
    'asked-for': (job, { at, waitsFor }) => {
      if (hasResult(job) || job.byPlan === 'left-out') return unchanged('it has a result');
      return waitsFor ? block(job, waitsFor) : enqueue(job, at);
    },
    'ruled-out': (job, event) =>
      hasResult(job) || job.byPlan === event.byPlan ? unchanged('it has a result') : settleByPlan(job, event),
  },
};

/** The next state of a job and what the shell has to do about it; total over every status and event. */
export const decideJob = (state: JobState, event: JobEvent): JobDecision => decideBy(table, state, event);
