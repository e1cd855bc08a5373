import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Changes that are asked to be merged, what of them is tested together, and what is known of each base branch. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  for (const statement of statements(bigint)) await sql.raw(translate(statement, context)).execute(db);
}

const active = "('waiting', 'in-batch', 'testing', 'landing')";

const statements = (bigint: string) => [
  `create table merge_entry (
    id text primary key, repository_id text not null references repository (id), change_id text not null references change (id),
    base_ref text not null, head_sha text not null, priority integer not null, ask text not null, asked_at ${bigint} not null,
    status text not null, state text not null, next_at ${bigint} not null, version integer not null)`,
  `create unique index merge_entry_active on merge_entry (change_id) where status in ${active}`,
  'create index merge_entry_by_repository on merge_entry (repository_id, id)',
  `create table merge_batch (
    id text primary key, repository_id text not null references repository (id), base_ref text not null, base_sha text not null,
    commit_sha text not null, entries text not null, status text not null, state text not null, version integer not null,
    created_at ${bigint} not null)`,
  "create unique index merge_batch_active on merge_batch (repository_id, base_ref) where status in ('testing', 'landing')",
  'create index merge_batch_by_commit on merge_batch (commit_sha)',
  `create table merge_lane (
    repository_id text not null references repository (id), base_ref text not null, suspects text not null, base_sha text,
    failed_run text, next_at ${bigint} not null, message text, primary key (repository_id, base_ref))`,
];
