import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { findHost, type Host } from '#coordinator/store/hosts.ts';
import { listLiveMachines, type Machine } from '#coordinator/store/machines.ts';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { type HostDesired, hostDesired, type ObservedMachine } from '#shared/messages.ts';
import { host as hostId } from '#test/contract/sample-ids.ts';
import { imageOf, type Lab, openLab, poolOf } from '../support/brain-lab.ts';
import { addHost, addJob, addMachine, attemptOf, jobNow, machineNow, reportOf } from '../support/rows.ts';

let lab: Lab;
let host: Host;
beforeEach(async () => {
  lab = await openLab({ pools: [poolOf(imageOf('linux'), { max: 3 })] });
  host = await addHost(lab);
  lab.pass(limits.leaseMs + 1);
  await report(null);
});
afterEach(() => lab.close());

type Seen = { [id: string]: ObservedMachine['state'] | [ObservedMachine['state'], string] };

/** The host says what it sees, having acted on this set (null: on none of this start). */
async function report(acted: Pick<HostDesired, 'epoch' | 'generation'> | null, seen: Seen = {}, of = host) {
  const machines = Object.entries(seen).map(([id, what]) => {
    const [state, reason] = typeof what === 'string' ? [what, ''] : what;
    return { id: id as MachineId, state, reason };
  });
  const numbers = acted ? { epoch: acted.epoch, generation: acted.generation } : { epoch: 0, generation: 0 };
  const answer = await lab.fleet.onReport(of.id, { ...reportOf(of.id), acted: numbers, machines });
  if (!answer) throw new Error('the report got no answer');
  return answer;
}

const stateOf = async ({ id }: Machine) => (await machineNow(lab, id)).state;
const onlyMachine = async (): Promise<Machine> => {
  const [machine, ...more] = await listLiveMachines(lab.store.read);
  if (!machine || more.length > 0) throw new Error(`there are ${more.length + (machine ? 1 : 0)} machines`);
  return machine;
};
/** A machine that the planner has asked for, and the set that says so. */
async function requestMachine() {
  await addJob(lab);
  await lab.fleet.tick();
  return { machine: await onlyMachine(), desired: await lab.fleet.desiredFor(host.id) };
}

describe('a tick of the planner', () => {
  test('asks a host for the machine that the queue needs, once', async () => {
    await addJob(lab);
    const wakes = await lab.fleet.tick();
    const machine = await onlyMachine();
    expect(machine).toMatchObject({ image: 'linux', hostId: host.id, state: { status: 'requested' } });
    expect(machine.expiresAt).toBe(lab.clock.now + limits.machineMaxAgeMs);
    expect(wakes).toEqual([{ type: 'push-host', host: host.id }]);
    expect(await lab.fleet.tick()).toEqual([]);
    await Promise.all([lab.fleet.tick(), lab.fleet.tick()]);
    expect(await listLiveMachines(lab.store.read)).toHaveLength(1);
  });

  test('decides nothing once another coordinator is the brain', async () => {
    await addJob(lab);
    await lab.loseRole();
    await expect(lab.fleet.tick()).rejects.toMatchObject({ code: 'not-the-brain' });
    await expect(report(null)).rejects.toMatchObject({ code: 'not-the-brain' });
    expect(await listLiveMachines(lab.store.read)).toEqual([]);
  });
});

