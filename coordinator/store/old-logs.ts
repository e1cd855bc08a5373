/** Logs of attempts that ended long ago, the oldest first. Those of a run that is kept stay. */
import type { AttemptId, Instant, RepositoryId } from '#shared/ids.ts';
import { loosen } from './blob-rows.ts';
import type { Tx } from './store.ts';

const old = (tx: Tx, repository: RepositoryId, before: Instant, max: number) =>
  tx
    .selectFrom('attempt')
    .innerJoin('run', 'run.id', 'attempt.run_id')
    .where('attempt.repository_id', '=', repository)
    .where('attempt.ended_at', '<', before)
    .where('attempt.log_removed_at', 'is', null)
    .where('run.kept_at', 'is', null)
    .orderBy('attempt.ended_at')
    .orderBy('attempt.id')
    .limit(max);

export async function findOldLog(
  tx: Tx,
  repository: RepositoryId,
  before: Instant,
): Promise<{ id: AttemptId; endedAt: Instant } | null> {
  const row = await old(tx, repository, before, 1)
    .select(['attempt.id', 'attempt.ended_at'])
    .executeTakeFirst();
  return row && row.ended_at !== null ? { id: row.id, endedAt: row.ended_at } : null;
}

/**
 * The rows stay and say when their logs went; what they name is loose then. A log that was not sealed yet is not sealed any
 * more: its owner drops the file.
 * @returns how many, `max` at most.
 */
export async function removeOldLogs(
  tx: Tx,
  repository: RepositoryId,
  { before, max, at }: { before: Instant; max: number; at: Instant },
): Promise<number> {
  const rows = await old(tx, repository, before, max)
    .select(['attempt.id', 'attempt.log_blob', 'attempt.log_kept'])
    .execute();
  if (rows.length === 0) return 0;
  await loosen(
    tx,
    rows.flatMap(({ log_blob: sha256, log_kept: bytes }) => (sha256 === null ? [] : [{ sha256, bytes }])),
  );
  await tx
    .updateTable('attempt')
    .set({ log_removed_at: at, log_inline: null, log_sealed: null, log_moments: null, log_blob: null })
    .where(
      'id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute();
  return rows.length;
}
