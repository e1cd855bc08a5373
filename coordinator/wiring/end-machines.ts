/** For a coordinator that leaves nothing behind: retires every machine and waits until its hosts have destroyed them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { applyToMachine } from '../fleet/machines.ts';
import type { Wake, WakeUp } from '../ground/wake.ts';
import { listLiveMachines } from '../store/machines.ts';
import { assertRole, type Role } from '../store/roles.ts';
import type { Store } from '../store/store.ts';
import type { Brain } from './brain.ts';

export type EndMachinesParts = { store: Store; role: Role; brain: Brain; wakeUp: WakeUp; now: () => Instant };

const lookMs = 50;

export async function endMachines({ store, role, brain, wakeUp, now }: EndMachinesParts): Promise<void> {
  // First nothing new is started: neither machines nor leases.
  await Promise.all([brain.loops.fleet.close(), brain.loops.scheduler.close()]);
  const wakes = await store.write(async tx => {
    await assertRole(tx, role);
    const retired: Wake[] = [];
    for (const { id } of await listLiveMachines(tx))
      retired.push(
        ...(
          await applyToMachine(tx, id, {
            type: 'retire-requested',
            at: now(),
            reason: 'the coordinator is stopping',
          })
        ).wakes,
      );
    return retired;
  });
  wakeUp(wakes);
  for (let waited = 0; waited < limits.retireDeadlineMs; waited += lookMs) {
    if ((await listLiveMachines(store.read)).length === 0) return;
    await delay(lookMs);
  }
}
