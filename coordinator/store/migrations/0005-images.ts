import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Images that were registered by hand, and the versions of each. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  for (const statement of statements(bigint)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = (bigint: string) => [
  `create table image (
    name text primary key, current integer, is_disabled integer not null, changed_at ${bigint} not null)`,
  `create table image_version (
    image text not null references image, number integer not null, digest text not null, manifest text not null,
    status text not null, run_id text, report text, added_at ${bigint} not null, primary key (image, number))`,
  'create index machine_by_image on machine (image, id)',
];
