/** Somebody has set the clock: everything that waits for a moment waits for one of the clock as it was, and is looked at anew. */
import type { Fleet } from '../fleet/fleet.ts';
import type { Reconciler } from '../github/reconcile/reconciler.ts';
import type { Wake } from '../ground/wake.ts';
import { endPutOffs } from '../store/clock-leap.ts';
import { assertRole } from '../store/roles.ts';
import type { WithClock } from './brain-options.ts';
import { watchLeaps } from './leap-watch.ts';
import type { MergeParts } from './merge-parts.ts';

type Followers = {
  outbox: { clockLeapt(): void };
  reconciler: Pick<Reconciler, 'begin'> | null;
  merging: Pick<MergeParts, 'begin'>;
  fleet: Pick<Fleet, 'clockLeapt'>;
};

const everything: Wake[] = [
  { type: 'intake' },
  { type: 'preparation' },
  { type: 'backfill' },
  { type: 'reports' },
  // A host that seemed silent by the clock as it was is not, and what waited for it is told by nobody else.
  { type: 'scheduler' },
  { type: 'outbox' },
  { type: 'merging' },
  { type: 'fleet' },
];

/** @returns a look whether it was set since the look before. */
export function createClockFollower(
  { store, role, wakeUp, now, monotonicMs }: WithClock,
  { outbox, reconciler, merging, fleet }: Followers,
): () => Promise<void> {
  const hasLeapt = watchLeaps(monotonicMs, now);
  return async () => {
    if (!hasLeapt()) return;
    await store.write(async tx => {
      await assertRole(tx, role);
      await endPutOffs(tx, now());
    });
    outbox.clockLeapt();
    reconciler?.begin();
    merging.begin();
    fleet.clockLeapt();
    wakeUp([...everything]);
  };
}
