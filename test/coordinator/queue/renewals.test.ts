import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { listEventsOfJob } from '#coordinator/store/events.ts';
import type { AttemptPhase } from '#shared/attempt.ts';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { machine as aMachine, attempt as anAttempt } from '#test/contract/sample-ids.ts';
import { imageOf, type Lab, openLab } from '../support/brain-lab.ts';
import { openGuests, platform, renewalOf } from '../support/guest-lab.ts';
import { addHost, addJob, addMachine, attemptOf, jobNow, leaseJob, machineNow } from '../support/rows.ts';

let lab: Lab;
let guests: ReturnType<typeof openGuests>;
beforeEach(async () => {
  lab = await openLab();
  guests = openGuests(lab);
  lab.pass(limits.leaseMs + 1);
});
afterEach(() => lab.close());

describe('a machine without an attempt', () => {
  test('is ready with its first renewal, and idles', async () => {
    const machine = await addMachine(lab, await addHost(lab), { status: 'requested' });
    expect(await guests.renew(machine.id, null)).toEqual({ want: 'idle' });
    expect((await machineNow(lab, machine.id)).state).toMatchObject({
      status: 'ready',
      since: lab.clock.now,
    });
    expect(lab.wakes).toEqual([{ type: 'scheduler' }]);
    expect(await guests.renew(machine.id, null)).toEqual({ want: 'idle' });
    expect(lab.wakes).toHaveLength(1);
  });

  test('is retired when nobody wants or knows it', async () => {
    const machine = await addMachine(lab, await addHost(lab));
    const end = { type: 'retire-requested', at: lab.clock.now, reason: 'idle' } as const;
    await lab.store.write(tx => applyToMachine(tx, machine.id, end));
    expect(await guests.renew(machine.id, null)).toEqual({ want: 'retire' });
    const stranger = aMachine(7);
    expect(await guests.renew(stranger, null)).toEqual({ want: 'retire' });
    expect(await guests.desiredFor(stranger)).toEqual({ want: 'retire' });
  });

  test('gets no answer to what is not a renewal, or another machine’s', async () => {
    const machine = await addMachine(lab, await addHost(lab));
    expect(await guests.onRenewal(machine.id, { v: 1 })).toBe(null);
    expect(await guests.onRenewal(machine.id, renewalOf(aMachine(7), null))).toBe(null);
    expect(await guests.onRenewal(machine.id, { ...renewalOf(machine.id, null), v: 2 })).toBe(null);
  });
});

describe('a machine with an attempt', () => {
  test('is told to run, word for word the same each time, but for its secrets while it runs', async () => {
    const { machine, attempt, job } = await leaseJob(lab);
    const told = await guests.renew(machine.id, null);
    expect(told).toMatchObject({ want: 'run', spec: { attempt: attempt.id, number: 1, job: job.id } });
    lab.pass(5_000);
    const again = { ...told, spec: { ...(told?.want === 'run' ? told.spec : {}), secrets: {} } };
    expect(await guests.renew(machine.id, attempt)).toEqual(again);
    expect(await guests.desiredFor(machine.id)).toEqual(told);
  });

  test('keeps its lease by saying that it runs', async () => {
    const { machine, attempt } = await leaseJob(lab);
    for (let n = 0; n < 10; n++) {
      await guests.renew(machine.id, attempt);
      lab.pass(limits.renewalMs);
    }
    expect(await lab.reap()).toEqual([]);
    lab.pass(limits.leaseMs);
    expect(lab.leaseClock.isOver(attempt.id)).toBe(true);
  });

  test('loses its lease when it renews and never starts', async () => {
    const { machine, attempt } = await leaseJob(lab);
    await lab.reap();
    for (let n = 0; n < 7; n++) {
      lab.pass(limits.renewalMs);
      await guests.renew(machine.id, null);
    }
    await lab.reap();
    expect(lab.sealed).toEqual([{ attempt: attempt.id, reason: 'the machine has not reported for 30 s' }]);
  });

  test('is told to stop when its job is cancelled', async () => {
    const { machine, attempt, job } = await leaseJob(lab);
    const cancel = { at: lab.clock.now, reason: 'superseded', message: 'f3a91c0 is newer' } as const;
    const { wakes } = await lab.store.write(tx =>
      lab.jobs.apply(tx, job.id, { type: 'cancel-requested', ...cancel }),
    );
    expect(wakes).toContainEqual({ type: 'push-machine', machine: machine.id });
    const { reason, message } = cancel;
    const told = { want: 'cancel', attempt: attempt.id, number: 1, reason, message };
    expect(await guests.renew(machine.id, attempt)).toEqual(told);
  });

  test('is told that an attempt is over which it had lost', async () => {
    const { machine, attempt } = await leaseJob(lab);
    await lab.reap();
    lab.pass(limits.leaseMs + 1);
    await lab.reap();
    const fenced = { want: 'fenced', attempt: attempt.id, number: 1 };
    expect(await guests.renew(machine.id, attempt)).toEqual(fenced);
    expect(await guests.renew(machine.id, null)).toEqual({ want: 'retire' });
  });

  test('that stays gets the next one when it is free', async () => {
    const image = imageOf('linux', { reuse: 'static' });
    const { machine, attempt } = await leaseJob(lab, {}, image);
    const next = await addJob(lab);
    await guests.finish(attempt, { reason: 'exited', exitCode: 0, step: 0, message: '' });
    await lab.schedule();
    const { id } = await attemptOf(lab, next.id);
    expect(await guests.renew(machine.id, null)).toMatchObject({ want: 'run', spec: { attempt: id } });
    // It may still believe that it runs the first one: its answer to the report was lost.
    expect(await guests.renew(machine.id, attempt)).toEqual({
      want: 'settled',
      attempt: attempt.id,
      number: 1,
    });
  });
});

