import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Why a run may run without an approval, and whose account opened a pull request. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  for (const statement of statements(bigint)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = (bigint: string) => [
  'alter table run add column admission text',
  `alter table change add column author_id ${bigint}`,
  "create index change_merged on change (repository_id, author_id) where state = 'merged'",
  "create index job_untrusted on job (id) where is_trusted = 0 and status in ('queued', 'blocked')",
];
