/** Open heads get jobs on an image that has become ready: which, how often, and what stays as it is. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addVersion, removeImage } from '#coordinator/images/registry.ts';
import { viewBackfill } from '#coordinator/runs/open-heads.ts';
import { listBackfillHeads } from '#coordinator/store/backfill.ts';
import { listEventsOfImage } from '#coordinator/store/events.ts';
import { findImage, findVersion, saveImage, saveVersion } from '#coordinator/store/images.ts';
import { listJobsOfRun } from '#coordinator/store/jobs.ts';
import { listRuns } from '#coordinator/store/runs.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { until } from '#test/support/until.ts';
import { imageOf, openLab } from '../support/brain-lab.ts';
import { type ForgeLab, openForgeLab } from '../support/forge-lab.ts';
import { built, oneSuite } from '../support/memory-mirror.ts';
import { commitOf } from '../support/rows.ts';

let lab: Awaited<ReturnType<typeof openLab>>;
let forge: ForgeLab;
let tested: string[];
beforeEach(async () => {
  lab = await openLab();
  tested = ['acme/rocket'];
  forge = openForgeLab(lab, { isTested: name => tested.includes(name) });
});
afterEach(() => forge.close());

const repository = 'acme/rocket';
const linux = imageOf('linux');
const netbsd = imageOf('netbsd');

async function open(
  n: number,
  { branch = `fix-${n}`, from = repository, file = oneSuite as string | null, files = ['src/main.c'] } = {},
) {
  forge.github.push({
    repository: from,
    branch,
    commits: [{ sha: forge.commit(n, { on: 1, file, files }) }],
  });
  const pull = forge.github.openPull({
    repository,
    title: `Commit ${n}`,
    branch,
    base: 'main',
    from,
    isDraft: false,
  });
  await forge.deliver(...pull.events);
  await forge.prepare();
  return pull.number;
}

/** As the conformance suite has it when a version passes. */
async function passes(image: ImageManifest = netbsd): Promise<void> {
  await lab.store.write(async tx => {
    const { number } = await addVersion(tx, image, lab.clock.now);
    const [version, registered] = [
      await findVersion(tx, image.name, number),
      await findImage(tx, image.name),
    ];
    if (!version || !registered) throw new Error(`${image.name} was not registered`);
    await saveVersion(tx, { ...version, status: 'ready', backfill: 'wanted' });
    await saveImage(tx, { ...registered, current: number });
  });
  forge.configures(linux, image);
}

/** Of each run, oldest first, its jobs on the image. */
async function jobsOn(image = 'netbsd') {
  const runs = await listRuns(lab.store.read, {
    max: 999,
    before: null,
    repository: null,
    sight: null,
  });
  const lists = await Promise.all(runs.toReversed().map(({ id }) => listJobsOfRun(lab.store.read, id)));
  return lists.map(jobs =>
    jobs.filter(job => job.image === image).map(({ suite, state }) => `${suite} ${state.status}`),
  );
}

async function view(number = 1) {
  const version = await findVersion(lab.store.read, 'netbsd', number);
  return version && viewBackfill(lab.store.read, version, lab.clock.now);
}
const notes = async () =>
  (await listBackfillHeads(lab.store.read, { image: 'netbsd', number: 1 })).map(({ status, note }) => [
    status,
    note,
  ]);

