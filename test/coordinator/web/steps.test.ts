import { expect, test } from 'vitest';
import { stepsOf } from '#coordinator/web/job/steps-of.ts';
import type { Mark } from '#shared/attempt.ts';
import type { AttemptEnd } from '#shared/job.ts';

const steps = ['./configure', 'make', 'make check'].map(name => ({
  name,
  run: name,
  timeoutMs: 1,
  idleTimeoutMs: 1,
}));

const started = (step: number, at: number): Mark => ({ type: 'step-started', seq: 0, at, offset: 0, step });
const ended = (step: number, at: number, exitCode: number | null): Mark => ({
  type: 'step-ended',
  seq: 0,
  at,
  offset: 0,
  step,
  exitCode,
  lateBytes: 0,
});

const times = { queuedAt: 0, leasedAt: 1, sourceAt: 2, stepsAt: 3, uploadsAt: null, endedAt: null };

const standings = (marks: Mark[], end: AttemptEnd | null = null, step: number | null = null) =>
  stepsOf(steps, { marks, end, step, times: { ...times, endedAt: end ? 90 : null } }).map(
    each => each.standing,
  );

test('before the first attempt every step waits', () =>
  expect(stepsOf(steps, undefined).map(({ standing }) => standing)).toEqual(['queued', 'queued', 'queued']));

test('steps stand as their marks say', () => {
  expect(standings([started(0, 10), ended(0, 20, 0), started(1, 20)])).toEqual([
    'passed',
    'running',
    'queued',
  ]);
  const end = { reason: 'exited', exitCode: 2, step: 1, message: 'make: exit 2' } as const;
  expect(standings([started(0, 10), ended(0, 20, 0), started(1, 20), ended(1, 30, 2)], end)).toEqual([
    'passed',
    'failed',
    'skipped',
  ]);
});

test('a step that is known from a renewal runs before its mark is there', () =>
  expect(standings([], null, 0)).toEqual(['running', 'queued', 'queued']));

test.each([
  [{ reason: 'timed-out', limit: 'total', step: 0, message: '' }, 'timed-out'],
  [{ reason: 'cancelled', message: '' }, 'cancelled'],
  [{ reason: 'superseded', message: '' }, 'superseded'],
  [{ reason: 'lost', message: '' }, 'errored'],
  [{ reason: 'setup-failed', permanent: false, message: '' }, 'errored'],
] as const)('a step that was cut short by %j is %s, and took until then', (end, standing) => {
  expect(standings([started(0, 10)], end)).toEqual([standing, 'skipped', 'skipped']);
  // Killed for it: how the signal ended it says less than why.
  expect(standings([started(0, 10), ended(0, 80, null)], end)).toEqual([standing, 'skipped', 'skipped']);
  const [first] = stepsOf(steps, {
    marks: [started(0, 10)],
    end,
    step: null,
    times: { ...times, endedAt: 90 },
  });
  expect(first).toMatchObject({ from: 10, to: 90 });
});

test('a step that a signal ended by itself has failed', () => {
  const end = { reason: 'exited', exitCode: null, signal: 'SIGSEGV', step: 0, message: '' } as const;
  expect(standings([started(0, 10), ended(0, 20, null)], end)).toEqual(['failed', 'skipped', 'skipped']);
});
