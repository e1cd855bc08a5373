import { sql } from 'kysely';
import { migrations } from './migrate.ts';
import type { Tx } from './store.ts';

/** One look at the rows. `isCurrent`: the schema is the one that this version knows. @throws StoreError */
export async function answersNow(tx: Tx): Promise<{ isCurrent: boolean }> {
  const { rows } = await sql<{
    newest: number | null;
  }>`select max(number) as newest from schema_migration`.execute(tx);
  return { isCurrent: rows[0]?.newest === Math.max(...migrations.map(({ number }) => number)) };
}
