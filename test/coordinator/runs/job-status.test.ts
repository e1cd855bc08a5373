import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { markWritesSent } from '#coordinator/store/forge-creations.ts';
import { dropWrites, listUnsentWrites } from '#coordinator/store/forge-writes.ts';
import type { Job } from '#coordinator/store/jobs.ts';
import type { Run } from '#coordinator/store/runs.ts';
import type { JobRequest } from '#shared/job.ts';
import { limits } from '#shared/limits.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import { failed, openGuests, passed } from '../support/guest-lab.ts';
import {
  addHost,
  addJob,
  addMachine,
  addRepository,
  addRun,
  attemptOf,
  jobNow,
  leaseJob,
  stepOf,
} from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const unsent = async () =>
  (await listUnsentWrites(lab.store.read, 99)).filter(write => write.kind === 'status');
const texts = async () =>
  (await unsent()).map(
    ({ context, payload: { state, description } }) => `${context} ${state}: ${description}`,
  );
const newest = async () => (await texts()).at(-1);
const publish = ({ id }: Job) =>
  lab.store.write(async tx => lab.statuses.publish(tx, await jobNow(lab, id), lab.clock.now));
const apply = ({ id }: Job, request: JobRequest) => lab.store.write(tx => lab.jobs.apply(tx, id, request));

describe('the context', () => {
  test.each([
    ['default', 'paddock/linux'],
    ['e2e', 'paddock/linux/e2e'],
  ])('of the suite %s is %s', async (suite, context) => {
    await publish(await addJob(lab, { suite }));
    expect((await unsent()).map(each => each.context)).toEqual([context]);
  });

  test('belongs to the commit and repository of the run, with a link to the job', async () => {
    const job = await addJob(lab);
    await publish(job);
    const [status] = await unsent();
    expect(status).toMatchObject({ repository: 'acme/rocket' });
    expect(status?.payload.targetUrl).toBe(`https://ci.example.org/jobs/${job.id}`);
  });

  test('of a run by hand, or of no forge, is nobody’s business outside', async () => {
    await publish(await addJob(lab, { run: await addRun(lab, { purpose: 'manual' }) }));
    const { id: repositoryId } = await addRepository(lab, 'local', { forge: 'none' });
    await publish(await addJob(lab, { run: await addRun(lab, { repositoryId }) }));
    expect(await unsent()).toEqual([]);
  });
});

describe('the life of a job as GitHub sees it', () => {
  test('from the queue to the verdict, each with the next fact', async () => {
    const job = await addJob(lab, {
      definition: {
        steps: [stepOf('make'), stepOf('make check')],
        source: 'commit' as const,
        env: {},
        deadlineMs: 1,
        artifacts: [],
        needs: [],
        gate: 'advisory' as const,
      },
    });
    await publish(job);
    expect(await newest()).toBe('paddock/linux pending: queued: no host for linux is connected');
    await addMachine(lab, await addHost(lab));
    await lab.schedule();
    expect(await newest()).toBe('paddock/linux pending: starting on linux');
    const attempt = await attemptOf(lab, job.id);
    const { renew, finish } = openGuests(lab);
    lab.clock.now += 3_000;
    await renew(attempt.machineId, attempt, { step: 0 });
    expect(await newest()).toBe('paddock/linux pending: running: step 1 of 2, make');
    await renew(attempt.machineId, attempt, { step: 1 });
    expect(await newest()).toBe('paddock/linux pending: running: step 1 of 2, make');
    await renew(attempt.machineId, attempt, { step: 0 });
    lab.clock.now += limits.statusRefreshMs;
    await renew(attempt.machineId, attempt, { step: 1 });
    expect(await newest()).toBe('paddock/linux pending: running: step 2 of 2, make check');
    lab.clock.now += 39_000;
    await finish(attempt, passed);
    expect(await newest()).toBe('paddock/linux success: passed in 1:42');
  });

  test('failed, with what failed', async () => {
    const { attempt } = await leaseJob(lab);
    lab.clock.now += 5_000;
    await openGuests(lab).finish(attempt, failed);
    expect(await newest()).toBe('paddock/linux failure: failed after 5.0 s: make check exited with 2');
  });

  test('lost, and tried again', async () => {
    const { job } = await leaseJob(lab);
    await apply(job, { type: 'attempt-lost', at: lab.clock.now, number: 1, message: 'the machine was lost' });
    expect(await newest()).toBe('paddock/linux pending: machine lost, trying again (2 of 3)');
  });

  test('lost, tried again, and cancelled before it ran: it took no time', async () => {
    const { job } = await leaseJob(lab);
    lab.clock.now += 600_000;
    await apply(job, { type: 'attempt-lost', at: lab.clock.now, number: 1, message: 'the machine was lost' });
    await apply(job, {
      type: 'cancel-requested',
      at: lab.clock.now,
      reason: 'superseded',
      message: 'f3a91c0 is newer',
    });
    expect(await newest()).toBe('paddock/linux error: superseded by a newer commit: f3a91c0 is newer');
  });

  test('waiting for a maintainer, then for a machine', async () => {
    const run = await addRun(lab);
    const job = await addJob(lab, {
      run,
      isTrusted: false,
      state: { status: 'blocked', on: 'approval', kind: 'repeatable', lastAttempt: 0, retries: 0 },
    });
    await publish(job);
    expect(await newest()).toBe(
      `paddock/linux pending: waiting for a maintainer to approve ${run.commit.slice(0, 7)}`,
    );
    await apply(job, { type: 'approved', at: lab.clock.now });
    expect(await newest()).toMatch('linux isolates nothing, so an untrusted change waits');
  });
});

