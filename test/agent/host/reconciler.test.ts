import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DriverError } from '#agent/host/errors.ts';
import { type Evidence, openEvidence } from '#agent/host/evidence.ts';
import { type Ledger, openLedger } from '#agent/host/ledger.ts';
import { Reconciler } from '#agent/host/reconciler.ts';
import type { DesiredMachine } from '#shared/host-messages.ts';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { PROTOCOL_VERSION } from '#shared/messages.ts';
import { desiredMachine, newHostId, newMachineId } from '#test/contract/driver/desired-machine.ts';
import { until } from '#test/support/until.ts';
import { hang, type ScriptedDriver, scriptDriver } from './scripted-driver.ts';

const host = newHostId();
let directory: string;
let ledger: Ledger;
let evidence: Evidence;
let driver: ScriptedDriver;
let reconciler: Reconciler;
let changes: number;
let generation: number;

const log = () => undefined;
const start = () =>
  new Reconciler({ host, drivers: [driver], ledger, evidence, log, onChange: () => changes++ });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'paddock-reconciler-'));
  ledger = await openLedger(join(directory, 'ledger.json'));
  evidence = await openEvidence(join(directory, 'evidence'), log);
  driver = scriptDriver(host);
  [changes, generation] = [0, 0];
  reconciler = start();
});
afterEach(async () => {
  await reconciler.close();
  await rm(directory, { recursive: true, force: true });
});

const setOf = (
  epoch: number,
  generation: number,
  machines: DesiredMachine[] = [],
  evidenceOf: MachineId[] = [],
) => ({ v: PROTOCOL_VERSION, epoch, generation, machines, evidenceOf }) as const;
const want = (...machines: DesiredMachine[]) => reconciler.obey(setOf(1, ++generation, machines));
const said = (id: MachineId) => reconciler.observed().machines.find(machine => machine.id === id);
const becomes = (id: MachineId, state: string) => until(`${id} is ${state}`, () => said(id)?.state === state);
const callsFor = (id: MachineId) =>
  driver.calls.filter(call => call.endsWith(id)).map(call => call.split(' ')[0]);

test('a wanted machine is created once, however often it is wanted', async () => {
  const machine = desiredMachine();
  want(machine);
  await becomes(machine.id, 'running');
  want(machine);
  want(machine);
  await until('the newest set is acted on', () => reconciler.observed().acted.generation === 3);
  expect(callsFor(machine.id)).toEqual(['create']);
});

test('an end is said until an answered report has said so and nobody wants the machine', async () => {
  const machine = desiredMachine();
  want(machine);
  await becomes(machine.id, 'running');
  want();
  await becomes(machine.id, 'gone');
  want();
  await until('the newest set is acted on', () => reconciler.observed().acted.generation === 3);
  expect(said(machine.id)?.state).toBe('gone');
  reconciler.told([machine.id]);
  await until('it is forgotten', () => said(machine.id) === undefined);
});

test('a machine that is gone is not created again while it is still wanted', async () => {
  const machine = desiredMachine();
  want(machine);
  await becomes(machine.id, 'running');
  driver.machines.delete(machine.id);
  driver.changed();
  await becomes(machine.id, 'gone');
  reconciler.told([machine.id]);
  want(machine);
  await until('the newest set is acted on', () => reconciler.observed().acted.generation === 2);
  expect(callsFor(machine.id)).toEqual(['create']);
});

test('a creation that fails for good is cleared and gone, with the reason', async () => {
  const machine = desiredMachine();
  driver.onCreate = async () => {
    throw new DriverError('no-image', 'the image is not on this host');
  };
  want(machine);
  await becomes(machine.id, 'gone');
  expect(said(machine.id)?.reason).toContain('the image is not on this host');
  expect(callsFor(machine.id)).toEqual(['create', 'destroy']);
});

test('a creation that may work later is cleared and tried again', async () => {
  const machine = desiredMachine();
  driver.onCreate = async () => {
    driver.onCreate = async () => undefined;
    throw new DriverError('busy', 'the hypervisor restarts', { isTransient: true });
  };
  want(machine);
  await until('it says why it waits', () => said(machine.id)?.reason.includes('the hypervisor restarts'));
  expect(said(machine.id)?.state).toBe('creating');
  await becomes(machine.id, 'running');
  expect(callsFor(machine.id)).toEqual(['create', 'destroy', 'create']);
});

