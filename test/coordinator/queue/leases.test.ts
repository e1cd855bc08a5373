import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { listAttemptsOfJob, readInlineLog } from '#coordinator/store/attempts.ts';
import type { Host } from '#coordinator/store/hosts.ts';
import type { Job } from '#coordinator/store/jobs.ts';
import type { AttemptId, MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type Lab, openLab } from '../support/brain-lab.ts';
import {
  addHost,
  addJob,
  addMachine,
  attemptOf,
  jobNow,
  keepAlive,
  leaseJob,
  machineNow,
} from '../support/rows.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
  lab.pass(limits.leaseMs + 1);
});
afterEach(() => lab.close());

const observeGone = (id: MachineId, reason = 'the computer lost power') =>
  lab.store.write(tx => applyToMachine(tx, id, { type: 'observed-gone', at: lab.clock.now, reason }));

const stateOf = async ({ id }: Job) => (await jobNow(lab, id)).state;
const cancel = ({ id }: Job) =>
  lab.store.write(tx =>
    lab.jobs.apply(tx, id, {
      type: 'cancel-requested',
      at: lab.clock.now,
      reason: 'cancelled',
      message: 'cancelled by hand',
    }),
  );

/** Time goes on and this attempt is heard of. */
function passRenewing(attempt: AttemptId, ms: number): void {
  for (let left = ms; left > 0; left -= limits.renewalMs) {
    lab.leaseClock.renewed(attempt);
    lab.pass(Math.min(left, limits.renewalMs));
  }
}

describe('a lost machine', () => {
  test('ends its attempt with the log as far as it came, and the job waits for another host', async () => {
    const { host, machine, job, attempt } = await leaseJob(lab);
    await observeGone(machine.id);
    const wakes = await lab.reap();
    const message = 'the machine was lost: the computer lost power';
    expect(await stateOf(job)).toMatchObject({
      status: 'queued',
      avoid: host.id,
      retries: 1,
      lastAttempt: 1,
    });
    expect(lab.sealed).toEqual([{ attempt: attempt.id, reason: message }]);
    const [ended] = await listAttemptsOfJob(lab.store.read, job.id);
    expect(ended?.state).toMatchObject({
      status: 'ended',
      end: { reason: 'lost', message },
      log: { state: 'partial', bytes: 3 },
    });
    expect(await readInlineLog(lab.store.read, attempt.id)).toEqual(new Uint8Array([1, 2, 3]));
    expect(lab.suspected).toEqual([host.id]);
    expect(wakes).toEqual(
      expect.arrayContaining([
        { type: 'scheduler' },
        { type: 'fleet' },
        { type: 'log-ended', attempt: attempt.id },
      ]),
    );
  });

  test('is retried twice, on another host where one is ready, and then the job could not be tested', async () => {
    const { host: first, machine, job } = await leaseJob(lab);
    const second = await addHost(lab, 'attic');
    const lose = async (id: MachineId) => {
      await observeGone(id);
      await lab.reap();
    };
    const hosts: Host['id'][] = [];
    await lose(machine.id);
    for (let retry = 0; retry < 2; retry++) {
      for (const host of [first, second]) await addMachine(lab, host);
      await lab.schedule();
      const attempt = await attemptOf(lab, job.id);
      hosts.push(attempt.hostId);
      await lose(attempt.machineId);
    }
    expect(hosts).toEqual([second.id, first.id]);
    const message = 'the machine was lost: the computer lost power';
    expect(await stateOf(job)).toMatchObject({ status: 'settled', outcome: 'errored', message, retries: 2 });
    expect(await listAttemptsOfJob(lab.store.read, job.id)).toHaveLength(3);
  });

  test('of a job that runs once asks a human', async () => {
    const state = {
      status: 'queued',
      queuedAt: 0,
      avoid: null,
      kind: 'once',
      lastAttempt: 0,
      retries: 0,
    } as const;
    const { machine, job } = await leaseJob(lab, { state });
    await observeGone(machine.id);
    await lab.reap();
    expect(await stateOf(job)).toMatchObject({ status: 'settled', outcome: 'errored', retries: 0 });
  });
});

describe('a machine that falls silent', () => {
  test('keeps its lease for 30 s, and is taken back then', async () => {
    const { machine, job } = await leaseJob(lab);
    await lab.reap();
    lab.pass(limits.leaseMs);
    expect(await lab.reap()).toEqual([]);
    lab.pass(1);
    await lab.reap();
    expect(await stateOf(job)).toMatchObject({ status: 'queued', retries: 1 });
    expect((await machineNow(lab, machine.id)).state).toMatchObject({ status: 'retiring' });
  });

  test('loses nothing by an outage of the bus, however long', async () => {
    const { job } = await leaseJob(lab);
    lab.leaseClock.connection(false);
    lab.pass(3_600_000);
    expect(await lab.reap()).toEqual([]);
    lab.leaseClock.connection(true);
    lab.pass(limits.leaseMs);
    expect(await lab.reap()).toEqual([]);
    expect((await stateOf(job)).status).toBe('leased');
  });
});

