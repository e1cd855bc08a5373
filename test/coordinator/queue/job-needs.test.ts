/** Whatever is approved, repeated, cancelled, lost or ends in whichever order: what has to come first comes first. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { completed, dependentEvent } from '#coordinator/queue/job-needs.ts';
import type { PlannedJob } from '#coordinator/runs/planned-job.ts';
import { withinScope } from '#coordinator/runs/scope.ts';
import { needsFirst } from '#coordinator/runs/suite-needs.ts';
import type { Job } from '#coordinator/store/jobs.ts';
import { isRejected } from '#shared/decision.ts';
import { isOutOfScope, isSatisfied, type JobRequest, type JobState } from '#shared/job.ts';
import { decideJob } from '#shared/job-machine.ts';
import { failed, lost, passed } from '../../contract/job-samples.ts';
import { attempt, host, machine } from '../../contract/sample-ids.ts';

const count = 4;
const at = 1;
const facts = { kind: 'repeatable', lastAttempt: 0, retries: 0 } as const;

/** Each suite needs any of those with a lower number; in the file they stand in any order, and any may be out of scope. */
const anyRun = fc
  .record({
    isTrusted: fc.boolean(),
    isSkipped: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
    needs: fc.array(fc.array(fc.boolean(), { minLength: count, maxLength: count }), {
      minLength: count,
      maxLength: count,
    }),
    order: fc.shuffledSubarray([...Array(count).keys()], { minLength: count, maxLength: count }),
  })
  .map(({ isTrusted, isSkipped, needs, order }) =>
    scoped(
      order.map(n => jobOf(n, needs[n] ?? [], isTrusted)),
      isSkipped,
    ),
  );

/** As a plan settles what is out of scope, and begins what needs nothing else. */
function scoped(jobs: Job[], isSkipped: readonly boolean[]): Job[] {
  const suites = Object.fromEntries(
    isSkipped.map((isSo, n) => [
      `s${n}`,
      { steps: [{ run: 'a' }], ...(isSo ? { on: ['change' as const] } : {}) },
    ]),
  );
  const facts = { purpose: 'landed', branch: 'main', changed: { type: 'all' }, marker: null } as const;
  return withinScope(jobs as PlannedJob[], [{ file: { version: 1, suites }, facts }], at) as Job[];
}

function jobOf(n: number, row: readonly boolean[], isTrusted: boolean): Job {
  const needs = row.flatMap((isNeeded, other) => (isNeeded && other < n ? [`s${other}`] : []));
  const state: JobState = !isTrusted
    ? { status: 'blocked', on: 'approval', ...facts }
    : needs.length > 0
      ? { status: 'blocked', on: 'needs', ...facts }
      : { status: 'queued', queuedAt: at, avoid: null, ...facts };
  return { suite: `s${n}`, image: 'linux', stage: 'suite', isTrusted, definition: { needs }, state } as Job;
}

const acts = ['approve', 'rerun', 'cancel', 'lease', 'pass', 'fail', 'lose'] as const;
type Act = (typeof acts)[number];
const anyStorm = fc.array(fc.tuple(fc.constantFrom(...acts), fc.nat(count - 1)), {
  minLength: 10,
  maxLength: 80,
});

function requestOf(act: Act, { lastAttempt: number }: JobState): JobRequest {
  switch (act) {
    case 'approve':
      return { type: 'approved', at };
    case 'rerun':
      return { type: 'rerun-requested', at };
    case 'cancel':
      return { type: 'cancel-requested', at, reason: 'cancelled', message: 'by hand' };
    case 'lease':
      return { type: 'leased', at, attempt: attempt(number + 1), machine: machine(1), host: host(1) };
    case 'pass':
      return { type: 'finished', at, number, end: passed };
    case 'fail':
      return { type: 'finished', at, number, end: failed };
    case 'lose':
      return { type: 'finished', at, number, end: lost };
  }
}

/** The jobs of a run in memory, moved by the same decisions as in the store. */
function openRun(start: readonly Job[]) {
  const jobs = start.map(job => ({ ...job }));
  const approved = new Set<string>();
  const hasPassed = ({ state }: Job) => isSatisfied(state);

  function apply(job: Job, request: JobRequest): void {
    const event = completed(job, jobs, request);
    if ('rejected' in event) return;
    const before = job.state.status;
    const decision = decideJob(job.state, event);
    if (isRejected(decision)) return;
    if (event.type === 'approved') approved.add(job.suite);
    job.state = decision.state;
    if (job.state.status === 'queued' && (before === 'blocked' || before === 'settled')) judge(job);
    for (const effect of decision.effects)
      if (effect.type === 'tell-dependents')
        for (const other of jobs.filter(({ definition }) => definition.needs.includes(job.suite))) {
          const told = dependentEvent(other, jobs, job, effect.outcome, at);
          if (told) apply(other, told);
        }
  }

  function judge(job: Job): void {
    const needed = jobs.filter(({ suite }) => job.definition.needs.includes(suite));
    expect(needed.filter(other => !hasPassed(other)).map(({ suite }) => suite)).toEqual([]);
    expect(job.isTrusted || approved.has(job.suite)).toBe(true);
  }

  const act = (job: Job | undefined, what: Act) => job && apply(job, requestOf(what, job.state));
  return { jobs, act, hasPassed };
}

test('no job is queued before its approval and before the suites that it needs', () => {
  fc.assert(
    fc.property(anyRun, anyStorm, (start, storm) => {
      const { jobs, act } = openRun(start);
      for (const [what, index] of storm) act(jobs[index], what);
    }),
    { numRuns: 500 },
  );
});

test('whatever was, a run that is approved and run again in the order of its needs passes as a whole', () => {
  fc.assert(
    fc.property(anyRun, anyStorm, (start, storm) => {
      const { jobs, act, hasPassed } = openRun(start);
      for (const [what, index] of storm) act(jobs[index], what);
      // Whatever holds a machine ends; what did not pass runs again.
      for (const job of jobs) act(job, 'fail');
      for (const job of needsFirst(jobs)) if (!hasPassed(job)) act(job, 'rerun');
      for (const job of jobs) act(job, 'approve');
      for (let round = 0; round < count; round += 1)
        for (const job of jobs) for (const what of ['lease', 'pass'] as const) act(job, what);
      expect(jobs.filter(job => !hasPassed(job)).map(({ suite }) => suite)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('a job that is skipped stands on one that did not pass', () => {
  fc.assert(
    fc.property(anyRun, anyStorm, (start, storm) => {
      const { jobs, act } = openRun(start);
      for (const [what, index] of storm) act(jobs[index], what);
      for (const { state } of jobs)
        if (state.status === 'settled' && state.outcome === 'skipped' && !isOutOfScope(state))
          expect(state.message).toMatch(/^s\d on linux ended as (failed|cancelled|errored)$/);
    }),
    { numRuns: 300 },
  );
});

test('a job that is out of scope stays so, whatever happens beside it', () => {
  fc.assert(
    fc.property(anyRun, anyStorm, (start, storm) => {
      const { jobs, act } = openRun(start);
      const skipped = start.flatMap(({ state }, n) => (isOutOfScope(state) ? [n] : []));
      for (const [what, index] of storm)
        if (what !== 'rerun' || !skipped.includes(index)) act(jobs[index], what);
      for (const n of skipped) expect(jobs[n]?.state).toEqual(start[n]?.state);
    }),
    { numRuns: 500 },
  );
});
