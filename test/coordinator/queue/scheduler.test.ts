import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { listAttemptsOfJob } from '#coordinator/store/attempts.ts';
import { listEventsOfJob } from '#coordinator/store/events.ts';
import { setDraining } from '#coordinator/store/hosts.ts';
import { limits } from '#shared/limits.ts';
import { imageOf, type Lab, openLab, us } from '../support/brain-lab.ts';
import {
  addHost,
  addJob,
  addMachine,
  addRun,
  attemptOf,
  jobNow,
  keepAlive,
  machineNow,
} from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(() => lab.close());

const statusOf = async ({ id }: { id: Parameters<typeof jobNow>[1] }) => (await jobNow(lab, id)).state.status;

describe('a tick', () => {
  test('leases a job to a ready machine: lease, attempt and busy machine in one', async () => {
    const host = await addHost(lab);
    const machine = await addMachine(lab, host);
    const job = await addJob(lab);
    lab.pass(5_000);
    const wakes = await lab.schedule();
    const attempt = await attemptOf(lab, job.id);
    const held = { attempt: attempt.id, machine: machine.id, host: host.id };
    expect((await jobNow(lab, job.id)).state).toMatchObject({ status: 'leased', ...held, lastAttempt: 1 });
    expect((await machineNow(lab, machine.id)).state).toMatchObject({ status: 'busy', attempt: attempt.id });
    expect(attempt).toMatchObject({
      number: 1,
      jobId: job.id,
      runId: job.runId,
      logOwner: us,
      image: 'linux',
    });
    expect(attempt.times).toMatchObject({ queuedAt: lab.clock.now - 5_000, leasedAt: lab.clock.now });
    expect(wakes).toEqual(
      expect.arrayContaining([
        {
          type: 'push-machine',
          machine: machine.id,
          desired: { want: 'run', spec: expect.objectContaining({ attempt: attempt.id, job: job.id }) },
        },
        { type: 'fleet' },
      ]),
    );
  });

  test('leaves its story in the events', async () => {
    await addMachine(lab, await addHost(lab));
    const job = await addJob(lab);
    await lab.schedule();
    const types = (await listEventsOfJob(lab.store.read, job.id)).map(({ type }) => type);
    expect(types).toEqual(['machine.reported-in', 'job.leased', 'machine.leased']);
  });

  test('leases a job once, however many ticks run at the same time', async () => {
    const host = await addHost(lab);
    for (let n = 0; n < 3; n++) await addMachine(lab, host);
    const job = await addJob(lab);
    await Promise.all([lab.schedule(), lab.schedule(), lab.schedule()]);
    expect(await listAttemptsOfJob(lab.store.read, job.id)).toHaveLength(1);
  });

  test('does nothing without a ready machine, and nothing without a job', async () => {
    const host = await addHost(lab);
    await addMachine(lab, host, { status: 'requested' });
    const job = await addJob(lab, { image: 'netbsd' });
    expect(await lab.schedule()).toEqual([]);
    await addMachine(lab, host);
    expect(await lab.schedule()).toEqual([]);
    expect(await statusOf(job)).toBe('queued');
  });

  test('gives no job to a machine that went away since it was seen', async () => {
    const machine = await addMachine(lab, await addHost(lab));
    const job = await addJob(lab);
    const gone = lab.store.write(tx =>
      applyToMachine(tx, machine.id, { type: 'observed-gone', at: lab.clock.now, reason: 'unplugged' }),
    );
    await Promise.all([gone, lab.schedule()]);
    expect(await statusOf(job)).toBe('queued');
  });

  test('decides nothing once another coordinator is the brain', async () => {
    await addMachine(lab, await addHost(lab));
    const job = await addJob(lab);
    await lab.loseRole();
    await expect(lab.schedule()).rejects.toMatchObject({ code: 'not-the-brain' });
    expect(await statusOf(job)).toBe('queued');
  });
});

describe('a ready machine gets nothing', () => {
  test('while its host is being drained', async () => {
    const host = await addHost(lab, 'shed', { isDraining: true });
    await addMachine(lab, host);
    const job = await addJob(lab);
    expect(await lab.schedule()).toEqual([]);
    await lab.store.write(tx => setDraining(tx, host.id, false));
    await lab.schedule();
    expect(await statusOf(job)).toBe('leased');
  });

  test('while its host is silent', async () => {
    const host = await addHost(lab);
    await addMachine(lab, host);
    const job = await addJob(lab);
    lab.pass(limits.hostSilenceMs);
    expect(await lab.schedule()).toEqual([]);
    await keepAlive(lab, host);
    await lab.schedule();
    expect(await statusOf(job)).toBe('leased');
  });

  test('when it would be destroyed before the end of a long job', async () => {
    const host = await addHost(lab);
    await addMachine(lab, host);
    await addJob(lab);
    lab.clock.now += limits.machineMaxAgeMs - limits.jobDeadlineMs + 1;
    await keepAlive(lab, host);
    expect(await lab.schedule()).toEqual([]);
  });

  test('of an untrusted change when its host isolates nothing, whatever it says about other drivers', async () => {
    const shed = await addHost(lab, 'shed', { isolation: 'none' });
    await addMachine(lab, shed);
    await addMachine(lab, await addHost(lab, 'attic', { driver: 'libvirt', isolation: 'vm' }));
    const stranger = await addJob(lab, { isTrusted: false });
    expect(await lab.schedule()).toEqual([]);
    const cellar = await addHost(lab, 'cellar', { driver: 'libvirt', isolation: 'vm' });
    const safe = await addMachine(lab, cellar, { image: imageOf('linux', { driver: 'libvirt' }) });
    await lab.schedule();
    expect((await jobNow(lab, stranger.id)).state).toMatchObject({ status: 'leased', machine: safe.id });
  });
});

describe('more than one tick can take', () => {
  test('is taken by the ticks that follow at once, each bounded', async () => {
    const host = await addHost(lab);
    const count = limits.leasesPerTick + 3;
    const run = await addRun(lab);
    for (let n = 0; n < count; n++) {
      await addMachine(lab, host);
      await addJob(lab, { run, suite: `suite-${n}` });
    }
    const first = await lab.schedule();
    expect(first.filter(({ type }) => type === 'push-machine')).toHaveLength(limits.leasesPerTick);
    expect(first).toContainEqual({ type: 'scheduler' });
    const second = await lab.schedule();
    expect(second.filter(({ type }) => type === 'push-machine')).toHaveLength(3);
    expect(second).not.toContainEqual({ type: 'scheduler' });
  });

  test('is no reason for another tick when nothing of it can be leased', async () => {
    await addMachine(lab, await addHost(lab));
    const run = await addRun(lab);
    for (let n = 0; n < 9; n++) await addJob(lab, { run, suite: `suite-${n}`, isTrusted: false });
    expect(await lab.schedule()).toEqual([]);
    const own = await addJob(lab, { run, suite: 'own' });
    lab.pass(1);
    await lab.schedule();
    expect(await statusOf(own)).toBe('leased');
  });
});
