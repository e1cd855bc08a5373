import type { Instant } from '#shared/ids.ts';
import { word } from './rows.ts';
import type { Tx } from './store.ts';

/**
 * The clock has been set: what was put off until a moment of the old one is due now, and no host was seen in the future.
 * Trying something a little early is harmless; waiting until a clock comes back to where it was would take hours.
 */
export async function endPutOffs(tx: Tx, now: Instant): Promise<void> {
  const due = { next_at: now };
  await tx
    .updateTable('delivery')
    .set(due)
    .where('status', '=', word('received'))
    .where('next_at', '>', now)
    .execute();
  await tx
    .updateTable('run')
    .set(due)
    .where('status', '=', word('preparing'))
    .where('next_at', '>', now)
    .execute();
  await tx
    .updateTable('forge_write')
    .set(due)
    .where('status', '=', word('pending'))
    .where('next_at', '>', now)
    .execute();
  await tx
    .updateTable('backfill_head')
    .set(due)
    .where('status', '=', word('postponed'))
    .where('next_at', '>', now)
    .execute();
  await tx
    .updateTable('test_report')
    .set(due)
    .where('status', '=', word('received'))
    .where('next_at', '>', now)
    .execute();
  await tx.updateTable('merge_lane').set(due).where('next_at', '>', now).execute();
  await tx
    .updateTable('merge_entry')
    .set(due)
    .where('status', 'in', [word('waiting'), word('in-batch'), word('testing'), word('landing')])
    .where('next_at', '>', now)
    .execute();
  await tx.updateTable('host').set({ last_seen_at: now }).where('last_seen_at', '>', now).execute();
}