test('a creation that hangs ends at the deadline of the image', async () => {
  const machine = desiredMachine();
  machine.image.boot.deadline = 50;
  driver.onCreate = hang;
  want(machine);
  await becomes(machine.id, 'gone');
  expect(said(machine.id)?.reason).toContain('took longer than');
});

test('a creation that is no longer wanted is aborted and cleared', async () => {
  const machine = desiredMachine();
  driver.onCreate = hang;
  want(machine);
  await until('it is being created', () => callsFor(machine.id).length === 1);
  want();
  await becomes(machine.id, 'gone');
  expect(callsFor(machine.id)).toEqual(['create', 'destroy']);
});

test('a machine that cannot be destroyed says so and is tried again', async () => {
  const machine = desiredMachine();
  want(machine);
  await becomes(machine.id, 'running');
  driver.onDestroy = async () => {
    driver.onDestroy = async () => undefined;
    throw new DriverError('stuck', 'the disk is in use');
  };
  want();
  await until('it says why', () => said(machine.id)?.reason.includes('the disk is in use'));
  expect(said(machine.id)?.state).toBe('destroying');
  await becomes(machine.id, 'gone');
});

test('no more creations run at once than a host should run, and the others say that they wait', async () => {
  const machines = Array.from({ length: limits.hostCreatesAtOnce + 2 }, () => desiredMachine());
  const free = Promise.withResolvers<void>();
  driver.onCreate = () => free.promise;
  want(...machines);
  await until('the set is acted on', () => reconciler.observed().acted.generation === 1);
  expect(driver.calls).toHaveLength(limits.hostCreatesAtOnce);
  expect(said(machines.at(-1)?.id ?? newMachineId())).toMatchObject({ state: 'creating' });
  free.resolve();
  for (const { id } of machines) await becomes(id, 'running');
});

test('nothing is concluded from a driver that cannot list its machines', async () => {
  const machine = desiredMachine();
  want(machine);
  await becomes(machine.id, 'running');
  driver.onList = async () => {
    throw new DriverError('down', 'the daemon is down');
  };
  want(machine, desiredMachine());
  await until('the set is acted on', () => reconciler.observed().acted.generation === 2);
  expect(said(machine.id)?.state).toBe('running');
  expect(driver.calls).toHaveLength(1);
});

test('a list that was asked for before a creation ended does not make the machine lost', async () => {
  const machine = desiredMachine();
  const created = Promise.withResolvers<void>();
  driver.onCreate = () => created.promise;
  want(machine);
  await until('it is being created', () => driver.calls.length === 1);
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<void>();
  const { list } = driver;
  driver.list = async signal => {
    const before = await list(signal);
    driver.list = list;
    asked.resolve();
    await answered.promise;
    return before;
  };
  driver.changed();
  await asked.promise;
  created.resolve();
  await becomes(machine.id, 'running');
  answered.resolve();
  want(machine);
  await until('the newest set is acted on', () => reconciler.observed().acted.generation === 2);
  expect(said(machine.id)?.state).toBe('running');
});

test('a machine of another owner is reported gone and left alone', async () => {
  const machine = desiredMachine();
  const [id, owner] = [machine.id, newHostId()];
  driver.machines.set(id, { id, owner, expiresAt: 0, state: 'running' });
  want(machine);
  await becomes(id, 'gone');
  want();
  await until('the newest set is acted on', () => reconciler.observed().acted.generation === 2);
  expect(driver.calls).toEqual([]);
});

test('an orphan of ours is adopted while nobody has said anything, and destroyed when it is not wanted', async () => {
  await reconciler.close();
  const { id, expiresAt } = desiredMachine();
  driver.machines.set(id, { id, owner: host, expiresAt, state: 'running' });
  reconciler = start();
  await reconciler.ready;
  expect(said(id)?.state).toBe('running');
  want();
  await becomes(id, 'gone');
  expect(callsFor(id)).toEqual(['destroy']);
});

test('a machine that expires is destroyed when it does, without a word from the coordinator', async () => {
  const id = newMachineId();
  driver.machines.set(id, { id, owner: host, expiresAt: Date.now() + 200, state: 'running' });
  driver.changed();
  const isGone = () => said(id)?.state === 'gone';
  await until('it is gone before the next interval', isGone, { timeoutMs: limits.hostReportMs / 2 });
  expect(said(id)?.reason).toContain('end of life');
});

