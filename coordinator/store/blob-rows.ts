/**
 * Every blob has a row before it has bytes. It is loose from when its bytes are about to come, and from when a row that
 * named it went, until somebody has looked whether anything names it: then it is not loose any more, or gone. So whoever is
 * killed at any instant leaves no blob of which nobody knows.
 */
import { sql } from 'kysely';
import { sha256 as digest } from '#shared/ids.ts';
import type { Tx } from './store.ts';

export type BlobFacts = { sha256: string; bytes: number };

/** `mark` tells whether it has become loose once more since it was looked at. */
export type LooseBlob = BlobFacts & { mark: number };

/** Written and committed before the bytes become visible. */
export const expectBlob = (tx: Tx, blob: BlobFacts): Promise<void> => loosen(tx, [blob]);

/** In the transaction in which rows that name them go. */
export async function loosen(tx: Tx, blobs: readonly BlobFacts[]): Promise<void> {
  for (const { sha256, bytes } of blobs)
    await tx
      .insertInto('blob')
      .values({ sha256: digest.parse(sha256), bytes, is_loose: 1, mark: 0 })
      .onConflict(conflict =>
        conflict.column('sha256').doUpdateSet(eb => ({ is_loose: 1, mark: eb('blob.mark', '+', 1) })),
      )
      .execute();
}

/** In the order of their digests, from behind `after`. */
export function listLooseBlobs(tx: Tx, after: string, max: number): Promise<LooseBlob[]> {
  return (
    tx
      .selectFrom('blob')
      .select(['sha256', 'bytes', 'mark'])
      // As the index has it.
      .where('is_loose', '=', sql.lit(1 as const))
      .where('sha256', '>', after)
      .orderBy('sha256')
      .limit(max)
      .execute()
  );
}

/** What has become of loose ones. Of one that has become loose again meanwhile nothing changes. */
export async function settleBlobs(
  tx: Tx,
  looked: readonly (LooseBlob & { isGone: boolean })[],
): Promise<void> {
  for (const { sha256, mark, isGone } of looked)
    if (isGone) await tx.deleteFrom('blob').where('sha256', '=', sha256).where('mark', '=', mark).execute();
    else
      await tx
        .updateTable('blob')
        .set({ is_loose: 0 })
        .where('sha256', '=', sha256)
        .where('mark', '=', mark)
        .execute();
}

/** All that there is, as far as it is known here. */
export async function sumBlobs(tx: Tx): Promise<{ count: number; bytes: number }> {
  const row = await tx
    .selectFrom('blob')
    .select(({ fn }) => [fn.countAll<number>().as('count'), fn.sum<number | null>('bytes').as('bytes')])
    .executeTakeFirstOrThrow();
  return { count: Number(row.count), bytes: Number(row.bytes ?? 0) };
}

/** By a cache, an artifact, a log, a report, or an upload that is not a verdict's yet. */
export async function isBlobNamed(tx: Tx, sha256: string): Promise<boolean> {
  for (const table of ['cache', 'upload', 'report_file'] as const)
    if (await tx.selectFrom(table).select('sha256').where('sha256', '=', sha256).limit(1).executeTakeFirst())
      return true;
  const artifact = tx
    .selectFrom('artifact')
    .select('id')
    .where('sha256', '=', sha256)
    .where('removed_at', 'is', null);
  if (await artifact.limit(1).executeTakeFirst()) return true;
  const log = tx.selectFrom('attempt').select('id').where('log_blob', '=', sha256);
  return (await log.limit(1).executeTakeFirst()) !== undefined;
}
