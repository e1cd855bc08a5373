/** What tells how something came about goes when it is old, a batch at a time. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import {
  type Batch,
  removeOldDeliveries,
  removeOldEvents,
  removeOldInvitations,
  removeOldMachines,
  removeOldWrites,
} from '../store/old-history.ts';
import type { Store, Tx } from '../store/store.ts';

type Counted = { count: number };

export async function removeDeliveries(store: Store, before: Instant, signal: AbortSignal): Promise<Counted> {
  return { count: await removeAll(store, signal, (tx, max) => removeOldDeliveries(tx, before, max)) };
}

/** Events, writes that were sent, machines that ended, tokens that nobody used. */
export async function removeHistory(store: Store, before: Instant, signal: AbortSignal): Promise<Counted> {
  const events = await goThrough(store, signal, (tx, from, max) => removeOldEvents(tx, before, from, max));
  const writes = await goThrough(store, signal, (tx, from, max) => removeOldWrites(tx, before, from, max));
  const machines = await removeAll(store, signal, (tx, max) => removeOldMachines(tx, before, max));
  await store.write(tx => removeOldInvitations(tx, before));
  return { count: events + writes + machines };
}

async function removeAll(
  store: Store,
  signal: AbortSignal,
  remove: (tx: Tx, max: number) => Promise<number>,
): Promise<number> {
  for (let removed = 0; ; ) {
    signal.throwIfAborted();
    const some = await store.write(tx => remove(tx, limits.rowsPerRemoval));
    removed += some;
    if (some < limits.rowsPerRemoval) return removed;
    await turn();
  }
}

/** Past those that stay. */
async function goThrough(
  store: Store,
  signal: AbortSignal,
  remove: (tx: Tx, from: number, max: number) => Promise<Batch>,
): Promise<number> {
  let removed = 0;
  for (let from: number | null = 0; from !== null; ) {
    signal.throwIfAborted();
    const start: number = from;
    const batch: Batch = await store.write(tx => remove(tx, start, limits.rowsPerRemoval));
    removed += batch.removed;
    from = batch.next;
    if (from !== null) await turn();
  }
  return removed;
}