test('a machine that was made but is not there any more is lost, not made again', async () => {
  await reconciler.close();
  const machine = desiredMachine();
  ledger.set(machine.id, { state: 'made', driver: 'process' });
  reconciler = start();
  want(machine);
  await becomes(machine.id, 'gone');
  expect(driver.calls).toEqual([]);
});

test('a lower set is refused, a repeated one is not', async () => {
  const machine = desiredMachine();
  want(machine);
  await becomes(machine.id, 'running');
  reconciler.obey(setOf(0, 9));
  reconciler.obey(setOf(1, 1, [machine]));
  want(machine);
  await until('the newest set is acted on', () => reconciler.observed().acted.generation === 2);
  expect(callsFor(machine.id)).toEqual(['create']);
});

test('the highest set acted on is remembered over a restart', async () => {
  reconciler.obey(setOf(5, 5));
  await until('the set is acted on', () => reconciler.observed().acted.epoch === 5);
  await reconciler.close();
  ledger = await openLedger(join(directory, 'ledger.json'));
  reconciler = start();
  await reconciler.ready;
  const machine = desiredMachine();
  reconciler.obey(setOf(4, 99, [machine]));
  reconciler.obey(setOf(5, 6));
  await until('the newer set is acted on', () => reconciler.observed().acted.generation === 6);
  expect(driver.calls).toEqual([]);
});

test('no machine is created while the ledger cannot be written', async () => {
  const machine = desiredMachine();
  await rm(directory, { recursive: true });
  want(machine);
  await until('the set is acted on', () => reconciler.observed().acted.generation === 1);
  expect(driver.calls).toEqual([]);
  expect(said(machine.id)?.state).toBe('creating');
});

test('closing ends a creation that hangs and clears nothing: the next start decides', async () => {
  const machine = desiredMachine();
  driver.onCreate = hang;
  want(machine);
  await until('it is being created', () => driver.calls.length === 1);
  await reconciler.close();
  expect(callsFor(machine.id)).toEqual(['create']);
  expect(ledger.get(machine.id)).toMatchObject({ state: 'made' });
});

test('a change is announced once, not at every look', async () => {
  const machine = desiredMachine();
  want(machine);
  await becomes(machine.id, 'running');
  want(machine);
  await until('the newest set is acted on', () => reconciler.observed().acted.generation === 2);
  let looks = 0;
  driver.onList = async () => void looks++;
  const before = changes;
  await until('it has looked three times more', () => {
    driver.changed();
    return looks > 3;
  });
  expect(changes).toBe(before);
});

describe('the console of a machine of which the coordinator has not heard', () => {
  /** Wanted, made, and with this on its console. */
  const bootMachine = async (console: string) => {
    const machine = desiredMachine();
    reconciler.obey(setOf(1, ++generation, [machine], [machine.id]));
    await becomes(machine.id, 'running');
    driver.consoles.set(machine.id, console);
    return machine;
  };

  test('is read before the machine is destroyed, and offered once it is gone', async () => {
    const machine = await bootMachine('Kernel panic');
    const holding = Promise.withResolvers<void>();
    driver.onDestroy = () => holding.promise;
    reconciler.obey(setOf(1, ++generation, [], [machine.id]));
    await until('it is kept', () => evidence.ids().includes(machine.id));
    expect(reconciler.evidenceOf()).toEqual([]);
    holding.resolve();
    await becomes(machine.id, 'gone');
    expect(reconciler.evidenceOf()).toEqual([machine.id]);
    expect(await evidence.read(machine.id)).toEqual({ console: 'Kernel panic', screen: null });
  });

  test('is kept when the machine ends by itself, and over a restart of the host agent', async () => {
    const machine = await bootMachine('\u001b[31mno init found\u001b[0m\r\n');
    driver.machines.set(machine.id, { ...driverMachine(machine), state: 'dead', reason: 'it has ended' });
    driver.changed();
    await becomes(machine.id, 'gone');
    await reconciler.close();
    evidence = await openEvidence(join(directory, 'evidence'), log);
    reconciler = start();
    await reconciler.ready;
    expect(reconciler.evidenceOf()).toEqual([machine.id]);
    expect(await evidence.read(machine.id)).toEqual({ console: 'no init found', screen: null });
  });

  test('is kept by a host agent that does not know yet whom the coordinator has heard', async () => {
    const machine = await bootMachine('no init found');
    await reconciler.close();
    driver.machines.set(machine.id, { ...driverMachine(machine), state: 'dead' });
    reconciler = start();
    await becomes(machine.id, 'gone');
    expect(reconciler.evidenceOf()).toEqual([machine.id]);
  });

  test('is kept when the machine could not be created, and not when that is tried again', async () => {
    const machine = desiredMachine();
    driver.onCreate = async id => {
      driver.consoles.set(id, 'no such disk');
      throw new DriverError('disk', 'its disk cannot be made', { isTransient: tries++ === 0 });
    };
    let tries = 0;
    reconciler.obey(setOf(1, ++generation, [machine], [machine.id]));
    await until('it is tried again', () => said(machine.id)?.reason.includes('trying again'));
    expect(evidence.ids()).toEqual([]);
    await becomes(machine.id, 'gone');
    expect(reconciler.evidenceOf()).toEqual([machine.id]);
  });

  test('is not kept of a machine that has reported in, or that has no console', async () => {
    const heard = await bootMachine('guest is up');
    reconciler.obey(setOf(1, ++generation, [heard], []));
    reconciler.obey(setOf(1, ++generation, [], []));
    await becomes(heard.id, 'gone');
    const mute = await bootMachine('');
    driver.consoles.delete(mute.id);
    reconciler.obey(setOf(1, ++generation, [], [mute.id]));
    await becomes(mute.id, 'gone');
    expect(evidence.ids()).toEqual([]);
  });

  test('holds no end up: a driver that fails to read it destroys its machine all the same', async () => {
    const machine = await bootMachine('Kernel panic');
    driver.evidence = async () => {
      throw new Error('the disk is gone');
    };
    reconciler.obey(setOf(1, ++generation, [], [machine.id]));
    await becomes(machine.id, 'gone');
    expect(evidence.ids()).toEqual([]);
  });
});

