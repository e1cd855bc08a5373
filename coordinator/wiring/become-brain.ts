/** The role of the one brain: taken, kept, and given back. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CoordinatorId, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { startLoop } from '../ground/loop.ts';
import { type Role, renewRole, takeRole } from '../store/roles.ts';
import type { Store } from '../store/store.ts';

type Log = {
  info(message: string): void;
  error(message: string): void;
  error(fields: object, message: string): void;
};

export type BrainRoleParts = { store: Store; self: CoordinatorId; now: () => Instant; log: Log };

/** Whether the role is ours, and whether the database took its last renewal. */
export type BrainStanding = () => { isOurs: boolean; isWritten: boolean };

/** Waits for a former holder's lease to run out. `giveUp` is called when nothing is decided any more. */
export async function becomeBrain(
  parts: BrainRoleParts,
): Promise<{ role: Role; standing: BrainStanding; giveUp(): Promise<void> }> {
  const { store, now } = parts;
  const role = await take(parts);
  const renewal = keep(parts, role);
  return {
    role,
    standing: renewal.standing,
    async giveUp() {
      await renewal.close();
      // Nobody has to wait for the lease of one that has gone.
      await store.write(tx => renewRole(tx, role, now(), 0));
    },
  };
}

async function take({ store, self, now, log }: BrainRoleParts): Promise<Role> {
  for (;;) {
    const role = await store.write(tx => takeRole(tx, 'brain', self, now(), limits.brainLeaseMs));
    if (role) return role;
    log.info('another coordinator is the brain; waiting for its lease to run out');
    await delay(limits.brainRenewMs);
  }
}

function keep({ store, now, log }: BrainRoleParts, role: Role) {
  let [isOurs, isWritten, renewedAt] = [true, true, performance.now()];
  const renewal = startLoop({
    async tick() {
      isOurs = await store.write(tx => renewRole(tx, role, now(), limits.brainLeaseMs));
      [isWritten, renewedAt] = [true, performance.now()];
      if (!isOurs)
        log.error('another coordinator has taken over; this one decides nothing any more: stop it');
      return isOurs ? limits.brainRenewMs : null;
    },
    onError(error) {
      isWritten = false;
      log.error({ err: error }, 'the role could not be renewed; trying again');
    },
  });
  renewal.wake();
  const standing: BrainStanding = () => {
    const isLate = performance.now() - renewedAt > limits.brainLeaseMs;
    // One that has lost the role renews it no more, and may write all the same.
    return { isOurs, isWritten: isWritten && !(isOurs && isLate) };
  };
  return { close: renewal.close, standing };
}
