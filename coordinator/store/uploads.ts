import type { AttemptId } from '#shared/ids.ts';
import { loosen } from './blob-rows.ts';
import { statement } from './statement.ts';
import type { Tx } from './store.ts';

/** Bytes that an attempt has handed over whole; what they are becomes true only with its verdict. */
export type Upload = { sha256: string; bytes: number; kind: 'artifact' | 'report' };

/** Repeating is harmless. */
export async function recordUpload(
  tx: Tx,
  attempt: AttemptId,
  { sha256, bytes, kind }: Upload,
): Promise<void> {
  await tx
    .insertInto('upload')
    .values({ attempt_id: attempt, sha256, bytes, kind })
    .onConflict(conflict => conflict.columns(['attempt_id', 'sha256']).doNothing())
    .execute();
}

export async function listUploads(tx: Tx, attempt: AttemptId): Promise<Upload[]> {
  return tx
    .selectFrom('upload')
    .select(['sha256', 'bytes', 'kind'])
    .where('attempt_id', '=', attempt)
    .execute();
}

const forget = statement((db, { attempt }: { attempt: AttemptId }) =>
  db.deleteFrom('upload').where('attempt_id', '=', attempt).returning(['sha256', 'bytes']),
);

/** What the attempt handed over counts no more, or is an artifact in the same transaction; which of them is asked later. */
export async function forgetUploads(tx: Tx, attempt: AttemptId): Promise<void> {
  await loosen(tx, await forget.all(tx, { attempt }));
}
