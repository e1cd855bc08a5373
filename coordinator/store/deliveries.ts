import { z } from 'zod';
import type { Instant } from '#shared/ids.ts';
import { parseValue, word } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

/** What became of a delivery. Anything but `acted-on` says in `note` why nothing was done. */
const deliveryVerdict = z.enum(['acted-on', 'not-acted-on', 'unknown-repository', 'malformed', 'failed']);
export type DeliveryVerdict = z.infer<typeof deliveryVerdict>;

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

/** Without its body, which may be 25 MiB: what lists show. */
export type DeliverySummary = Omit<Delivery, 'body'>;

const summaryColumns = [
  'id',
  'event',
  'repository',
  'received_at',
  'receipts',
  'verdict',
  'note',
  'tries',
] as const;

const summaryFromRow = (row: Pick<Tables['delivery'], (typeof summaryColumns)[number]>): DeliverySummary => ({
  id: row.id,
  event: row.event,
  repository: row.repository,
  receivedAt: row.received_at,
  receipts: row.receipts,
  verdict: parseValue(deliveryVerdict.nullable(), row.verdict, `delivery ${row.id}.verdict`),
  note: row.note,
  tries: row.tries,
});

const fromRow = (row: Tables['delivery']): Delivery => ({ ...summaryFromRow(row), body: row.body });

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
    .where('status', '=', word('received'))
    .where('next_at', '<=', now)
    .orderBy('received_at')
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}

/** When the next postponed delivery is due, null when none waits. */
export async function nextDeliveryAt(tx: Tx): Promise<Instant | null> {
  const row = await tx
    .selectFrom('delivery')
    .select(eb => eb.fn.min('next_at').as('at'))
    .where('status', '=', word('received'))
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
): Promise<DeliverySummary[]> {
  let query = tx
    .selectFrom('delivery')
    .select(summaryColumns)
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .limit(max);
  if (before !== null)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('received_at', 'id'), '<', tuple(before.receivedAt, before.id)),
    );
  return (await query.execute()).map(summaryFromRow);
}
