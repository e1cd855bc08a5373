import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Versions of images that open heads get jobs on, and what became of each head. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  for (const statement of statements(bigint)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = (bigint: string) => [
  'alter table image_version add column backfill text',
  `create table backfill_head (
    image text not null, number integer not null, run_id text not null references run, status text not null, jobs integer not null,
    note text, tries integer not null, next_at ${bigint} not null, primary key (image, number, run_id),
    foreign key (image, number) references image_version (image, number) on delete cascade)`,
  "create index change_open on change (repository_id, head_sha) where state = 'open'",
  "create index run_landed on run (repository_id, ref, id) where purpose = 'landed'",
];