describe('progress', () => {
  const say = (
    machine: MachineId,
    attempt: Awaited<ReturnType<typeof attemptOf>>,
    phase: AttemptPhase,
    step: number | null,
  ) => guests.renew(machine, attempt, { phase, step });

  test('is kept: platform, phase, step, and when each phase began', async () => {
    const { machine, attempt, job } = await leaseJob(lab);
    const begun: number[] = [];
    for (const [phase, step] of [
      ['starting', null],
      ['source', null],
      ['steps', 0],
      ['uploads', 0],
    ] as const) {
      lab.pass(1_000);
      begun.push(lab.clock.now);
      await say(machine.id, attempt, phase, step);
      await say(machine.id, attempt, phase, step);
    }
    const row = await attemptOf(lab, job.id);
    expect(row).toMatchObject({ platform, step: 0, state: { status: 'running', phase: 'uploads' } });
    const [, sourceAt, stepsAt, uploadsAt] = begun;
    expect(row.times).toMatchObject({ sourceAt, stepsAt, uploadsAt, endedAt: null });
    const story = (await listEventsOfJob(lab.store.read, job.id)).map(({ type }) => type);
    expect(story.slice(-4)).toEqual([
      'attempt.source',
      'attempt.steps',
      'attempt.uploads',
      'job.steps-ended',
    ]);
  });

  test('over the steps makes the job finish, by a deadline of its own', async () => {
    const { machine, attempt, job } = await leaseJob(lab);
    await say(machine.id, attempt, 'reporting', 0);
    expect((await jobNow(lab, job.id)).state).toMatchObject({ status: 'finishing', since: lab.clock.now });
  });

  test('is written only when it is another', async () => {
    const { machine, attempt, job } = await leaseJob(lab);
    await say(machine.id, attempt, 'steps', 0);
    const { version } = await attemptOf(lab, job.id);
    lab.wakes.length = 0;
    await say(machine.id, attempt, 'steps', 0);
    expect((await attemptOf(lab, job.id)).version).toBe(version);
    expect(lab.wakes).toEqual([]);
    await say(machine.id, attempt, 'steps', 1);
    expect(lab.wakes).toContainEqual({ type: 'changed', run: job.runId, job: job.id });
  });
});

describe('a machine that speaks of an attempt which is not its own', () => {
  test('renews no lease and moves nothing, and is told to let go', async () => {
    const victim = await leaseJob(lab);
    const thief = await addMachine(lab, victim.host);
    await lab.reap();
    for (let n = 0; n < 7; n++) {
      lab.pass(limits.renewalMs);
      const told = await guests.renew(thief.id, victim.attempt, { phase: 'reporting', step: 9 });
      expect(told).toEqual({ want: 'fenced', attempt: victim.attempt.id, number: 1 });
    }
    expect(lab.leaseClock.isOver(victim.attempt.id)).toBe(true);
    expect(await attemptOf(lab, victim.job.id)).toMatchObject({ step: null, platform: null });
    expect((await jobNow(lab, victim.job.id)).state.status).toBe('leased');
  });

  test('or of a number that it does not have, is not heard either', async () => {
    const { machine, attempt, job } = await leaseJob(lab);
    await lab.reap();
    lab.pass(limits.leaseMs);
    await guests.renew(machine.id, { ...attempt, number: 2 }, { phase: 'reporting' });
    lab.pass(1);
    expect(lab.leaseClock.isOver(attempt.id)).toBe(true);
    expect((await jobNow(lab, job.id)).state.status).toBe('leased');
    const nobodys = { id: anAttempt(7), number: 1 };
    expect(await guests.renew(machine.id, nobodys)).toEqual({
      want: 'fenced',
      attempt: nobodys.id,
      number: 1,
    });
  });
});