const driverMachine = ({ id, expiresAt }: DesiredMachine) => ({ id, owner: host, expiresAt });

describe('what a machine needs from elsewhere', () => {
  test('is brought here before it is created, outside of its deadline and of the creations at once', async () => {
    const arrivals = Array.from({ length: limits.hostCreatesAtOnce + 1 }, () =>
      Promise.withResolvers<void>(),
    );
    const machines = arrivals.map(() => desiredMachine());
    for (const { image } of machines) image.boot.deadline = 50;
    const other = desiredMachine();
    driver.prepare = async ({ id }) => arrivals[machines.findIndex(machine => machine.id === id)]?.promise;
    want(...machines, other);
    await becomes(other.id, 'running');
    // Longer than the deadline, which is over for all of them if it counts.
    await until('the deadline is over', async () => {
      const since = performance.now();
      await until('time passes', () => performance.now() - since > 60);
      return true;
    });
    for (const { id } of machines) expect(said(id)).toMatchObject({ state: 'creating' });
    expect(driver.calls).toEqual([`create ${other.id}`]);
    for (const { resolve } of arrivals) resolve();
    for (const { id } of machines) await becomes(id, 'running');
  });

  test('is waited for no longer once the machine is unwanted; nothing is made, nothing cleared', async () => {
    const machine = desiredMachine();
    let isWaiting = false;
    driver.prepare = ({ id }, signal) => {
      isWaiting = true;
      return hang(id, signal);
    };
    want(machine);
    await until('its files are waited for', () => isWaiting);
    want();
    await becomes(machine.id, 'gone');
    expect(callsFor(machine.id)).toEqual([]);
  });

  test('may come later, or is not to be had: then the machine is gone with the reason', async () => {
    const machine = desiredMachine();
    const errors = [
      new DriverError('busy', 'the server is busy', { isTransient: true }),
      new DriverError('image', 'it is another file'),
    ];
    driver.prepare = async () => {
      throw errors.shift() ?? new Error('tried too often');
    };
    want(machine);
    await until('it says why it waits', () => said(machine.id)?.reason.includes('the server is busy'));
    expect(said(machine.id)?.state).toBe('creating');
    await becomes(machine.id, 'gone');
    expect(said(machine.id)?.reason).toBe('it could not be created: it is another file');
    expect(callsFor(machine.id)).toEqual([]);
  });

  test('is waited for again by the next agent, and the machine does not count as lost', async () => {
    const machine = desiredMachine();
    driver.prepare = (_, signal) => hang(machine.id, signal);
    want(machine);
    await until('it is acted on', () => reconciler.observed().acted.generation === 1);
    await reconciler.close();
    ledger = await openLedger(join(directory, 'ledger.json'));
    delete driver.prepare;
    reconciler = start();
    want(machine);
    await becomes(machine.id, 'running');
  });
});
