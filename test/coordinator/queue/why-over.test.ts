import { describe, expect, test } from 'vitest';
import { whyOver } from '#coordinator/queue/leases.ts';
import type { OccupiedJob } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import type { MachineState } from '#shared/machine.ts';
import { jobs } from '#test/contract/job-samples.ts';
import { attempt } from '#test/contract/sample-ids.ts';

const deadlineMs = 60_000;
const busy: MachineState = { status: 'busy', since: 100, attempt: attempt(2), reuse: 'single-use' };
const retiring: MachineState = { status: 'retiring', since: 100, reason: 'expired', reuse: 'single-use' };
const gone: MachineState = { status: 'gone', at: 100, reason: 'unplugged', reuse: 'single-use' };

const { leased, cancelling, finishing } = jobs;
const since = 100;
const late = {
  leased: since + deadlineMs + limits.finishingDeadlineMs,
  cancelling: since + limits.cancelDeadlineMs,
  finishing: since + limits.finishingDeadlineMs,
};

type Scene = { machine?: MachineState | null; isLeaseOver?: boolean; isAttentive?: boolean };
const why = (
  job: OccupiedJob,
  now: number,
  { machine = busy, isLeaseOver = false, isAttentive = true }: Scene = {},
) => whyOver(job, deadlineMs, machine, { isLeaseOver, isAttentive }, now - since);

describe.each([leased, cancelling, finishing])('an attempt whose job is $status', job => {
  test('goes on while its machine is busy with it and renews', () => {
    expect(why(job, late[job.status])).toBe(null);
  });

  test('is over at once when its machine is gone or unknown', () => {
    expect(why(job, 101, { machine: gone, isAttentive: false })).toBe('the machine was lost: unplugged');
    expect(why(job, 101, { machine: null, isAttentive: false })).toBe('the machine was lost: it is unknown');
  });

  test('is over when its lease has run out', () => {
    expect(why(job, 101, { isLeaseOver: true })).toBe('the machine has not reported for 30 s');
  });

  test('is over past its deadline, unless we have been away ourselves', () => {
    const sentence = {
      leased: 'the attempt is past its deadline and its machine did not end it',
      cancelling: 'the machine did not confirm the cancellation',
      finishing: 'the log or the uploads were not complete in time',
    };
    expect(why(job, late[job.status] + 1)).toBe(sentence[job.status]);
    expect(why(job, late[job.status] + 1, { isAttentive: false })).toBe(null);
  });
});

test('a machine that was taken away ends its attempt; one that is being cancelled may still report', () => {
  expect(why(leased, 101, { machine: retiring })).toBe('the machine was taken away: expired');
  expect(why(finishing, 101, { machine: retiring })).toBe('the machine was taken away: expired');
  expect(why(cancelling, 101, { machine: retiring })).toBe(null);
});
