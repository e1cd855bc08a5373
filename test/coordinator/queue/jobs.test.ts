import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listEventsOfJob } from '#coordinator/store/events.ts';
import { listUnsentWrites } from '#coordinator/store/forge-writes.ts';
import type { Job } from '#coordinator/store/jobs.ts';
import type { Run } from '#coordinator/store/runs.ts';
import type { JobRequest } from '#shared/job.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { failed, openGuests, passed } from '../support/guest-lab.ts';
import { addHost, addJob, addMachine, addRun, attemptOf, fresh, jobNow } from '../support/rows.ts';

let lab: Lab;
let run: Run;
beforeEach(async () => {
  lab = await openLab();
  run = await addRun(lab);
});
afterEach(() => lab.close());

const blocked = (on: 'needs' | 'approval') => ({ status: 'blocked', on, ...fresh }) as const;
const apply = ({ id }: Job, request: JobRequest) => lab.store.write(tx => lab.jobs.apply(tx, id, request));
const stateOf = async ({ id }: Job) => (await jobNow(lab, id)).state;
const rerun = (job: Job) => apply(job, { type: 'rerun-requested', at: lab.clock.now });
const cancel = (job: Job) =>
  apply(job, { type: 'cancel-requested', at: lab.clock.now, reason: 'cancelled', message: 'by hand' });

/** Runs the job that is next on a machine of its own. */
async function finish(job: Job, end = passed): Promise<void> {
  await addMachine(lab, await addHost(lab, `host-of-${job.id.slice(-4)}-${lab.clock.now++}`));
  await lab.schedule();
  await openGuests(lab).finish(await attemptOf(lab, job.id), end);
}

/** Two suites and what is built when both have passed. */
async function threeJobs() {
  const unit = await addJob(lab, { run, suite: 'unit' });
  const e2e = await addJob(lab, { run, suite: 'e2e', position: 1 });
  const onMerge = { run, stage: 'on-merge' as const, state: blocked('needs') };
  const build = await addJob(lab, { ...onMerge, suite: 'build', position: 2, needs: ['unit', 'e2e'] });
  return { unit, e2e, build };
}

describe('a job that needs others', () => {
  test('is queued when the last of them has passed', async () => {
    const { unit, e2e, build } = await threeJobs();
    await finish(unit);
    expect(await stateOf(build)).toMatchObject(blocked('needs'));
    await finish(e2e);
    expect(await stateOf(build)).toMatchObject({ status: 'queued', queuedAt: lab.clock.now });
  });

  test('is skipped when one of them did not pass, and says which', async () => {
    const { unit, e2e, build } = await threeJobs();
    await finish(unit, failed);
    const skipped = { status: 'settled', outcome: 'skipped', message: 'unit on linux ended as failed' };
    expect(await stateOf(build)).toMatchObject(skipped);
    await finish(e2e);
    expect(await stateOf(build)).toMatchObject(skipped);
  });

  test('is lifted when what failed is run again and passes', async () => {
    const { unit, e2e, build } = await threeJobs();
    await finish(unit, failed);
    await finish(e2e);
    await rerun(unit);
    expect(await stateOf(build)).toMatchObject({ outcome: 'skipped' });
    await finish(unit);
    expect(await stateOf(build)).toMatchObject({ status: 'queued' });
  });

  test('is skipped also out of the queue, when what had passed is run again and does not', async () => {
    const { unit, e2e, build } = await threeJobs();
    await finish(unit);
    await finish(e2e);
    await rerun(unit);
    expect(await stateOf(build)).toMatchObject({ status: 'queued' });
    await cancel(unit);
    expect(await stateOf(build)).toMatchObject({
      outcome: 'skipped',
      message: 'unit on linux ended as cancelled',
    });
  });

  test('has nothing to do with another image', async () => {
    const { build } = await threeJobs();
    const elsewhere = await addJob(lab, { run, suite: 'unit', image: 'netbsd' });
    await cancel(elsewhere);
    expect(await stateOf(build)).toMatchObject(blocked('needs'));
  });

  test('is no way around them when it is run again by itself', async () => {
    const { unit, e2e, build } = await threeJobs();
    await finish(unit, failed);
    await finish(e2e);
    const refused = await rerun(build);
    expect(refused).toMatchObject({
      rejected: { reason: 'impossible', message: 'build needs unit, which has not passed; run unit again' },
    });
    await rerun(unit);
    await rerun(build);
    expect(await stateOf(build)).toMatchObject(blocked('needs'));
    await finish(unit);
    expect(await stateOf(build)).toMatchObject({ status: 'queued' });
  });

  test('may be run again when they have all passed', async () => {
    const { unit, e2e, build } = await threeJobs();
    await finish(unit);
    await finish(e2e);
    await finish(build, failed);
    await rerun(build);
    expect(await stateOf(build)).toMatchObject({ status: 'queued', lastAttempt: 1 });
  });
});