describe('what a host should have', () => {
  test('is every machine that is wanted, word for word the same each time', async () => {
    const { machine, desired } = await requestMachine();
    const { id, expiresAt } = machine;
    const wanted = {
      id,
      image: imageOf('linux'),
      ticket: `ticket of ${id}`,
      enrolUrl: 'http://127.0.0.1:7071',
      expiresAt,
    };
    expect(hostDesired.parse(desired)).toEqual(desired);
    expect(desired).toMatchObject({ epoch: lab.role.epoch, machines: [wanted] });
    expect(await lab.fleet.desiredFor(host.id)).toEqual(desired);
  });

  test('has a higher number whenever it is another set, and none that is on its way out', async () => {
    const { machine, desired } = await requestMachine();
    await lab.store.write(tx =>
      applyToMachine(tx, machine.id, { type: 'retire-requested', at: lab.clock.now, reason: 'idle' }),
    );
    const next = await lab.fleet.desiredFor(host.id);
    expect(next).toMatchObject({ generation: desired.generation + 1, machines: [] });
  });

  test('is nothing for a host that nobody knows, whose reports leave no trace', async () => {
    const stranger = { ...host, id: hostId(7) };
    expect(await report(null, {}, stranger)).toMatchObject({ machines: [] });
    expect(await findHost(lab.store.read, stranger.id)).toBe(null);
  });

  test('is not told to who speaks as another host, or what cannot be read', async () => {
    expect(await lab.fleet.onReport(hostId(7), reportOf(host.id))).toBe(null);
    expect(await lab.fleet.onReport(host.id, { v: 1 })).toBe(null);
  });
});

describe('a report', () => {
  test('of a host that was silent is news, and wakes who may use it', async () => {
    lab.wakes.length = 0;
    await report(null);
    expect(lab.wakes).toEqual([]);
    lab.pass(limits.hostSilenceMs + 1);
    await report(null);
    expect(lab.wakes).toEqual([{ type: 'fleet' }, { type: 'scheduler' }]);
    expect(await findHost(lab.store.read, host.id)).toMatchObject({ lastSeenAt: lab.clock.now });
  });

  test('makes a requested machine boot, and changes nothing by being repeated', async () => {
    const { machine, desired } = await requestMachine();
    await report(desired, { [machine.id]: 'creating' });
    expect(await stateOf(machine)).toMatchObject({ status: 'requested' });
    await report(desired, { [machine.id]: 'running' });
    expect(await stateOf(machine)).toMatchObject({ status: 'booting', since: lab.clock.now });
    const { version } = await machineNow(lab, machine.id);
    await report(desired, { [machine.id]: 'running' });
    expect((await machineNow(lab, machine.id)).version).toBe(version);
  });

  test('ends a machine that is gone, with the reason the host gives, and the answer leaves it out', async () => {
    const { machine, desired } = await requestMachine();
    const answer = await report(desired, { [machine.id]: ['gone', 'no such disk'] });
    expect(await stateOf(machine)).toMatchObject({ status: 'gone', reason: 'no such disk' });
    expect(answer.machines).toEqual([]);
    expect(answer.generation).toBeGreaterThan(desired.generation);
  });

  test('without a machine of the set that it acted on says that it is gone', async () => {
    const { machine, desired } = await requestMachine();
    await report({ ...desired, generation: desired.generation - 1 });
    await report({ ...desired, epoch: desired.epoch - 1 });
    expect(await stateOf(machine)).toMatchObject({ status: 'requested' });
    await report(desired);
    expect(await stateOf(machine)).toMatchObject({ status: 'gone', reason: 'its host no longer has it' });
  });

  test('says nothing of a machine that was asked for since the set it acted on', async () => {
    const before = await lab.fleet.desiredFor(host.id);
    await addJob(lab);
    await Promise.all([report(before), lab.fleet.tick()]);
    const machine = await onlyMachine();
    expect(await stateOf(machine)).toMatchObject({ status: 'requested' });
    expect(lab.fleet.backoffOf('linux', host.id)).toBe(null);
  });

  test('ends the attempt of a machine that is gone at once', async () => {
    const machine = await addMachine(lab, host);
    const job = await addJob(lab);
    await lab.schedule();
    lab.wakes.length = 0;
    await report(null, { [machine.id]: ['gone', 'killed by signal 9'] });
    expect(lab.wakes).toContainEqual({ type: 'leases' });
    await lab.reap();
    expect((await jobNow(lab, job.id)).state).toMatchObject({ status: 'queued', avoid: host.id });
  });
});

