/** Caches of jobs. Bytes are blobs; a row without any belongs to an attempt that has not passed, or not yet. */
import type { Selectable } from 'kysely';
import type { KeptCache } from '#shared/cache.ts';
import type { AttemptId, Instant, RepositoryId } from '#shared/ids.ts';
import { loosen } from './blob-rows.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

export type CachePlace = {
  repository: RepositoryId;
  image: string;
  /** Whose it is: that of a branch, or of one change. */
  scope: string;
  prefix: string;
};

export type Cache = CachePlace & {
  attempt: AttemptId;
  key: string;
  sha256: string;
  bytes: number;
  createdAt: Instant;
  usedAt: Instant;
};

type Row = Selectable<Tables['cache']>;

const fromRow = (row: Row): Cache => ({
  attempt: row.attempt_id,
  repository: row.repository_id,
  image: row.image,
  scope: row.scope,
  prefix: row.prefix,
  key: row.key,
  sha256: row.sha256 ?? '',
  bytes: row.bytes ?? 0,
  createdAt: row.created_at,
  usedAt: row.used_at,
});

/** The attempt may hand this one over. Repeating is harmless. */
export async function beginCache(
  tx: Tx,
  attempt: AttemptId,
  { repository, image, scope, prefix, key }: CachePlace & { key: string },
  at: Instant,
): Promise<void> {
  await tx
    .insertInto('cache')
    .values({
      ...{ attempt_id: attempt, prefix, repository_id: repository, image, scope, key },
      ...{ sha256: null, bytes: null, created_at: at, used_at: at },
    })
    .onConflict(conflict => conflict.columns(['attempt_id', 'prefix']).doNothing())
    .execute();
}

/** The attempt has passed, and its bytes are here. Does nothing where it was not to hand one over. */
export async function keepCache(
  tx: Tx,
  attempt: AttemptId,
  { prefix, sha256, bytes }: KeptCache,
  at: Instant,
): Promise<void> {
  await tx
    .updateTable('cache')
    .set({ sha256, bytes, created_at: at, used_at: at })
    .where('attempt_id', '=', attempt)
    .where('prefix', '=', prefix)
    .execute();
}

/** The newest one of a place: of exactly this key, or of any. */
export async function findNewestCache(
  tx: Tx,
  { repository, image, scope, prefix }: CachePlace,
  key: string | null,
): Promise<Cache | null> {
  let query = tx
    .selectFrom('cache')
    .selectAll()
    .where('repository_id', '=', repository)
    .where('prefix', '=', prefix)
    .where('image', '=', image)
    .where('scope', '=', scope)
    .where('sha256', 'is not', null)
    .orderBy('created_at', 'desc')
    .limit(1);
  if (key !== null) query = query.where('key', '=', key);
  const row = await query.executeTakeFirst();
  return row ? fromRow(row) : null;
}

export async function touchCache(tx: Tx, { attempt, prefix }: Cache, at: Instant): Promise<void> {
  await tx
    .updateTable('cache')
    .set({ used_at: at })
    .where('attempt_id', '=', attempt)
    .where('prefix', '=', prefix)
    .execute();
}

/** Kept ones, used last first. */
export async function listCaches(tx: Tx, repository: RepositoryId | null): Promise<Cache[]> {
  let query = tx.selectFrom('cache').selectAll().where('sha256', 'is not', null).orderBy('used_at', 'desc');
  if (repository !== null) query = query.where('repository_id', '=', repository);
  return (await query.execute()).map(fromRow);
}

/** Their bytes go when nothing else names them. */
export async function dropCaches(tx: Tx, caches: readonly Cache[]): Promise<void> {
  for (const { attempt, prefix } of caches)
    await tx.deleteFrom('cache').where('attempt_id', '=', attempt).where('prefix', '=', prefix).execute();
  await loosen(tx, caches);
}

/** Rows of attempts that never handed anything over. */
export async function forgetBegunCaches(tx: Tx, before: Instant): Promise<void> {
  await tx.deleteFrom('cache').where('sha256', 'is', null).where('used_at', '<', before).execute();
}
