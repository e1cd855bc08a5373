/** Images that do not start, hosts that vanish, machines that are lost. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyToMachine } from '#coordinator/fleet/machines.ts';
import { listEventsOfImage } from '#coordinator/store/events.ts';
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

describe('quarantine', () => {
  const failOn = async (of: Host) => {
    await lab.fleet.tick();
    const machine = await onlyMachine();
    expect(machine.hostId).toBe(of.id);
    const desired = await lab.fleet.desiredFor(of.id);
    await report(desired, { [machine.id]: ['gone', 'no such disk'] }, of);
  };
  const decisions = async () =>
    (await listEventsOfImage(lab.store.read, 'linux', 99))
      .filter(({ type }) => /quarantined|released/.test(type))
      .map(({ type, data }) => `${type}: ${data?.reason}`)
      .reverse();

  test('of an image that failed on two hosts is written down, explained, and ended by the first that is up', async () => {
    const attic = await addHost(lab, 'zattic');
    await addJob(lab);
    await addJob(lab);
    await lab.fleet.tick();
    const [one, other] = await listLiveMachines(lab.store.read);
    if (!one || !other) throw new Error('two machines were asked for');
    for (const { id, hostId } of [one, other])
      await report(
        await lab.fleet.desiredFor(hostId),
        { [id]: ['gone', 'no such disk'] },
        hostId === attic.id ? attic : host,
      );
    expect(new Set([one.hostId, other.hostId]).size).toBe(2);
    const quarantined =
      /^image\.quarantined: it failed to start on (?:shed, zattic|zattic, shed): no such disk; one machine at a time/;
    await lab.fleet.tick();
    await lab.fleet.tick();
    expect(await decisions()).toEqual([expect.stringMatching(quarantined)]);
    const [outlook] = await lab.fleet.outlook();
    expect(outlook?.limit.text).toMatch(
      /failed to start on .*: no such disk; tried again in 4 s; see paddock machine show/,
    );
    lab.pass(4_001);
    await report(null, {}, attic);
    await report(null, {}, host);
    await lab.fleet.tick();
    const probe = await onlyMachine();
    await lab.store.write(tx => applyToMachine(tx, probe.id, { type: 'reported-in', at: lab.clock.now }));
    await report(null, { [probe.id]: 'running' }, probe.hostId === attic.id ? attic : host);
    await lab.fleet.tick();
    expect(await decisions()).toEqual([
      expect.stringMatching(quarantined),
      'image.released: a machine that was made since then is up',
    ]);
    expect(await listLiveMachines(lab.store.read)).toHaveLength(2);
  });

  test('is forgotten with what it came of', async () => {
    await addJob(lab);
    await failOn(host);
    const attic = await addHost(lab, 'zattic');
    await failOn(attic);
    await lab.fleet.tick();
    expect(await decisions()).toHaveLength(1);
    lab.fleet.clockLeapt();
    expect(lab.fleet.troubles().quarantines.images.size).toBe(0);
    await lab.fleet.tick();
    expect((await decisions()).at(-1)).toMatch(/^image\.released: what failed is put down to something else/);
    await onlyMachine();
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