describe('an image that does not start', () => {
  const failOnce = async () => {
    await lab.fleet.tick();
    const machine = await onlyMachine();
    await report(await lab.fleet.desiredFor(host.id), { [machine.id]: ['gone', 'no such disk'] });
  };

  test('is tried again later, and later each time, until one is up', async () => {
    await addJob(lab);
    for (const pauseMs of [2_000, 4_000, 8_000]) {
      await failOnce();
      expect(await lab.fleet.tick()).toEqual([]);
      lab.pass(pauseMs - 1);
      expect(await lab.fleet.tick()).toEqual([]);
      lab.pass(1);
    }
    lab.pass(1);
    await lab.fleet.tick();
    const machine = await onlyMachine();
    await lab.store.write(tx => applyToMachine(tx, machine.id, { type: 'reported-in', at: lab.clock.now }));
    await report(null, { [machine.id]: 'running' });
    expect(lab.fleet.backoffOf('linux', host.id)).toBe(null);
  });

  test('keeps no other host from starting it', async () => {
    await addJob(lab);
    const attic = await addHost(lab, 'zattic');
    await failOnce();
    await lab.fleet.tick();
    expect(await onlyMachine()).toMatchObject({ hostId: attic.id });
  });

  test('also failed when it was there and did not report in', async () => {
    const { machine, desired } = await requestMachine();
    for (let ms = 0; ms <= limits.bootDeadlineMs; ms += limits.hostReportMs) {
      await report(desired, { [machine.id]: 'creating' });
      lab.pass(limits.hostReportMs);
    }
    await lab.fleet.tick();
    expect(await stateOf(machine)).toMatchObject({
      status: 'retiring',
      reason: 'did not report in within 120 s',
    });
    expect(lab.fleet.backoffOf('linux', host.id)?.message).toBe('did not report in within 120 s');
  });
});

describe('a host that vanishes', () => {
  test('gives its places in the pool to others, and finds nothing wanted when it comes back', async () => {
    await lab.close();
    lab = await openLab({ pools: [poolOf(imageOf('linux'), { max: 1 })] });
    host = await addHost(lab);
    const machine = await addMachine(lab, host);
    const job = await addJob(lab);
    await lab.schedule();
    lab.pass(limits.leaseMs + 1);
    await lab.reap();
    lab.pass(limits.leaseMs + 1);
    await lab.reap();
    expect(await stateOf(machine)).toMatchObject({ status: 'retiring' });
    const attic = await addHost(lab, 'attic');
    expect(await lab.fleet.tick()).toEqual([]);
    lab.pass(limits.retireDeadlineMs + 1);
    await report(null, {}, attic);
    await lab.fleet.tick();
    expect(await stateOf(machine)).toMatchObject({ status: 'gone', reason: 'its one attempt is over' });
    await lab.fleet.tick();
    expect(await onlyMachine()).toMatchObject({ hostId: attic.id });
    expect((await jobNow(lab, job.id)).state.status).toBe('queued');
    expect(await report(null, { [machine.id]: 'running' })).toMatchObject({ machines: [] });
  });

  test('is not judged by a coordinator that was away itself', async () => {
    const machine = await addMachine(lab, host);
    lab.clock.now += 300_000;
    lab.clock.monotonic += 300_000;
    lab.leaseClock.tick();
    expect(await lab.fleet.tick()).toEqual([]);
    await report(null, { [machine.id]: 'running' });
    expect(await lab.fleet.tick()).toEqual([]);
    expect(await stateOf(machine)).toMatchObject({ status: 'ready' });
  });
});

test('after an attempt was lost the next machine is made on another host', async () => {
  const machine = await addMachine(lab, host);
  const job = await addJob(lab);
  await lab.schedule();
  await addHost(lab, 'zattic');
  const { id } = await attemptOf(lab, job.id);
  await report(null, { [machine.id]: ['gone', 'killed by signal 9'] });
  await lab.reap();
  expect(lab.sealed.map(({ attempt }) => attempt)).toEqual([id]);
  await lab.fleet.tick();
  const zattic = (await listLiveMachines(lab.store.read)).map(({ hostId: on }) => on);
  expect(zattic).toHaveLength(1);
  expect(zattic).not.toContain(host.id);
});
