/** What every driver must do (see `agent/host/drivers/driver.ts`), run over each of them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Driver, DriverMachine } from '#agent/host/drivers/driver.ts';
import { DriverError } from '#agent/host/errors.ts';
import type { HostId, MachineId } from '#shared/ids.ts';
import type { DriverName } from '#shared/image-manifest.ts';
import { until } from '#test/support/until.ts';
import { desiredMachine, type Wish } from './desired-machine.ts';

/** One driver with nothing in it, and the hands to do to its machines what the world does. */
export type DriverBench = {
  driver: Driver;
  owner: HostId;
  /** Closes the driver and opens another over what there is, as a restart of the host agent does. */
  restart(): Promise<Driver>;
  /** Ends a running machine from outside, without a word to the driver. */
  crash(id: MachineId): Promise<void>;
  /** A running machine with the tag of another host, and whether it still runs. */
  plantForeign(): Promise<{ id: MachineId; runs: () => Promise<boolean> }>;
  /** From now on nothing can be created; answers a word that the reason must have. */
  breakCreation(): Promise<string>;
  /** Every process and file of any of its machines, by name. */
  leftOvers(): Promise<string[]>;
  close(): Promise<void>;
};

/** `wish`: what its machines are besides. */
export function describeDriver(
  name: DriverName,
  open: () => Promise<DriverBench>,
  wish: Pick<Wish, 'mode'> = {},
): void {
  let bench: DriverBench;
  const signal = new AbortController().signal;
  const machineIn = async (driver: Driver, id: MachineId): Promise<DriverMachine | undefined> =>
    (await driver.list(signal)).find(machine => machine.id === id);
  const state = async (id: MachineId, driver = bench.driver) => (await machineIn(driver, id))?.state;
  const created = async () => {
    const machine = desiredMachine({ driver: name, ...wish });
    await bench.driver.create(machine, signal);
    return machine;
  };

  describe(`the ${name} driver${wish.mode ? ` in mode ${wish.mode}` : ''}`, () => {
    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench.close());

    test('says its name and what isolates its machines', () => {
      expect(bench.driver.name).toBe(name);
      expect(['vm', 'user', 'none']).toContain(bench.driver.isolation);
    });

    test('lists a created machine with its tag', async () => {
      const { id, expiresAt } = await created();
      const listed = await bench.driver.list(signal);
      expect(listed).toEqual([{ id, expiresAt, owner: bench.owner, state: 'running' }]);
    });

    test('creating a machine twice gives one', async () => {
      const machine = await created();
      const before = await bench.leftOvers();
      await bench.driver.create(machine, signal);
      expect(await bench.leftOvers()).toEqual(before);
      expect(await bench.driver.list(signal)).toHaveLength(1);
    });

    test('creating a machine twice at the same time gives one', async () => {
      const machine = desiredMachine({ driver: name, ...wish });
      await Promise.all([bench.driver.create(machine, signal), bench.driver.create(machine, signal)]);
      const both = await bench.leftOvers();
      await bench.driver.destroy(machine.id, signal);
      await bench.driver.create(desiredMachine({ driver: name, ...wish }), signal);
      expect(both).toHaveLength((await bench.leftOvers()).length);
    });

    test('two machines are created at the same time and do not meet', async () => {
      const [one, other] = await Promise.all([created(), created()]);
      await bench.driver.destroy(one.id, signal);
      expect(await state(one.id)).toBeUndefined();
      expect(await state(other.id)).toBe('running');
    });

    test('destroying leaves no process and no file, and a second time is success', async () => {
      const { id } = await created();
      expect(await bench.leftOvers()).not.toEqual([]);
      await bench.driver.destroy(id, signal);
      await bench.driver.destroy(id, signal);
      expect(await bench.leftOvers()).toEqual([]);
      expect(await bench.driver.list(signal)).toEqual([]);
    });

    test('destroying what never was is success', async () => {
      await bench.driver.destroy(desiredMachine().id, signal);
      expect(await bench.leftOvers()).toEqual([]);
    });

    test('destroying twice at the same time is success', async () => {
      const { id } = await created();
      await Promise.all([bench.driver.destroy(id, signal), bench.driver.destroy(id, signal)]);
      expect(await bench.leftOvers()).toEqual([]);
    });

    test('a death is told to the watcher within a second and listed with its reason', async () => {
      const { id } = await created();
      let changes = 0;
      const unwatch = bench.driver.watch(() => changes++);
      await bench.crash(id);
      await until('the watcher is called', () => changes > 0, { timeoutMs: 1_500 });
      unwatch();
      expect(await machineIn(bench.driver, id)).toMatchObject({
        state: 'dead',
        reason: expect.stringMatching(/\w/),
      });
    });

    test('a dead machine is not created again, and destroying it clears it', async () => {
      const machine = await created();
      await bench.crash(machine.id);
      await until('the machine is dead', async () => (await state(machine.id)) === 'dead');
      await expect(bench.driver.create(machine, signal)).rejects.toBeInstanceOf(DriverError);
      await bench.driver.destroy(machine.id, signal);
      expect(await bench.leftOvers()).toEqual([]);
    });

    test('a machine outlives the driver and is found again, with the same tag', async () => {
      const { id, expiresAt } = await created();
      const next = await bench.restart();
      expect(await next.list(signal)).toEqual([{ id, expiresAt, owner: bench.owner, state: 'running' }]);
      await next.destroy(id, signal);
      expect(await bench.leftOvers()).toEqual([]);
    });

    test('creating a machine that was found again changes nothing', async () => {
      const machine = await created();
      const before = await bench.leftOvers();
      const next = await bench.restart();
      await next.create(machine, signal);
      expect(await bench.leftOvers()).toEqual(before);
    });

    test('the death of a machine that was found again is noticed within a second', async () => {
      const { id } = await created();
      const next = await bench.restart();
      let changes = 0;
      next.watch(() => changes++);
      await bench.crash(id);
      await until('the watcher is called', () => changes > 0, { timeoutMs: 1_500 });
      expect(await state(id, next)).toBe('dead');
    });

    test('a machine that ended while no driver was there is found dead', async () => {
      const { id } = await created();
      await bench.driver.close();
      await bench.crash(id);
      const next = await bench.restart();
      // A killed process is there for a moment longer than its environment.
      await until('it is found dead', async () => (await state(id, next)) === 'dead');
    });

    test('a machine of another owner is listed and refused, not touched', async () => {
      const foreign = await bench.plantForeign();
      const next = await bench.restart();
      const listed = await machineIn(next, foreign.id);
      expect(listed?.owner).not.toBe(bench.owner);
      await expect(next.destroy(foreign.id, signal)).rejects.toBeInstanceOf(DriverError);
      const wanted = { ...desiredMachine({ driver: name, ...wish }), id: foreign.id };
      await expect(next.create(wanted, signal)).rejects.toBeInstanceOf(DriverError);
      expect(await foreign.runs()).toBe(true);
    });

    test('a creation that fails says why, and destroying clears what it left', async () => {
      const word = await bench.breakCreation();
      const machine = desiredMachine({ driver: name, ...wish });
      await expect(bench.driver.create(machine, signal)).rejects.toThrow(word);
      await bench.driver.destroy(machine.id, signal);
      expect(await bench.leftOvers()).toEqual([]);
    });

    test('an aborted creation throws the reason, and destroying clears what it left', async () => {
      const abort = new AbortController();
      const machine = desiredMachine({ driver: name, ...wish });
      const creation = bench.driver.create(machine, abort.signal);
      abort.abort(new Error('no longer wanted'));
      await expect(creation).rejects.toThrow('no longer wanted');
      await bench.driver.destroy(machine.id, signal);
      expect(await bench.leftOvers()).toEqual([]);
    });

    test('what the machine said at boot is kept as evidence', async () => {
      const { id } = await created();
      const evidence = async () => Buffer.from((await bench.driver.evidence(id)) ?? []).toString();
      await until('the console shows the boot', async () => (await evidence()).includes('guest is up'));
      await bench.driver.destroy(id, signal);
      expect(await bench.driver.evidence(id)).toBeNull();
    });
  });
}
