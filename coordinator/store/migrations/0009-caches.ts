import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Caches: a row is made when an attempt may hand one over, and has bytes when that attempt has passed. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  for (const statement of statements(bigint)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = (bigint: string) => [
  `create table cache (
    attempt_id text not null references attempt, prefix text not null, repository_id text not null references repository,
    image text not null, scope text not null, key text not null, sha256 text, bytes ${bigint}, created_at ${bigint} not null,
    used_at ${bigint} not null, primary key (attempt_id, prefix))`,
  'create index cache_kept on cache (repository_id, prefix, image, scope, created_at) where sha256 is not null',
  'create index cache_by_use on cache (used_at)',
  'create index cache_by_digest on cache (sha256) where sha256 is not null',
  'create index artifact_by_bytes on artifact (sha256)',
];
