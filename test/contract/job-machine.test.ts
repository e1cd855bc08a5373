import { describe, expect, test } from 'vitest';
import type { JobEvent, JobState } from '#shared/job.ts';
import { decideJob } from '#shared/job-machine.ts';
import { limits } from '#shared/limits.ts';
import { decisionText } from './decision-text.ts';
import { events, failed, jobs, lost, passed, setupFailed } from './job-samples.ts';
import { host } from './sample-ids.ts';

const queue = 'queued: publish-status, wake-scheduler';
const settle = 'settled: publish-status, tell-dependents';
const free = 'end-attempt, release-machine';
const over = `settled: ${free}, publish-status, tell-dependents`;
const again = `queued: ${free}, publish-status, wake-scheduler`;
const [stale, unchanged, impossible] = ['rejected: stale', 'rejected: unchanged', 'rejected: impossible'];

/** Every cell: what becomes of a job in this status on this event. */
const table: Record<JobState['status'], Record<JobEvent['type'], string>> = {
  blocked: {
    approved: unchanged,
    'needs-passed': queue,
    'needs-failed': settle,
    unplaceable: settle,
    leased: impossible,
    'steps-ended': stale,
    finished: stale,
    'attempt-lost': stale,
    'cancel-requested': settle,
    'rerun-requested': unchanged,
    'plan-reopened': unchanged,
    'asked-for': unchanged,
    'ruled-out': settle,
  },
  queued: {
    approved: unchanged,
    'needs-passed': unchanged,
    'needs-failed': settle,
    unplaceable: settle,
    leased: 'leased: publish-status',
    'steps-ended': stale,
    finished: stale,
    'attempt-lost': stale,
    'cancel-requested': settle,
    'rerun-requested': unchanged,
    'plan-reopened': unchanged,
    'asked-for': unchanged,
    'ruled-out': settle,
  },
  leased: {
    approved: unchanged,
    'needs-passed': unchanged,
    'needs-failed': unchanged,
    unplaceable: unchanged,
    leased: stale,
    'steps-ended': 'finishing',
    finished: over,
    'attempt-lost': again,
    'cancel-requested': 'cancelling: cancel-attempt, publish-status',
    'rerun-requested': unchanged,
    'plan-reopened': unchanged,
    'asked-for': unchanged,
    'ruled-out': unchanged,
  },
  cancelling: {
    approved: unchanged,
    'needs-passed': unchanged,
    'needs-failed': unchanged,
    unplaceable: unchanged,
    leased: stale,
    'steps-ended': unchanged,
    finished: over,
    'attempt-lost': over,
    'cancel-requested': unchanged,
    'rerun-requested': impossible,
    'plan-reopened': unchanged,
    'asked-for': unchanged,
    'ruled-out': unchanged,
  },
  finishing: {
    approved: unchanged,
    'needs-passed': unchanged,
    'needs-failed': unchanged,
    unplaceable: unchanged,
    leased: stale,
    'steps-ended': unchanged,
    finished: over,
    'attempt-lost': again,
    'cancel-requested': unchanged,
    'rerun-requested': unchanged,
    'plan-reopened': unchanged,
    'asked-for': unchanged,
    'ruled-out': unchanged,
  },
  settled: {
    approved: unchanged,
    'needs-passed': unchanged,
    'needs-failed': unchanged,
    unplaceable: unchanged,
    leased: impossible,
    'steps-ended': stale,
    finished: stale,
    'attempt-lost': stale,
    'cancel-requested': unchanged,
    'rerun-requested': queue,
    'plan-reopened': unchanged,
    'asked-for': unchanged,
    'ruled-out': unchanged,
  },
};

const cells = Object.values(jobs).flatMap(job => Object.values(events).map(event => ({ job, event })));

test.each(cells)('a $job.status job on $event.type', ({ job, event }) => {
  expect(decisionText(decideJob(job, event))).toBe(table[job.status][event.type]);
});

const stateAfter = (job: JobState, event: JobEvent): JobState | null => {
  const decision = decideJob(job, event);
  return 'state' in decision ? decision.state : null;
};