describe('a deadline that passed while the coordinator was away', () => {
  /** As after a restart: nothing was ticked for a long time. */
  const beAway = () => {
    lab.clock.now += 10 * 3_600_000;
    lab.clock.monotonic += 10 * 3_600_000;
  };

  test('counts only after a full lease in which the machine could have reported', async () => {
    const { job, attempt } = await leaseJob(lab);
    await lab.store.write(tx =>
      lab.jobs.apply(tx, job.id, { type: 'steps-ended', at: lab.clock.now, number: 1 }),
    );
    beAway();
    await lab.reap();
    passRenewing(attempt.id, limits.leaseMs);
    expect(await lab.reap()).toEqual([]);
    expect((await stateOf(job)).status).toBe('finishing');
    passRenewing(attempt.id, 1);
    await lab.reap();
    expect(lab.sealed).toEqual([
      { attempt: attempt.id, reason: 'the log or the uploads were not complete in time' },
    ]);
  });

  test('does not end a cancellation that the machine was just about to confirm', async () => {
    const { job, attempt } = await leaseJob(lab);
    await cancel(job);
    beAway();
    await lab.reap();
    passRenewing(attempt.id, limits.leaseMs);
    await lab.reap();
    expect((await stateOf(job)).status).toBe('cancelling');
  });
});

describe('the wall clock is set forwards by hours, for good', () => {
  const leap = async () => {
    await lab.reap();
    lab.clock.now += 10 * 3_600_000;
    lab.leaseClock.tick();
  };

  test('a job with a short deadline goes on, and so does the end of one', async () => {
    const { definition } = await addJob(lab, { image: 'of no machine' });
    const { job, attempt } = await leaseJob(lab, { definition: { ...definition, deadlineMs: 60_000 } });
    await leap();
    passRenewing(attempt.id, 2 * limits.leaseMs);
    expect(await lab.reap()).toEqual([]);
    await lab.store.write(tx =>
      lab.jobs.apply(tx, job.id, { type: 'steps-ended', at: lab.clock.now, number: 1 }),
    );
    await leap();
    passRenewing(attempt.id, 2 * limits.leaseMs);
    expect(await lab.reap()).toEqual([]);
    expect((await stateOf(job)).status).toBe('finishing');
  });

  test('a cancellation gets its whole time to be confirmed', async () => {
    const { host, job, attempt } = await leaseJob(lab);
    await cancel(job);
    await leap();
    passRenewing(attempt.id, limits.cancelDeadlineMs);
    await keepAlive(lab, host);
    expect(await lab.reap()).toEqual([]);
    passRenewing(attempt.id, 1);
    await lab.reap();
    expect(await stateOf(job)).toMatchObject({ status: 'settled', outcome: 'cancelled' });
  });
});

test('a cancellation that no machine confirms settles as what was asked for', async () => {
  const { host, job, attempt } = await leaseJob(lab);
  await cancel(job);
  passRenewing(attempt.id, limits.cancelDeadlineMs);
  await keepAlive(lab, host);
  expect(await lab.reap()).toEqual([]);
  passRenewing(attempt.id, 1);
  await lab.reap();
  expect(await stateOf(job)).toMatchObject({ outcome: 'cancelled', message: 'cancelled by hand' });
});

test('an attempt that was settled between look and loss stays settled', async () => {
  const { machine, job } = await leaseJob(lab);
  await observeGone(machine.id);
  const end = { reason: 'exited', exitCode: 0, step: 0, message: '' } as const;
  const settled = lab.store.write(tx =>
    lab.jobs.apply(tx, job.id, { type: 'finished', at: lab.clock.now, number: 1, end }),
  );
  await Promise.all([lab.reap(), settled]);
  expect(await stateOf(job)).toMatchObject({ status: 'settled', outcome: 'passed' });
  expect(lab.suspected).toEqual([]);
});

test('nothing is taken back once another coordinator is the brain', async () => {
  const { machine, job } = await leaseJob(lab);
  await observeGone(machine.id);
  await lab.loseRole();
  await expect(lab.reap()).rejects.toMatchObject({ code: 'not-the-brain' });
  expect((await stateOf(job)).status).toBe('leased');
});
