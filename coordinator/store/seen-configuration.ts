/** The configuration of the last start, without secrets. */
import { type AuditValues, auditValues } from '#shared/audit.ts';
import type { Instant } from '#shared/ids.ts';
import { parseColumn } from './rows.ts';
import type { Tx } from './store.ts';

/** Null: nothing was started on this database yet. */
export async function readSeenConfiguration(tx: Tx): Promise<AuditValues | null> {
  const row = await tx
    .selectFrom('seen_configuration')
    .select('masked')
    .where('id', '=', 1)
    .executeTakeFirst();
  return row ? parseColumn(auditValues, row.masked, 'seen_configuration.masked') : null;
}

export async function saveSeenConfiguration(tx: Tx, masked: AuditValues, at: Instant): Promise<void> {
  const values = { masked: JSON.stringify(masked), seen_at: at };
  await tx
    .insertInto('seen_configuration')
    .values({ id: 1, ...values })
    .onConflict(conflict => conflict.column('id').doUpdateSet(values))
    .execute();
}
