import type { Wake } from '../ground/wake.ts';
import { assertRole } from '../store/roles.ts';
import type { Tx } from '../store/store.ts';
import type { MergingParts } from './ports.ts';

/** One transaction of the loop, as long as this coordinator has the role; what it hastens is hastened after the commit. */
export async function writeMerging(
  { store, role, wakeUp }: Pick<MergingParts, 'store' | 'role' | 'wakeUp'>,
  change: (tx: Tx) => Promise<Wake[]>,
): Promise<void> {
  const wakes = await store.write(async tx => {
    await assertRole(tx, role);
    return change(tx);
  });
  wakeUp(wakes);
}