describe('a suite that needs a suite that needs another', () => {
  async function chain(facts: { isTrusted?: boolean; state?: Job['state'] } = {}) {
    const state = blocked('needs');
    // The last in the file is the first to run.
    const smoke = await addJob(lab, { run, suite: 'smoke', needs: ['e2e'], state, ...facts });
    const e2e = await addJob(lab, { run, suite: 'e2e', position: 1, needs: ['unit'], state, ...facts });
    const unit = await addJob(lab, { run, suite: 'unit', position: 2, ...facts });
    return { unit, e2e, smoke };
  }

  test('is skipped with it, and says what failed', async () => {
    const { unit, e2e, smoke } = await chain();
    await finish(unit, failed);
    const skipped = { outcome: 'skipped', message: 'unit on linux ended as failed' };
    expect(await stateOf(e2e)).toMatchObject(skipped);
    expect(await stateOf(smoke)).toMatchObject(skipped);
  });

  test('is lifted when what failed passes, each after the one before it', async () => {
    const { unit, e2e, smoke } = await chain();
    await finish(unit, failed);
    await rerun(unit);
    await finish(unit);
    expect(await stateOf(e2e)).toMatchObject({ status: 'queued' });
    expect(await stateOf(smoke)).toMatchObject({ outcome: 'skipped' });
    await finish(e2e);
    expect(await stateOf(smoke)).toMatchObject({ status: 'queued' });
  });

  test('waits again in its order when its run is run again, wherever it stands in the file', async () => {
    const { unit, e2e, smoke } = await chain();
    await finish(unit, failed);
    await lab.store.write(tx => lab.runs.apply(tx, run.id, { type: 'rerun-requested', at: lab.clock.now }));
    expect(await stateOf(unit)).toMatchObject({ status: 'queued' });
    expect(await stateOf(e2e)).toMatchObject(blocked('needs'));
    expect(await stateOf(smoke)).toMatchObject(blocked('needs'));
  });

  test('is approved once, and waits for it also when what it needs is run again', async () => {
    const { unit, e2e } = await chain({ isTrusted: false, state: blocked('approval') });
    for (const job of [e2e, unit]) await apply(job, { type: 'approved', at: lab.clock.now });
    expect(await stateOf(e2e)).toMatchObject(blocked('needs'));
    await cancel(unit);
    await rerun(unit);
    expect(await stateOf(unit)).toMatchObject({ status: 'queued' });
    await rerun(e2e);
    expect(await stateOf(e2e)).toMatchObject(blocked('needs'));
  });
});

describe('an untrusted job', () => {
  test('waits for an approval, again after it was cancelled, and runs after one', async () => {
    const job = await addJob(lab, { run, isTrusted: false, state: blocked('approval') });
    await cancel(job);
    await rerun(job);
    expect(await stateOf(job)).toMatchObject(blocked('approval'));
    await apply(job, { type: 'approved', at: lab.clock.now });
    expect(await stateOf(job)).toMatchObject({ status: 'queued' });
  });

  test('that ran once was approved once', async () => {
    const state = { status: 'settled', outcome: 'failed', message: '', settledAt: 0, attempt: null } as const;
    const job = await addJob(lab, { run, isTrusted: false, state: { ...state, ...fresh, lastAttempt: 1 } });
    await rerun(job);
    expect(await stateOf(job)).toMatchObject({ status: 'queued' });
  });
});

describe('every change of a job', () => {
  test('stands in its story, with what it became', async () => {
    const job = await addJob(lab, { run });
    await cancel(job);
    const story = await listEventsOfJob(lab.store.read, job.id);
    expect(story).toMatchObject([
      {
        type: 'job.cancel-requested',
        run: run.id,
        job: job.id,
        data: { reason: 'cancelled', message: 'by hand', status: 'settled' },
      },
    ]);
  });

  test('brings its status in the same transaction, or none when that is undone', async () => {
    const job = await addJob(lab, { run });
    const broken = lab.store.write(async tx => {
      await lab.jobs.apply(tx, job.id, {
        type: 'cancel-requested',
        at: lab.clock.now,
        reason: 'cancelled',
        message: 'by hand',
      });
      throw new Error('the power fails');
    });
    await expect(broken).rejects.toThrow('the power fails');
    expect(await listUnsentWrites(lab.store.read, 9)).toEqual([]);
    expect((await stateOf(job)).status).toBe('queued');
    const { wakes } = await cancel(job);
    const counted = {
      what: 'job',
      image: job.image,
      outcome: 'cancelled',
      ids: { run: run.id, job: job.id },
    };
    expect(wakes).toEqual([
      { type: 'changed', run: run.id, job: job.id },
      { type: 'counted', counted },
      { type: 'outbox' },
    ]);
    expect(await listUnsentWrites(lab.store.read, 9)).toMatchObject([{ payload: { state: 'error' } }]);
  });

  test('that is refused changes nothing and says why', async () => {
    const job = await addJob(lab, { run });
    expect(await rerun(job)).toMatchObject({
      rejected: { reason: 'unchanged', message: 'already queued' },
      wakes: [],
    });
    expect(await listEventsOfJob(lab.store.read, job.id)).toEqual([]);
  });
});
