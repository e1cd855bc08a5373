import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { findHost, type Host } from '#coordinator/store/hosts.ts';
import { listLiveMachines } from '#coordinator/store/machines.ts';
import { hostDesired } from '#shared/host-messages.ts';
import { limits } from '#shared/limits.ts';
import { host as hostId } from '#test/contract/sample-ids.ts';
import { imageOf, type Lab } from '../support/brain-lab.ts';
import { addJob, addMachine, jobNow, machineNow, reportOf } from '../support/rows.ts';
import { openScene, type Scene } from './reporting-host.ts';

let scene: Scene;
let lab: Lab;
let host: Host;
const open = async (max?: number) => {
  scene = await openScene(max);
  ({ lab, host } = scene);
};
beforeEach(() => open());
afterEach(() => lab.close());

const report: Scene['report'] = (...args) => scene.report(...args);
const stateOf: Scene['stateOf'] = machine => scene.stateOf(machine);
const onlyMachine = () => scene.onlyMachine();
const requestMachine = () => scene.requestMachine();

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

test.each([30, -30])(
  'the wall clock is set by %i minutes while a machine boots: it has the time that it had',
  async minutes => {
    const { machine } = await requestMachine();
    await lab.fleet.tick();
    lab.clock.now += minutes * 60_000;
    lab.leaseClock.tick();
    lab.pass(limits.bootDeadlineMs);
    await report(null);
    await lab.fleet.tick();
    expect(await stateOf(machine)).toMatchObject({ status: 'requested' });
    lab.pass(1);
    await lab.fleet.tick();
    expect(await stateOf(machine)).toMatchObject({ status: 'retiring' });
  },
);

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