describe('a blocked job', () => {
  const waiting: JobState = { ...jobs.blocked, on: 'approval' };

  test('that waits for approval is queued by it, and not by its needs', () => {
    expect(decisionText(decideJob(waiting, events.approved))).toBe(queue);
    expect(decisionText(decideJob(waiting, events['needs-passed']))).toBe(unchanged);
  });

  test('whose needs failed is skipped, with the reason', () => {
    expect(stateAfter(jobs.blocked, events['needs-failed'])).toMatchObject({
      outcome: 'skipped',
      message: 'unit failed',
      attempt: null,
    });
  });
});

test('a lease is the next attempt, on the machine it names', () => {
  const { attempt, machine, host } = events.leased;
  const expected = { status: 'leased', lastAttempt: 3, leasedAt: 200, attempt, machine, host };
  expect(stateAfter(jobs.queued, events.leased)).toMatchObject(expected);
});

test('a job cancelled in the queue settles without an attempt, with the reason asked for', () => {
  const expected = { outcome: 'superseded', message: 'newer commit', attempt: null };
  expect(stateAfter(jobs.queued, events['cancel-requested'])).toMatchObject(expected);
});

describe.each([jobs.leased, jobs.finishing])('the end of an attempt of a $status job', job => {
  test.each([
    ['exit code 0', passed, 'passed'],
    ['another exit code', failed, 'failed'],
    ['a signal', { ...failed, exitCode: null, signal: 'SIGSEGV' }, 'failed'],
    ['a timeout', { reason: 'timed-out', limit: 'idle', step: 0, message: '' }, 'timed-out'],
    ['a cancellation', { reason: 'cancelled', message: '' }, 'cancelled'],
    ['a newer commit', { reason: 'superseded', message: '' }, 'superseded'],
    ['a failure that trying again cannot help', setupFailed(true), 'errored'],
  ] as const)('by %s settles it', (_, end, outcome) => {
    const state = stateAfter(job, { ...events.finished, end });
    expect(state).toMatchObject({ status: 'settled', outcome, message: end.message, attempt: job.attempt });
  });

  test.each([lost, setupFailed(false)])(
    'by infrastructure ($reason) queues it again, elsewhere first',
    end => {
      const state = stateAfter(job, { ...events.finished, end });
      expect(state).toMatchObject({ status: 'queued', retries: 1, avoid: host(1), lastAttempt: 2 });
    },
  );

  test('by infrastructure settles it when the retries are used up', () => {
    const tired = { ...job, retries: limits.infrastructureRetries };
    const expected = { status: 'settled', outcome: 'errored', message: 'the machine vanished' };
    expect(stateAfter(tired, events['attempt-lost'])).toMatchObject(expected);
  });

  test('by infrastructure settles a job that may run only once', () => {
    const expected = { status: 'settled', outcome: 'errored' };
    expect(stateAfter({ ...job, kind: 'once' }, events['attempt-lost'])).toMatchObject(expected);
  });

  test('names attempt, machine and end to those who clean up', () => {
    const decision = decideJob(job, { ...events.finished, end: failed });
    expect(decision).toMatchObject({
      effects: [
        { type: 'end-attempt', attempt: job.attempt, end: failed },
        { type: 'release-machine', machine: job.machine, attempt: job.attempt },
        { type: 'publish-status' },
        { type: 'tell-dependents', outcome: 'failed' },
      ],
    });
  });
});

describe('a job that is being cancelled', () => {
  test('says so to its machine', () => {
    const { attempt, machine } = jobs.leased;
    const order = { type: 'cancel-attempt', attempt, machine, number: 2, reason: 'superseded' };
    expect(decideJob(jobs.leased, events['cancel-requested'])).toMatchObject({ effects: [order, {}] });
  });

  test('keeps the verdict of a suite that ended before it heard of it', () => {
    expect(stateAfter(jobs.cancelling, events.finished)).toMatchObject({ outcome: 'passed' });
  });

  test.each([lost, setupFailed(false)])('is cancelled also when its machine reports $reason', end => {
    const expected = { status: 'settled', outcome: 'cancelled', message: 'by kim' };
    expect(stateAfter(jobs.cancelling, { ...events.finished, end })).toMatchObject(expected);
    expect(stateAfter(jobs.cancelling, events['attempt-lost'])).toMatchObject(expected);
  });
});

