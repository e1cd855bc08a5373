import type { AttemptEnd, JobEvent, JobState } from '#shared/job.ts';
import { refusedFor } from '#shared/refusals/work.ts';
import { attempt, host, machine } from './sample-ids.ts';

const facts = { kind: 'repeatable', lastAttempt: 2, retries: 0 } as const;
const occupied = { attempt: attempt(2), machine: machine(1), host: host(1), ...facts };

/** One job in each status, on its second attempt. */
export const jobs: { [Status in JobState['status']]: Extract<JobState, { status: Status }> } = {
  blocked: { status: 'blocked', on: 'needs', ...facts },
  queued: { status: 'queued', queuedAt: 100, avoid: null, ...facts },
  leased: { status: 'leased', leasedAt: 100, ...occupied },
  cancelling: { status: 'cancelling', reason: 'cancelled', message: 'by kim', since: 100, ...occupied },
  finishing: { status: 'finishing', since: 100, ...occupied },
  settled: {
    status: 'settled',
    outcome: 'failed',
    message: '',
    settledAt: 100,
    attempt: attempt(2),
    ...facts,
  },
};

export const passed: AttemptEnd = { reason: 'exited', exitCode: 0, step: 0, message: '' };
export const failed: AttemptEnd = { reason: 'exited', exitCode: 2, step: 0, message: 'make: 2' };
export const lost: AttemptEnd = { reason: 'lost', message: 'the machine vanished' };
export const setupFailed = (permanent: boolean): AttemptEnd => ({
  reason: 'setup-failed',
  permanent,
  message: 'no source',
});

/** One event of each type, about the second attempt. */
export const events: { [Type in JobEvent['type']]: Extract<JobEvent, { type: Type }> } = {
  approved: { type: 'approved', at: 200, waitsFor: null },
  'needs-passed': { type: 'needs-passed', at: 200 },
  'needs-failed': { type: 'needs-failed', at: 200, message: 'unit failed' },
  unplaceable: {
    type: 'unplaceable',
    at: 200,
    message: 'linux isolates nothing',
    refusal: refusedFor('not-isolated'),
  },
  leased: { type: 'leased', at: 200, attempt: attempt(3), machine: machine(3), host: host(3) },
  'steps-ended': { type: 'steps-ended', at: 200, number: 2 },
  finished: { type: 'finished', at: 200, number: 2, end: passed },
  'attempt-lost': { type: 'attempt-lost', at: 200, number: 2, message: 'the machine vanished' },
  'cancel-requested': { type: 'cancel-requested', at: 200, reason: 'superseded', message: 'newer commit' },
  'rerun-requested': { type: 'rerun-requested', at: 200, waitsFor: null },
  'plan-reopened': { type: 'plan-reopened', at: 200 },
  'asked-for': { type: 'asked-for', at: 200, waitsFor: null },
  'ruled-out': { type: 'ruled-out', at: 200, message: 'not for next', byPlan: 'out-of-scope' },
};