describe('a suite that needs others', () => {
  const needing = async () => {
    const run = await addRun(lab);
    const unit = await addJob(lab, { run, suite: 'unit' });
    const lint = await addJob(lab, { run, suite: 'lint' });
    const state = { status: 'blocked', on: 'needs', kind: 'repeatable', lastAttempt: 0, retries: 0 } as const;
    const needs = ['unit', 'lint'];
    const e2e = await addJob(lab, { run, suite: 'e2e', position: 1, needs, state, gate: 'required' });
    await publish(e2e);
    return { unit, lint, e2e };
  };
  const ofE2e = async () => (await texts()).filter(text => text.startsWith('paddock/linux/e2e')).at(-1);

  test('names those that it still waits for', async () => {
    const { unit } = await needing();
    expect(await ofE2e()).toBe('paddock/linux/e2e pending: waits for lint, unit');
    await addMachine(lab, await addHost(lab));
    await lab.schedule();
    await openGuests(lab).finish(await attemptOf(lab, unit.id), passed);
    expect(await ofE2e()).toBe('paddock/linux/e2e pending: waits for lint');
  });

  test('is red when one of them did not pass, and so is what is required', async () => {
    const { lint } = await needing();
    await apply(lint, {
      type: 'cancel-requested',
      at: lab.clock.now,
      reason: 'cancelled',
      message: 'by hand',
    });
    expect(await ofE2e()).toBe('paddock/linux/e2e error: skipped: lint on linux ended as cancelled');
    expect((await texts()).filter(text => text.startsWith('paddock ')).at(-1)).toBe(
      'paddock error: linux/e2e skipped; 0 of 1 required jobs passed',
    );
  });
});

describe('a status that says the same again', () => {
  test('is not written again, whether the last one waits or was sent', async () => {
    const job = await addJob(lab);
    expect(await publish(job)).toEqual([{ type: 'outbox' }]);
    expect(await publish(job)).toEqual([]);
    const [last] = await unsent();
    await lab.store.write(tx => markWritesSent(tx, [{ id: last?.id ?? 0, forgeId: null }], lab.clock.now));
    expect(await publish(job)).toEqual([]);
    expect(await unsent()).toEqual([]);
  });

  test('is written when the last one never arrived', async () => {
    const job = await addJob(lab);
    await publish(job);
    const [last] = await unsent();
    await lab.store.write(tx => dropWrites(tx, [last?.id ?? 0], 'too old to matter'));
    expect(await publish(job)).toEqual([{ type: 'outbox' }]);
  });

  test('of another job on the same commit is the other’s', async () => {
    const change = await addRun(lab, { purpose: 'change' });
    const again = await addRun(lab, { purpose: 'landed', commit: change.commit });
    await publish(await addJob(lab, { run: change }));
    await publish(await addJob(lab, { run: again }));
    expect(new Set((await unsent()).map(({ payload }) => payload.targetUrl)).size).toBe(2);
  });
});

describe('a sentence about waiting', () => {
  const refresh = () => lab.store.write(tx => lab.statuses.refreshWaits(tx, lab.clock.now, 10));

  test('is rewritten when it has stood for a while and is another', async () => {
    const job = await addJob(lab);
    await publish(job);
    await addHost(lab);
    lab.clock.now += limits.statusRefreshMs - 1;
    expect(await refresh()).toEqual([]);
    lab.clock.now += 1;
    await addHost(lab, 'attic');
    expect(await refresh()).toEqual([{ type: 'outbox' }]);
    expect(await newest()).toBe(
      'paddock/linux pending: queued: next for linux, a machine is being requested',
    );
    const [, waiting] = await unsent();
    expect(waiting?.priority).toBe(2);
    lab.clock.now += limits.statusRefreshMs;
    await addHost(lab, 'cellar');
    expect(await refresh()).toEqual([]);
  });

  test('of a phase is written at once, of a step no more often', async () => {
    const { machine, attempt } = await leaseJob(lab);
    const guests = openGuests(lab);
    await guests.renew(machine.id, attempt, { step: 0 });
    await guests.renew(machine.id, attempt, { step: null });
    expect(await newest()).toBe('paddock/linux pending: running: step 1 of 1, make check');
    expect(await texts()).toEqual([
      'paddock/linux pending: starting on linux',
      'paddock/linux pending: running: step 1 of 1, make check',
    ]);
  });

  test('is looked at for so many jobs at once, the oldest first', async () => {
    const run = await addRun(lab);
    for (const suite of ['a', 'b', 'c']) {
      lab.clock.now += 1;
      await addJob(lab, { run, suite });
    }
    await lab.store.write(tx => lab.statuses.refreshWaits(tx, lab.clock.now, 2));
    expect((await unsent()).map(({ context }) => context)).toEqual(['paddock/linux/a', 'paddock/linux/b']);
  });
});