test('a re-run has all its retries again and may go anywhere; its attempts count on', () => {
  const expected = { status: 'queued', retries: 0, avoid: null, lastAttempt: 2, queuedAt: 200 };
  expect(stateAfter({ ...jobs.settled, retries: 2 }, events['rerun-requested'])).toMatchObject(expected);
});

test('an approval is no way around the suites before a job, and is not asked for twice', () => {
  const untrusted = { ...jobs.blocked, on: 'approval' as const };
  expect(stateAfter(untrusted, { ...events.approved, waitsFor: 'needs' })).toMatchObject({
    status: 'blocked',
    on: 'needs',
    approvedAt: 200,
  });
  expect(stateAfter(untrusted, events.approved)).toMatchObject({ status: 'queued', approvedAt: 200 });
});

test.each(['approval', 'needs'] as const)('a re-run is no way around the %s a job waits for', waitsFor => {
  const again = { ...events['rerun-requested'], waitsFor };
  expect(stateAfter(jobs.settled, again)).toMatchObject({ status: 'blocked', on: waitsFor, retries: 0 });
});

describe('a job that its plan has settled', () => {
  const outOfScope: JobState = { ...jobs.settled, outcome: 'skipped', byPlan: 'out-of-scope', attempt: null };
  const leftOut: JobState = {
    ...jobs.settled,
    byPlan: 'left-out',
    message: 'main requires it',
    attempt: null,
  };

  test('because nothing of it was asked for runs when somebody asks for it', () => {
    const queued = stateAfter(outOfScope, events['rerun-requested']);
    expect(queued).toMatchObject({ status: 'queued' });
    expect(queued).not.toHaveProperty('byPlan');
  });

  test('because the commit leaves it out can never run', () => {
    expect(decideJob(leftOut, events['rerun-requested'])).toEqual({
      rejected: { reason: 'impossible', message: 'nothing can run again: main requires it' },
    });
  });
});

describe('a plan for another base', () => {
  const skipped: JobState = {
    ...{ ...jobs.settled, outcome: 'skipped', byPlan: 'out-of-scope', attempt: null },
    message: 'no file of src/** changed',
  };
  const held: JobState = { ...jobs.blocked, on: 'plan' };
  const red: JobState = { ...skipped, outcome: 'failed', byPlan: 'left-out' };
  const ruledIn = { ...events['ruled-out'], byPlan: 'left-out' } as const;

  test('takes back that a job is out of scope, until it is known', () => {
    expect(decisionText(decideJob(skipped, events['plan-reopened']))).toBe('blocked: publish-status');
    expect(stateAfter(skipped, events['plan-reopened'])).toMatchObject({ on: 'plan' });
  });

  test.each([
    ['begins what it asks for', held, events['asked-for'], queue],
    [
      'lets that wait for what it needs',
      held,
      { ...events['asked-for'], waitsFor: 'needs' },
      'blocked: publish-status',
    ],
    ['skips again what it does not ask for', held, events['ruled-out'], settle],
    ['makes red what is missing', held, ruledIn, settle],
    ['takes the red back that only another base had asked for', red, events['ruled-out'], settle],
    [
      'has what is queued wait for what it needs now',
      jobs.queued,
      { ...events['asked-for'], waitsFor: 'needs' },
      'blocked: publish-status',
    ],
    [
      'begins what could not begin before',
      { ...skipped, byPlan: undefined, outcome: 'errored' },
      events['asked-for'],
      queue,
    ],
    ['leaves a verdict alone', jobs.settled, events['ruled-out'], unchanged],
    [
      'leaves alone what somebody has cancelled',
      { ...skipped, byPlan: undefined, outcome: 'cancelled' },
      events['asked-for'],
      unchanged,
    ],
    ['cannot run what the commit has left out', red, events['asked-for'], unchanged],
    ['is not hurried by a failure before it', held, events['needs-failed'], unchanged],
    ['is not hurried by a success before it', held, events['needs-passed'], unchanged],
  ] as [string, JobState, JobEvent, string][])('%s', (_, job, event, text) => {
    expect(decisionText(decideJob(job, event))).toBe(text);
  });

  test('does not forget that somebody has approved meanwhile', () => {
    expect(stateAfter(held, events.approved)).toMatchObject({
      status: 'blocked',
      on: 'plan',
      approvedAt: 200,
    });
  });
});
