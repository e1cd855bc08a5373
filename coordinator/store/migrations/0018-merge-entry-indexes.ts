import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Entries that are to be closed on the forge, and those of a change; what has landed and is known there is never due. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  for (const statement of [
    `update merge_entry set next_at = ${Number.MAX_SAFE_INTEGER}
      where status = 'landed' and state not like '%"isToClose":true%'`,
    "create index merge_entry_to_close on merge_entry (next_at, id) where status = 'landed'",
    'create index merge_entry_by_change on merge_entry (change_id, head_sha)',
  ])
    await sql.raw(translate(statement, context)).execute(db);
}
