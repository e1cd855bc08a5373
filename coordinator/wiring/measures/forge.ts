import type { Instant } from '#shared/ids.ts';
import { type Sample, sample } from '#shared/metrics.ts';
import type { Reconciler } from '../../github/reconcile/reconciler.ts';
import { countOpenDeliveries } from '../../store/deliveries.ts';
import { countRefusedWrites, findOutboxBacklog } from '../../store/forge-writes.ts';
import type { Tx } from '../../store/store.ts';

/** `reconciler` is null where GitHub is not configured. */
export async function lookAtForge(
  read: Tx,
  reconciler: Pick<Reconciler, 'health'> | null,
  now: Instant,
): Promise<Sample[]> {
  const backlog = await findOutboxBacklog(read);
  return [
    sample('paddock_outbox_writes', { state: 'pending' }, backlog?.count ?? 0),
    sample('paddock_outbox_writes', { state: 'refused' }, await countRefusedWrites(read)),
    sample('paddock_outbox_oldest_seconds', {}, backlog ? Math.max(0, now - backlog.since) / 1_000 : 0),
    sample('paddock_deliveries_waiting', {}, await countOpenDeliveries(read)),
    ...(reconciler ? lookAtPasses(reconciler) : []),
  ];
}

function lookAtPasses(reconciler: Pick<Reconciler, 'health'>): Sample[] {
  const { repairsSinceStart, lastPass } = reconciler.health();
  return [
    sample('paddock_reconciler_repairs_total', {}, repairsSinceStart),
    ...(lastPass
      ? [
          sample('paddock_reconciler_last_pass_timestamp_seconds', {}, lastPass.endedAt / 1_000),
          sample('paddock_reconciler_last_pass_seconds', {}, lastPass.tookMs / 1_000),
        ]
      : []),
  ];
}
