/** Images that do not start, hosts that vanish, machines that are lost. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import type { Host } from '#coordinator/store/hosts.ts';
import { listLiveMachines } from '#coordinator/store/machines.ts';
import { limits } from '#shared/limits.ts';
import type { Lab } from '../support/brain-lab.ts';
import { addHost, addJob, addMachine, attemptOf, jobNow } from '../support/rows.ts';
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
    await open(1);
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