test('what is more urgent has a lower number: a verdict, a phase, a sentence', async () => {
  const job = await addJob(lab);
  await publish(job);
  await apply(job, { type: 'cancel-requested', at: lab.clock.now, reason: 'cancelled', message: 'by hand' });
  expect((await unsent()).map(({ priority }) => priority)).toEqual([1, 0]);
});

describe('a refused run', () => {
  test('has an error on the summary, cut to what GitHub takes, with a link to the run', async () => {
    const run = await addRun(lab);
    await lab.store.write(tx => lab.statuses.publishRefusal(tx, run, 'x'.repeat(500), lab.clock.now));
    const [status] = await unsent();
    expect(status).toMatchObject({
      context: 'paddock',
      payload: { state: 'error', targetUrl: `https://ci.example.org/runs/${run.id}` },
    });
    expect(status?.payload.description).toHaveLength(limits.statusDescriptionChars);
  });

  test('that is right after all has its error replaced; one that never was refused stays without', async () => {
    const [refused, fine] = [await addRun(lab), await addRun(lab)];
    await lab.store.write(tx => lab.statuses.publishRefusal(tx, refused, 'no such commit', lab.clock.now));
    for (const run of [refused, fine])
      await lab.store.write(tx => lab.statuses.withdrawRefusal(tx, run, lab.clock.now));
    expect(await texts()).toEqual([
      'paddock error: no such commit',
      'paddock success: each suite has its own status',
    ]);
  });
});

describe('what is required of a run', () => {
  const summaries = async () => (await texts()).filter(text => text.startsWith('paddock '));
  const of = (run: Run, image: string, gate: 'advisory' | 'required' = 'required') =>
    addJob(lab, { run, image, gate });
  const cancel = (job: Job, message = 'stopped by ada') =>
    apply(job, { type: 'cancel-requested', at: lab.clock.now, reason: 'cancelled', message });

  test('is nothing where no image is required: there is no status of it', async () => {
    await publish(await of(await addRun(lab), 'linux', 'advisory'));
    expect(await summaries()).toEqual([]);
  });

  test('is one status with a link to the run, whatever advisory jobs do', async () => {
    const run = await addRun(lab);
    const [linux, netbsd] = [await of(run, 'linux'), await of(run, 'netbsd', 'advisory')];
    await publish(linux);
    await publish(netbsd);
    await cancel(netbsd);
    expect(await summaries()).toEqual(['paddock pending: 0 of 1 required jobs passed']);
    const [summary] = (await unsent()).filter(({ context }) => context === 'paddock');
    expect(summary?.payload.targetUrl).toBe(`https://ci.example.org/runs/${run.id}`);
  });

  test('fails with the first that fails, and is open again when that is run again', async () => {
    const run = await addRun(lab);
    const [linux, netbsd] = [await of(run, 'linux'), await of(run, 'netbsd')];
    await publish(linux);
    await cancel(linux);
    await apply(linux, { type: 'rerun-requested', at: lab.clock.now });
    await cancel(linux);
    await cancel(netbsd);
    expect(await summaries()).toEqual([
      'paddock pending: 0 of 2 required jobs passed',
      'paddock error: linux cancelled; 0 of 2 required jobs passed',
      'paddock pending: 0 of 2 required jobs passed',
      'paddock error: linux cancelled; 0 of 2 required jobs passed',
      'paddock error: linux cancelled, and 1 more; 0 of 2 required jobs passed',
    ]);
  });

  test('is green when the last of them has passed; how many have is said again only after a while', async () => {
    const run = await addRun(lab);
    await addMachine(lab, await addHost(lab));
    const jobs = [await of(run, 'linux'), await addJob(lab, { run, suite: 'e2e', gate: 'required' })];
    for (const job of jobs) await publish(job);
    const { finish } = openGuests(lab);
    for (const index of jobs.keys()) {
      await lab.schedule();
      const running = (await Promise.all(jobs.map(({ id }) => jobNow(lab, id)))).find(
        ({ state }) => state.status === 'leased',
      );
      if (!running) throw new Error('no job got a machine');
      await finish(await attemptOf(lab, running.id), passed);
      await addMachine(lab, await addHost(lab, `host-${index}`));
    }
    expect(await summaries()).toEqual([
      'paddock pending: 0 of 2 required jobs passed',
      'paddock success: 2 of 2 required jobs passed',
    ]);
  });
});
