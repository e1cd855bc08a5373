import type { MachineId } from '#shared/ids.ts';
import type { DriverName } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { withDeadline } from './deadline.ts';
import type { Driver, DriverMachine } from './drivers/driver.ts';
import { messageOf } from './errors.ts';

export type Listed = { driver: Driver; machine: DriverMachine };

export type Listing = {
  machines: ReadonlyMap<MachineId, Listed>;
  /** Drivers that could not answer, with the reason: of their machines nothing is known, so nothing may be concluded. */
  failures: ReadonlyMap<DriverName, string>;
};

/** Asks every driver at once what there is. Never throws, except the signal's reason when it is aborted. */
export async function listMachines(drivers: readonly Driver[], signal: AbortSignal): Promise<Listing> {
  const machines = new Map<MachineId, Listed>();
  const failures = new Map<DriverName, string>();
  const ask = async (driver: Driver) => {
    try {
      const listed = await withDeadline(limits.driverListMs, signal, bounded => driver.list(bounded));
      for (const machine of listed) machines.set(machine.id, { driver, machine });
    } catch (error) {
      failures.set(driver.name, messageOf(error));
    }
  };
  await Promise.all(drivers.map(ask));
  signal.throwIfAborted();
  return { machines, failures };
}
