import * as z from 'zod';
import type { Instant } from '#shared/ids.ts';
import { parseValue, word } from './rows.ts';
import type { Tables } from './schema.ts';
import { statement } from './statement.ts';
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

export type NewDelivery = Pick<Delivery, 'id' | 'event' | 'repository' | 'body'>;

const receive = statement((db, { id, event, repository, body, at }: NewDelivery & { at: Instant }) => {
  const fresh = { received_at: at, status: word('received'), tries: 0, next_at: at };
  return db
    .insertInto('delivery')
    .values({ id, event, repository, body, ...fresh, receipts: 1, verdict: null, note: null })
    .onConflict(conflict =>
      conflict
        .column('id')
        .doUpdateSet(eb => ({ ...fresh, event, body, receipts: eb('delivery.receipts', '+', 1) })),
    );
});

export async function receiveDelivery(tx: Tx, delivery: NewDelivery, at: Instant): Promise<void> {
  await receive.run(tx, { ...delivery, at });
}

const open = statement((db, { now, max }: { now: Instant; max: number }) =>
  db
    .selectFrom('delivery')
    .selectAll()
    .where('status', '=', word('received'))
    .where('next_at', '<=', now)
    .orderBy('received_at')
    .orderBy('id')
    .limit(max),
);

/** Oldest first, at most `max`, those whose time has come. */
export const listOpenDeliveries = async (tx: Tx, now: Instant, max: number): Promise<Delivery[]> =>
  (await open.all(tx, { now, max })).map(fromRow);

const nextAt = statement(db =>
  db
    .selectFrom('delivery')
    .select(eb => eb.fn.min('next_at').as('at'))
    .where('status', '=', word('received')),
);

/** When the next postponed delivery is due, null when none waits. */
export const nextDeliveryAt = async (tx: Tx): Promise<Instant | null> =>
  (await nextAt.first(tx, {}))?.at ?? null;

type Closing = Pick<Tables['delivery'], 'id' | 'verdict' | 'note'>;

const close = statement((db, { id, verdict, note }: Closing) =>
  db
    .updateTable('delivery')
    .set({ status: word('handled'), verdict, note })
    .where('id', '=', id),
);

export async function closeDelivery(
  tx: Tx,
  id: string,
  verdict: DeliveryVerdict,
  note: string,
): Promise<void> {
  await close.run(tx, { id, verdict, note });
}

/** One that was redelivered meanwhile, and handled, stays as it is. */
export async function postponeDelivery(
  tx: Tx,
  id: string,
  tries: number,
  nextAt: Instant,
  note: string,
): Promise<void> {
  await tx
    .updateTable('delivery')
    .set({ tries, next_at: nextAt, note })
    .where('id', '=', id)
    .where('status', '=', word('received'))
    .execute();
}

/** The last try has failed. One that was redelivered meanwhile, and handled, stays handled. */
export async function giveUpDelivery(tx: Tx, id: string, note: string): Promise<void> {
  await tx
    .updateTable('delivery')
    .set({ status: 'handled', verdict: 'failed', note })
    .where('id', '=', id)
    .where('status', '=', word('received'))
    .execute();
}

const openCount = statement(db =>
  db
    .selectFrom('delivery')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('status', '=', word('received')),
);

/** How many are not acted on yet. */
export const countOpenDeliveries = async (tx: Tx): Promise<number> =>
  Number((await openCount.one(tx, {})).count);

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
