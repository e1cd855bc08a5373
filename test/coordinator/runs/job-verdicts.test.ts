/** Whose fault a job without reports is: from the same job on the very commit, and on the branch it is made for. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { browseJob, browseRun } from '#coordinator/runs/browse.ts';
import { saveJobState } from '#coordinator/store/jobs.ts';
import type { Run } from '#coordinator/store/runs.ts';
import type { AttemptEnd, JobState } from '#shared/job.ts';
import { jobs } from '#test/contract/job-samples.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { failed, openGuests, passed } from '../support/guest-lab.ts';
import { addChange, addJob, addRepository, addRun, commitOf, leaseJob } from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

let commits = 100;

/** A job that has ended as told. */
async function end(run: Run, how: AttemptEnd, facts: { suite?: string } = {}) {
  const { job, attempt } = await leaseJob(lab, { run, ...facts });
  lab.clock.now += 1_000;
  await openGuests(lab).finish(attempt, how);
  return job;
}

/** On main, before whatever comes next. */
const land = async (how: AttemptEnd, commit = commitOf(++commits)) => {
  const { id: repositoryId } = await addRepository(lab);
  const run = await addRun(lab, { repositoryId, purpose: 'landed', ref: 'main', commit });
  await end(run, how);
  return run;
};

async function pull(commit = commitOf(++commits)): Promise<Run> {
  const repository = await addRepository(lab);
  const { id: changeId } = await addChange(lab, repository, 7);
  return addRun(lab, { repositoryId: repository.id, purpose: 'change', changeId, ref: 'fix', commit });
}

const verdictOf = async (id: Parameters<typeof browseJob>[2]) =>
  (await browseJob(lab.store.read, lab.browsePorts, id, () => true))?.verdict;

test('what passed on the base is new', async () => {
  for (let n = 0; n < 3; n++) await land(passed);
  const job = await end(await pull(), failed);
  expect(await verdictOf(job.id)).toEqual({ kind: 'new', text: 'passed on main 3 of 3 times on linux' });
});

test('what is red on the base too is known, and what comes after it says nothing', async () => {
  await land(passed);
  await land(failed);
  const job = await end(await pull(), { reason: 'timed-out', limit: 'idle', step: 0, message: 'silent' });
  await land(passed);
  expect(await verdictOf(job.id)).toEqual({
    kind: 'known',
    text: 'failed on main too, 1 of 2 times on linux',
  });
});

test('what has both results on this very commit is flaky, in whichever run', async () => {
  const commit = commitOf(++commits);
  await end(await pull(commit), passed);
  const again = await addRun(lab, { purpose: 'manual', commit, ref: 'fix' });
  const job = await end(again, failed);
  expect(await verdictOf(job.id)).toEqual({
    kind: 'flaky',
    text: 'passed 1 of 2 times on this very commit on linux',
  });
});

test('what the machine broke is infrastructure', async () => {
  await land(failed);
  const run = await pull();
  const job = await addJob(lab, { run });
  await lab.store.write(tx => saveJobState(tx, job, { ...jobs.settled, outcome: 'errored' }));
  expect(await verdictOf(job.id)).toEqual({
    kind: 'infrastructure',
    text: "no result on linux: the fault is not the commit's",
  });
});

test('without anything to compare with there is none; other suites and images are nothing to compare with', async () => {
  await end(await land(passed), passed, { suite: 'lint' });
  const job = await end(await pull(), failed, { suite: 'e2e' });
  expect(await verdictOf(job.id)).toBe(null);
});

test('what has passed, is open, or was settled by its plan has none', async () => {
  const run = await pull();
  const green = await end(run, passed);
  const open = await addJob(lab, { run, suite: 'later' });
  const leftOut: JobState = { ...jobs.settled, attempt: null, byPlan: 'left-out' };
  const out = await addJob(lab, { run, suite: 'gone', state: leftOut });
  for (const { id } of [green, open, out]) expect(await verdictOf(id)).toBe(null);
  const view = await browseRun(lab.store.read, lab.browsePorts, run.id, () => true);
  expect(view?.jobs.map(({ verdict }) => verdict)).toEqual([null, null, null]);
});

test('what was tested in the merge queue has passed on the base, without an attempt there', async () => {
  const repository = await addRepository(lab);
  const landed = await addRun(lab, {
    repositoryId: repository.id,
    purpose: 'landed',
    ref: 'main',
    commit: commitOf(++commits),
  });
  await addJob(lab, { run: landed, state: { ...jobs.settled, outcome: 'passed', attempt: null } });
  const job = await end(await pull(), failed);
  expect((await verdictOf(job.id))?.kind).toBe('new');
});