describe('an image that becomes ready', () => {
  test('gets suites with what they need, which wait for it there too', async () => {
    await open(2, {
      file: 'version: 1\nsuites: { e2e: { steps: [b], needs: [unit] }, unit: { steps: [a] } }',
    });
    await passes();
    await forge.backfill();
    expect(await jobsOn()).toEqual([['e2e blocked', 'unit queued']]);
  });

  test('skips there too what is not asked of a commit', async () => {
    const file = 'version: 1\nsuites: { unit: { steps: [a], paths: [src/**] } }';
    forge.commit(1, { file });
    await open(2, { file, files: ['docs/a.md'] });
    await passes();
    await forge.backfill();
    expect(await jobsOn()).toEqual([['unit settled']]);
    expect(await forge.statuses()).toContain(
      'paddock/netbsd/unit success: skipped: no file of src/** changed',
    );
  });

  test('gets a job for each open pull request and for what landed last, with a status, behind everything', async () => {
    await open(2);
    await forge.land(3);
    await forge.land(4);
    await forge.prepare();
    await passes();
    expect(await view()).toEqual({ isDone: false, filled: 0, jobs: 0, passedOver: 0, pending: 2 });
    await forge.backfill();
    expect(await jobsOn()).toEqual([['default queued'], [], ['default queued']]);
    expect(await view()).toEqual({ isDone: true, filled: 2, jobs: 2, passedOver: 0, pending: 0 });
    const statuses = (await forge.statuses()).filter(status => status.startsWith('paddock/netbsd'));
    expect(statuses).toEqual(Array(2).fill(expect.stringMatching(/^paddock\/netbsd pending: queued: /)));
    const [run] = await listRuns(lab.store.read, {
      max: 1,
      before: null,
      repository: null,
      sight: null,
    });
    const classes =
      run && (await listJobsOfRun(lab.store.read, run.id)).map(({ image, class: order }) => [image, order]);
    expect(classes).toEqual([
      ['linux', 3],
      ['netbsd', 4],
    ]);
    const [event] = await listEventsOfImage(lab.store.read, 'netbsd', 1);
    expect(event).toMatchObject({ type: 'image.back-filled', data: { number: 1, heads: 2, jobs: 2 } });
  });

  test('tests the newest commit of a pull request, and none that is closed', async () => {
    const number = await open(2, { branch: 'fix' });
    await forge.deliver(
      ...forge.github.push({ repository, branch: 'fix', commits: [{ sha: forge.commit(3, { on: 2 }) }] }),
    );
    const closed = await open(5);
    await forge.deliver(...forge.github.closePull({ repository, number: closed }));
    await forge.prepare();
    await passes();
    await forge.backfill();
    expect(number).toBe(1);
    expect(await jobsOn()).toEqual([[], ['default queued'], []]);
  });

  test('does nothing twice: neither when it is asked again, nor at the same time', async () => {
    await open(2);
    await open(3);
    await passes();
    await Promise.all([forge.lookAtHeads(), forge.lookAtHeads()]);
    await forge.backfill();
    await forge.backfill();
    expect(await jobsOn()).toEqual([['default queued'], ['default queued']]);
    expect(await view()).toMatchObject({ isDone: true, filled: 2, jobs: 2 });
  });

  test('goes on where a coordinator was that ended half-way', async () => {
    await open(2);
    await open(3);
    await passes();
    forge.stall(2);
    const ending = new AbortController();
    const looking = forge.lookAtHeads(ending.signal);
    await until('one of the two has its job', async () => (await view())?.filled === 1);
    ending.abort(new Error('the coordinator ends'));
    await expect(looking).rejects.toThrow('the coordinator ends');
    expect(await jobsOn()).toEqual([[], ['default queued']]);
    forge.letGo(2);
    await forge.backfill();
    expect(await jobsOn()).toEqual([['default queued'], ['default queued']]);
    expect(await view()).toMatchObject({ isDone: true, filled: 2, jobs: 2 });
  });

  test('takes a few at a time, the newest first, and goes on where it was', async () => {
    const count = limits.backfillsAtOnce + 2;
    for (let n = 2; n < 2 + count; n++) await open(n);
    await passes();
    expect(await forge.lookAtHeads()).toBe(0);
    const filled = (await jobsOn()).map(jobs => jobs.length);
    expect(filled).toEqual([0, 0, ...Array(limits.backfillsAtOnce).fill(1)]);
    expect(await view()).toMatchObject({ isDone: false, filled: limits.backfillsAtOnce, pending: 2 });
    await forge.backfill();
    expect(await view()).toMatchObject({ isDone: true, filled: count, pending: 0 });
  });

  test('leaves a change of a fork blocked until a maintainer has approved it', async () => {
    forge.github.createRepository({
      fullName: 'kim/rocket',
      cloneUrl: 'https://github.example.org/kim/rocket.git',
      head: commitOf(1),
      forkOf: repository,
    });
    await open(2, { from: 'kim/rocket' });
    await passes();
    await forge.backfill();
    expect(await jobsOn()).toEqual([['default blocked']]);
  });

  test('runs the suites that select it, and no job of a merge', async () => {
    await open(2, {
      file: 'version: 1\nsuites: { a: { steps: [a] }, b: { steps: [b], images: [linux] }, c: { steps: [c], images: [netbsd] } }',
    });
    await open(3, { file: 'version: 1\nsuites: { default: { steps: [a], images: [linux] } }' });
    await forge.land(4, built);
    await forge.prepare();
    await passes({ ...netbsd, serves: { ...netbsd.serves, suites: ['a', 'default', 'c'] } });
    await forge.backfill();
    expect(await jobsOn()).toEqual([['a queued', 'c queued'], [], ['default queued']]);
    expect(await notes()).toContainEqual(['passed-over', 'no suite of it runs on this image']);
  });

  test('serves nobody else: neither another repository, nor what is not configured any more', async () => {
    await open(2);
    await passes({ ...netbsd, serves: { ...netbsd.serves, repositories: ['acme/other'] } });
    await forge.backfill();
    expect(await view()).toEqual({ isDone: true, filled: 0, jobs: 0, passedOver: 0, pending: 0 });
    tested = [];
    await passes({ ...netbsd, eol: '2999-01-01' });
    await forge.backfill();
    expect(await jobsOn()).toEqual([[]]);
    expect(await view(2)).toMatchObject({ isDone: true, passedOver: 1 });
  });

  test('makes a run of one that had nothing to run on, and takes back that nobody has the image', async () => {
    const only = 'version: 1\nsuites: { default: { steps: [a], images: [netbsd] } }';
    await open(2, { file: only });
    await open(3, {
      file: 'version: 1\nsuites: { default: { steps: [a], images: [linux, netbsd, plan9] } }',
    });
    await passes();
    await forge.backfill();
    const runs = await listRuns(lab.store.read, {
      max: 9,
      before: null,
      repository: null,
      sight: null,
    });
    expect(runs.map(({ state }) => state.status)).toEqual(['planned', 'planned']);
    expect(runs[0]?.warnings).toEqual(['suite default names the image plan9, which is not configured here']);
    expect(await jobsOn()).toEqual([['default queued'], ['default queued']]);
  });

  test('leaves alone what somebody has cancelled, and tests no commit again that has a job on the image', async () => {
    await open(2);
    const run = await forge.newestRun();
    const cancel = {
      type: 'cancel-requested',
      at: lab.clock.now,
      reason: 'cancelled',
      message: 'by hand',
    } as const;
    await lab.store.write(tx => lab.runs.apply(tx, run.id, cancel));
    await passes();
    await open(3);
    await forge.backfill();
    expect(await jobsOn()).toEqual([[], ['default queued']]);
    expect(await notes()).toEqual([['passed-over', 'its run was cancelled']]);
  });

  test('tries a source again that cannot be had now, and gives up on one that never can', async () => {
    await open(2);
    await open(3);
    await passes();
    forge.source.failure = 'host-unreachable';
    await forge.backfill();
    expect(await notes()).toEqual(
      Array(2).fill(['postponed', expect.stringContaining('git says host-unreachable')]),
    );
    expect(await view()).toMatchObject({ isDone: false, pending: 2 });
    forge.source.failure = null;
    await forge.backfill();
    expect(await jobsOn()).toEqual([[], []]);
    lab.clock.now += limits.retryMaxMs;
    await forge.backfill();
    expect(await jobsOn()).toEqual([['default queued'], ['default queued']]);
    expect(await view()).toMatchObject({ isDone: true, filled: 2 });
  });

  test('gives up after as many tries as a run is prepared with', async () => {
    await open(2);
    await passes();
    forge.source.failure = 'host-unreachable';
    for (let tries = 0; tries < limits.prepareTries; tries++) {
      await forge.backfill();
      lab.clock.now += limits.retryMaxMs;
    }
    expect(await notes()).toEqual([['passed-over', expect.stringContaining('git says host-unreachable')]]);
    await forge.backfill();
    expect(await view()).toMatchObject({ isDone: true, passedOver: 1 });
  });

  test('waits while it is disabled, and is forgotten when it is removed', async () => {
    await open(2);
    await passes();
    const disable = async (isDisabled: boolean) => {
      const image = await findImage(lab.store.read, 'netbsd');
      if (image) await lab.store.write(tx => saveImage(tx, { ...image, isDisabled }));
    };
    await disable(true);
    expect(await forge.lookAtHeads()).toBe(null);
    expect(await jobsOn()).toEqual([[]]);
    await disable(false);
    await forge.backfill();
    expect(await jobsOn()).toEqual([['default queued']]);
    await lab.store.write(tx => removeImage(tx, 'netbsd', lab.clock.now));
    expect(await notes()).toEqual([]);
  });

  test('does not go on with a head that has moved while its source was read', async () => {
    await open(2, { branch: 'fix' });
    await passes();
    forge.stall(2);
    const looking = forge.lookAtHeads();
    await forge.deliver(
      ...forge.github.push({ repository, branch: 'fix', commits: [{ sha: forge.commit(3, { on: 2 }) }] }),
    );
    forge.letGo(2);
    await looking;
    await forge.prepare();
    await forge.backfill();
    expect(await jobsOn()).toEqual([[], ['default queued']]);
  });
});
