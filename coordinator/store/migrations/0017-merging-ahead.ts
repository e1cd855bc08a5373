import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/**
 * Batches of one base branch are tested ahead of each other; commits of those that were given up are dropped; entries are found
 * by the head whose jobs have settled.
 */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  for (const statement of statements) await sql.raw(translate(statement, context)).execute(db);
}

const statements = [
  'alter table merge_batch add column is_dropped integer not null default 0',
  "create index merge_batch_to_drop on merge_batch (id) where is_dropped = 0 and status in ('failed', 'abandoned')",
  'drop index merge_batch_active',
  `create unique index merge_batch_active on merge_batch (repository_id, base_ref, base_sha)
    where status in ('testing', 'passed', 'doubtful', 'landing')`,
  `create index merge_entry_by_head on merge_entry (head_sha) where status in ('waiting', 'in-batch', 'testing', 'landing')`,
];
