import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Hosts that an admin has removed, what an admin has made of a pool, and which image a decision was about. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  for (const statement of statements(bigint)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = (bigint: string) => [
  `alter table host add column removed_at ${bigint}`,
  `create table pool_override (
    image text primary key, warm integer, max integer, idle_ms ${bigint}, is_paused integer not null, changed_at ${bigint} not null)`,
  'alter table event add column image text',
  'create index event_by_image on event (image, seq) where image is not null',
];
