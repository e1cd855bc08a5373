import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** The outbox of statuses becomes one for all that is written at the forge; and what was made there is known by its number. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  for (const statement of statements(bigint)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = (bigint: string) => [
  'alter table status_write rename to forge_write',
  'alter table forge_write rename column commit_sha to subject',
  "alter table forge_write add column kind text not null default 'status'",
  `alter table forge_write add column begun_at ${bigint}`,
  `alter table forge_write add column forge_id ${bigint}`,
  'drop index status_write_pending',
  'drop index status_write_unsent',
  'drop index status_write_by_context',
  "create index forge_write_pending on forge_write (next_at, id) where status = 'pending'",
  "create index forge_write_unsent on forge_write (id) where status in ('pending', 'dead')",
  'create index forge_write_by_key on forge_write (subject, context, id)',
];
