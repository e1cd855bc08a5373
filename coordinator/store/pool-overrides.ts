/** What admins have made of pools at run time: stronger than the configuration until it is taken back. */
import type { Instant } from '#shared/ids.ts';
import { flag } from './rows.ts';
import type { Tables } from './schema.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

export type PoolOverride = {
  image: string;
  /** Null, here and below: as configured. */
  warm: number | null;
  max: number | null;
  idleMs: number | null;
  isPaused: boolean;
  changedAt: Instant;
};

const fromRow = (row: Tables['pool_override']): PoolOverride => ({
  image: row.image,
  warm: row.warm,
  max: row.max,
  idleMs: row.idle_ms,
  isPaused: row.is_paused === 1,
  changedAt: row.changed_at,
});

const all = statement(db => db.selectFrom('pool_override').selectAll().orderBy('image'));

export const listPoolOverrides = async (tx: Tx): Promise<PoolOverride[]> =>
  (await all.all(tx, {})).map(fromRow);

const ofImage = statement((db, { image }: Pick<PoolOverride, 'image'>) =>
  db.selectFrom('pool_override').selectAll().where('image', '=', image),
);

export async function findPoolOverride(tx: Tx, image: string): Promise<PoolOverride | null> {
  const row = await ofImage.first(tx, { image });
  return row ? fromRow(row) : null;
}

/** In the place of whatever there was for the image. */
export async function savePoolOverride(tx: Tx, override: PoolOverride): Promise<void> {
  const { image, warm, max, idleMs, isPaused, changedAt } = override;
  const values = { warm, max, idle_ms: idleMs, is_paused: flag(isPaused), changed_at: changedAt };
  await tx
    .insertInto('pool_override')
    .values({ image, ...values })
    .onConflict(conflict => conflict.column('image').doUpdateSet(values))
    .execute();
}

export async function deletePoolOverride(tx: Tx, image: string): Promise<void> {
  await tx.deleteFrom('pool_override').where('image', '=', image).execute();
}
