/** The slow actions on one machine, with their deadlines; every operational failure becomes a value. */

import type { DesiredMachine } from '#shared/host-messages.ts';
import type { MachineId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { withDeadline } from './deadline.ts';
import type { Driver } from './drivers/driver.ts';
import { DriverError, messageOf } from './errors.ts';

export type Outcome =
  /** It may be created now. */
  | { became: 'prepared' }
  | { became: 'running' }
  | { became: 'gone'; reason: string }
  /** It may work later. Of a `create` that is to be tried again nothing is left. */
  | { became: 'again'; of: 'create' | 'destroy'; message: string }
  /** This agent is closing; its successor finds what there is and goes on. */
  | { became: 'left' };

/** What a machine wrote on its console, before it is gone with it. */
export type Console = {
  keep(driver: Driver, id: MachineId): Promise<void>;
  drop(id: MachineId): Promise<void>;
};

/** Thrown into a `create` whose machine is no longer wanted. */
export class NoLongerWanted extends Error {}

const unwanted = 'the coordinator no longer wants it';

export type Creation = {
  driver: Driver | undefined;
  machine: DesiredMachine;
  /** Names of the drivers there are, for the message when the right one is not among them. */
  offered: readonly string[];
  console: Console;
  /** Aborted with `NoLongerWanted`, or with anything else when the agent closes. */
  signal: AbortSignal;
};

export type Preparation = Pick<Creation, 'driver' | 'machine' | 'signal'>;

/** Brings here what a creation needs, outside of its deadline; nothing of the machine is made, so nothing is to be cleared. */
export async function performPrepare({ driver, machine, signal }: Preparation): Promise<Outcome> {
  try {
    await driver?.prepare?.(machine, signal);
    return { became: 'prepared' };
  } catch (error) {
    if (signal.aborted && !(signal.reason instanceof NoLongerWanted)) return { became: 'left' };
    if (error instanceof NoLongerWanted) return { became: 'gone', reason: unwanted };
    const message = `it could not be created: ${messageOf(error)}`;
    const mayPass = error instanceof DriverError && error.isTransient;
    return mayPass ? { became: 'again', of: 'create', message } : { became: 'gone', reason: message };
  }
}

/** Creates a machine, or says why there is none. Whatever a failed try has left is cleared before this resolves. */
export async function performCreate(creation: Creation): Promise<Outcome> {
  const { driver, machine, offered, console, signal } = creation;
  const wantedDriver = machine.image.machine.driver;
  if (!driver)
    return {
      became: 'gone',
      reason: `this host has no ${wantedDriver} driver (it offers: ${offered.join(', ') || 'none'})`,
    };
  const deadlineMs = machine.image.boot.deadline ?? limits.bootDeadlineMs;
  try {
    await withDeadline(deadlineMs, signal, bounded => driver.create(machine, bounded));
    return { became: 'running' };
  } catch (error) {
    if (signal.aborted && !(signal.reason instanceof NoLongerWanted)) return { became: 'left' };
    return afterFailure(driver, machine.id, error, console);
  }
}

async function afterFailure(
  driver: Driver,
  id: MachineId,
  error: unknown,
  console: Console,
): Promise<Outcome> {
  const clear = (reason: string): Promise<Outcome> =>
    // Its own deadline, not the aborted signal of the creation: clearing must happen in any case.
    performDestroy({ driver, id, reason, console, signal: new AbortController().signal });
  if (error instanceof NoLongerWanted) return clear(unwanted);
  const reason = `it could not be created: ${messageOf(error)}`;
  const cleared = await clear(reason);
  const mayPass = error instanceof DriverError && error.isTransient;
  if (cleared.became !== 'gone' || !mayPass) return cleared;
  // The next try writes a console of its own.
  await console.drop(id);
  return { became: 'again', of: 'create', message: reason };
}

export type Destruction = {
  driver: Driver;
  id: MachineId;
  reason: string;
  console: Console;
  signal: AbortSignal;
};

/** Destroys a machine or what is left of one; `again` when that failed, whatever the error. */
export async function performDestroy(destruction: Destruction): Promise<Outcome> {
  const { driver, id, reason, console, signal } = destruction;
  await console.keep(driver, id);
  try {
    await withDeadline(limits.retireDeadlineMs, signal, bounded => driver.destroy(id, bounded));
    return { became: 'gone', reason };
  } catch (error) {
    if (signal.aborted) return { became: 'left' };
    return { became: 'again', of: 'destroy', message: `it could not be destroyed: ${messageOf(error)}` };
  }
}
