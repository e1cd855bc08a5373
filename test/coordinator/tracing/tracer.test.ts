import { afterEach, beforeEach, expect, test } from 'vitest';
import { listAttemptsOfJob } from '#coordinator/store/attempts.ts';
import { findRun } from '#coordinator/store/runs.ts';
import { type Span, spansOf } from '#coordinator/tracing/run-spans.ts';
import { startTracer, type Tracer } from '#coordinator/tracing/tracer.ts';
import { until } from '#test/support/until.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { openGuests, passed } from '../support/guest-lab.ts';
import { jobNow, leaseJob } from '../support/rows.ts';

let lab: Lab;
let tracer: Tracer;
const sent: Span[][] = [];
beforeEach(async () => {
  lab = await openLab();
  sent.length = 0;
  tracer = startTracer({
    ...{ store: lab.store, now: lab.now, report: { warn() {} } },
    exporter: { add: spans => void sent.push([...spans]) },
  });
});
afterEach(async () => {
  await tracer.close();
  await lab.close();
});

test('a run is traced when all of its jobs have settled, and what is run again once more, by itself', async () => {
  const { job, attempt } = await leaseJob(lab);
  tracer.touch(job.runId);
  lab.clock.now += 5_000;
  await openGuests(lab).finish(attempt, passed);
  tracer.touch(job.runId);
  // GitHub is told by nobody here, and is waited for no longer than a minute.
  lab.clock.now += 61_000;
  await until('it is traced', () => sent.length === 1);
  expect(sent[0]?.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['job default on linux', 'attempt 1', 'queue', 'start']),
  );
  const rerun = { type: 'rerun-requested', at: lab.clock.now } as const;
  await lab.store.write(tx => lab.jobs.apply(tx, job.id, rerun));
  tracer.touch(job.runId);
  const cancel = {
    type: 'cancel-requested',
    at: lab.clock.now,
    reason: 'cancelled',
    message: 'by hand',
  } as const;
  await lab.store.write(tx => lab.jobs.apply(tx, job.id, cancel));
  tracer.touch(job.runId);
  expect((await jobNow(lab, job.id)).state.status).toBe('settled');
  // No attempt came of it: there is nothing to tell.
  await tracer.close();
  expect(sent).toHaveLength(1);
});

test('steps of a machine whose clock is an hour off stand where their phase does, with their lengths', async () => {
  const { job, attempt: id } = await leaseJob(lab);
  lab.clock.now += 5_000;
  await openGuests(lab).finish(id, passed);
  const run = await findRun(lab.store.read, job.runId);
  const [attempt] = await listAttemptsOfJob(lab.store.read, job.id);
  if (!run || !attempt) throw new Error('there is no such run');
  const { leasedAt } = attempt.times;
  const late = leasedAt + 3_600_000;
  const skewed = {
    ...attempt,
    times: { ...attempt.times, stepsAt: leasedAt + 1_000 },
    requestedAt: null,
    marks: [
      { type: 'step-started', seq: 0, at: late, offset: 0, step: 0 } as const,
      { type: 'step-ended', seq: 1, at: late + 700, offset: 0, step: 0, exitCode: 0, lateBytes: 0 } as const,
    ],
  };
  const jobs = [await jobNow(lab, job.id)];
  const facts = { run, repository: 'acme/rocket', jobs, attempts: [skewed], writes: [] };
  const step = spansOf(facts).find(({ name }) => name.startsWith('step '));
  expect([step?.start, step?.end]).toEqual([leasedAt + 1_000, leasedAt + 1_700]);
  expect(spansOf(facts)).toEqual(spansOf(facts));
});
