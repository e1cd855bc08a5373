/** The plainest rows there are, a key and a text, for tests to which it does not matter what is written. */
import type { Tx } from '#coordinator/store/store.ts';

export const put = (tx: Tx, key: string, text = ''): Promise<unknown> =>
  tx.insertInto('join_token').values({ hash: key, host_name: text, expires_at: 0, used_by: null }).execute();

export const rewrite = (tx: Tx, key: string, text: string): Promise<unknown> =>
  tx.updateTable('join_token').set({ host_name: text }).where('hash', '=', key).execute();

export const keys = async (tx: Tx): Promise<string[]> =>
  (await tx.selectFrom('join_token').select('hash').orderBy('hash').execute()).map(({ hash }) => hash);

export async function textOf(tx: Tx, key: string): Promise<string | null> {
  const row = await tx
    .selectFrom('join_token')
    .select('host_name')
    .where('hash', '=', key)
    .executeTakeFirst();
  return row?.host_name ?? null;
}
