import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Where the forge's branches stood when they were last looked at. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  await sql
    .raw(
      translate(
        `create table branch_head (
          repository_id text not null references repository (id), branch text not null, commit_sha text not null, seen_at ${bigint} not null,
          primary key (repository_id, branch))`,
        context,
      ),
    )
    .execute(db);
}
