import type { Instant } from '#shared/ids.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

/** What became of a delivery. Anything but `acted-on` says in `note` why nothing was done. */
export type DeliveryVerdict = 'acted-on' | 'not-acted-on' | 'unknown-repository' | 'malformed' | 'failed';

export type Delivery = {
  /** The forge's GUID. */
  id: string;
  event: string;
  repository: string | null;
  body: string;
  receivedAt: Instant;
  /** How often it came: a redelivery is handled again, harmlessly. */
  receipts: number;
  verdict: DeliveryVerdict | null;
  note: string | null;
  tries: number;
};

const fromRow = (row: Tables['delivery']): Delivery => ({
  id: row.id,
  event: row.event,
  repository: row.repository,
  body: row.body,
  receivedAt: row.received_at,
  receipts: row.receipts,
  verdict: row.verdict as DeliveryVerdict | null,
  note: row.note,
  tries: row.tries,
});

export async function receiveDelivery(
  tx: Tx,
  delivery: Pick<Delivery, 'id' | 'event' | 'repository' | 'body'>,
  at: Instant,
): Promise<void> {
  const fresh = { received_at: at, status: 'received', tries: 0, next_at: at } as const;
  await tx
    .insertInto('delivery')
    .values({ ...delivery, ...fresh, receipts: 1, verdict: null, note: null })
    .onConflict(conflict =>
      conflict.column('id').doUpdateSet(eb => ({
        ...fresh,
        event: delivery.event,
        body: delivery.body,
        receipts: eb('delivery.receipts', '+', 1),
      })),
    )
    .execute();
}

/** Oldest first, at most `max`, those whose time has come. */
export async function listOpenDeliveries(tx: Tx, now: Instant, max: number): Promise<Delivery[]> {
  const rows = await tx
    .selectFrom('delivery')
    .selectAll()
    .where('status', '=', 'received')
    .where('next_at', '<=', now)
    .orderBy('received_at')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}

/** When the next postponed delivery is due, null when none waits. */
export async function nextDeliveryAt(tx: Tx): Promise<Instant | null> {
  const row = await tx
    .selectFrom('delivery')
    .select(eb => eb.fn.min('next_at').as('at'))
    .where('status', '=', 'received')
    .executeTakeFirst();
  return row?.at ?? null;
}

export async function closeDelivery(
  tx: Tx,
  id: string,
  verdict: DeliveryVerdict,
  note: string,
): Promise<void> {
  await tx.updateTable('delivery').set({ status: 'handled', verdict, note }).where('id', '=', id).execute();
}

export async function postponeDelivery(
  tx: Tx,
  id: string,
  tries: number,
  nextAt: Instant,
  note: string,
): Promise<void> {
  await tx.updateTable('delivery').set({ tries, next_at: nextAt, note }).where('id', '=', id).execute();
}

/** Newest first; `before` is the last one seen: its id decides where several came in the same millisecond. */
export async function listDeliveries(
  tx: Tx,
  max: number,
  before: Pick<Delivery, 'receivedAt' | 'id'> | null,
): Promise<Delivery[]> {
  let query = tx
    .selectFrom('delivery')
    .selectAll()
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(max);
  if (before !== null)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('received_at', 'id'), '<', tuple(before.receivedAt, before.id)),
    );
  return (await query.execute()).map(fromRow);
}
