import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MaySee } from '#coordinator/runs/attempt-views.ts';
import { browseJob, browseRun } from '#coordinator/runs/browse.ts';
import { browseRuns } from '#coordinator/runs/browse-list.ts';
import type { RunQuery } from '#coordinator/store/runs.ts';
import { jobView, runView } from '#shared/api.ts';
import { limits } from '#shared/limits.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { digest, failed, openGuests, passed } from '../support/guest-lab.ts';
import {
  addChange,
  addHost,
  addJob,
  addRepository,
  addRun,
  commitOf,
  leaseJob,
  stepOf,
} from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const everybody: MaySee = () => true;
const stranger: MaySee = ({ isPrivate }) => !isPrivate;
const page = (differences: Partial<RunQuery> = {}) =>
  browseRuns(lab.store.read, lab.browsePorts, {
    max: 10,
    before: null,
    repository: null,
    sight: null,
    filter: {},
    hasJobs: true,
    ...differences,
  });
const viewRun = (id: Parameters<typeof browseRun>[2], maySee = everybody) =>
  browseRun(lab.store.read, lab.browsePorts, id, maySee);
const viewJob = (id: Parameters<typeof browseJob>[2], maySee = everybody) =>
  browseJob(lab.store.read, lab.browsePorts, id, maySee);

describe('a private repository', () => {
  test('is invisible to strangers: its runs, its jobs, and that there are any', async () => {
    const secret = await addRepository(lab, 'acme/secret', { isPrivate: true });
    const open = await addRun(lab);
    const hidden = await addRun(lab, { repositoryId: secret.id });
    const job = await addJob(lab, { run: hidden });
    expect((await page()).items.map(({ id }) => id)).toEqual([hidden.id, open.id]);
    expect((await page({ sight: [] })).items.map(({ id }) => id)).toEqual([open.id]);
    expect(await page({ sight: [], repository: secret.id })).toEqual({ items: [], next: null });
    expect(await viewRun(hidden.id)).not.toBe(null);
    expect(await viewRun(hidden.id, stranger)).toBe(null);
    expect(await viewJob(job.id, stranger)).toBe(null);
  });

  test('leaves no gap in the pages of a stranger', async () => {
    const secret = await addRepository(lab, 'acme/secret', { isPrivate: true });
    const open: string[] = [];
    for (let n = 0; n < 3; n++) {
      open.unshift((await addRun(lab)).id);
      await addRun(lab, { repositoryId: secret.id });
    }
    const first = await page({ max: 2, sight: [] });
    expect(first.items.map(({ id }) => id)).toEqual(open.slice(0, 2));
    const second = await page({ max: 2, before: first.next, sight: [] });
    expect(second.items.map(({ id }) => id)).toEqual(open.slice(2));
    expect(second.next).toBe(null);
  });
});

describe('a run', () => {
  test('is shown with everything that people ask of it', async () => {
    const repository = await addRepository(lab);
    const { id: changeId } = await addChange(lab, repository, 7);
    const run = await addRun(lab, {
      repositoryId: repository.id,
      purpose: 'change',
      changeId,
      commit: commitOf(5),
    });
    const job = await addJob(lab, { run });
    const view = await viewRun(run.id);
    expect(runView.parse(view)).toEqual(view);
    expect(view).toMatchObject({
      number: 1,
      repository: 'acme/rocket',
      change: 7,
      changeTitle: 'Change 7',
      title: 'Read the size as 64 bits',
      commit: commitOf(5),
      standing: 'queued',
      message: null,
      url: `https://ci.example.org/runs/${run.id}`,
      jobs: [
        { id: job.id, standing: 'queued', text: 'queued: no host for linux is connected', attempt: null },
      ],
    });
  });

  test('that was refused says why and where', async () => {
    const position = { file: '.paddock.yml', line: 12, column: 5 };
    const state = { status: 'refused', at: 1, message: '.paddock.yml:12:5 …', position } as const;
    const { id } = await addRun(lab, { state });
    expect(await viewRun(id)).toMatchObject({
      standing: 'refused',
      message: '.paddock.yml:12:5 …',
      position,
    });
  });

  test('that is being prepared says why the last try did not do', async () => {
    const state = { status: 'preparing', tries: 2, nextAt: 9, message: 'no route to host' } as const;
    const { id } = await addRun(lab, { state });
    expect(await viewRun(id)).toMatchObject({ standing: 'preparing', message: 'no route to host', jobs: [] });
  });
});

describe('a job', () => {
  test('is shown with its steps, all of its attempts, and how to repeat it at home', async () => {
    const run = await addRun(lab, { commit: commitOf(5) });
    const steps = [stepOf('npm ci'), stepOf("echo 'done'")];
    const definition = {
      ...{ steps, source: 'commit' as const, env: {} },
      ...{ deadlineMs: limits.jobDeadlineMs, artifacts: [], needs: [], gate: 'advisory' as const },
    };
    const { job, attempt } = await leaseJob(lab, { run, definition });
    lab.clock.now += 90_000;
    await openGuests(lab).finish(attempt, failed);
    const view = await viewJob(job.id);
    expect(jobView.parse(view)).toEqual(view);
    expect(view).toMatchObject({
      standing: 'failed',
      text: 'failed after 1:30: make check exited with 2',
      steps: [{ name: 'npm ci', run: 'npm ci' }, { run: "echo 'done'" }],
      run: { id: run.id, standing: 'failed' },
      history: [{ id: attempt.id, number: 1, end: failed, log: { state: 'complete', sha256: digest } }],
      blockedOn: null,
      runLocally: `paddock run . --commit ${commitOf(5).slice(0, 12)} --command 'npm ci && echo '\\''done'\\'''`,
    });
  });

  test('that runs says at which step', async () => {
    const { job, machine, attempt } = await leaseJob(lab);
    await openGuests(lab).renew(machine.id, attempt, { phase: 'steps', step: 0 });
    expect(await viewJob(job.id)).toMatchObject({
      standing: 'running',
      text: 'running: step 1 of 1, make check',
      startedAt: attempt.times.leasedAt,
      endedAt: null,
      history: [{ phase: 'steps', step: 0, end: null, log: null }],
    });
  });

  test('has the artifacts of what passed', async () => {
    const { job, attempt } = await leaseJob(lab);
    await openGuests(lab).finish(attempt, passed, [{ path: 'dist/a.tar', bytes: 3, sha256: digest }]);
    const [artifact] = (await viewJob(job.id))?.artifacts ?? [];
    expect(artifact).toMatchObject({ path: 'dist/a.tar', bytes: 3, sha256: digest, job: job.id });
    expect(artifact?.url).toBe(`https://ci.example.org/artifacts/${artifact?.id}`);
  });

  test('that waits says for what', async () => {
    await addHost(lab);
    const job = await addJob(lab);
    expect(await viewJob(job.id)).toMatchObject({
      text: 'queued: next for linux, a machine is being requested',
    });
  });
});
