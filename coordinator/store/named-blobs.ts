/** Blobs are shared by their bytes: whoever drops a row asks whether anything else names them. */
import type { AttemptId } from '#shared/ids.ts';
import type { Tx } from './store.ts';

/** By a cache, an artifact, an upload on its way, or a report of any attempt but these. */
export async function isBlobNamed(
  tx: Tx,
  sha256: string,
  without: readonly AttemptId[] = [],
): Promise<boolean> {
  for (const table of ['cache', 'artifact', 'upload', 'report_file'] as const) {
    let query = tx.selectFrom(table).select('sha256').where('sha256', '=', sha256).limit(1);
    if (table === 'report_file' && without.length > 0) query = query.where('attempt_id', 'not in', without);
    if (await query.executeTakeFirst()) return true;
  }
  return false;
}
