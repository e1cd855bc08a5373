import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Reports and lists of tests by their age, so that old ones are found. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  for (const statement of [
    'create index test_report_by_time on test_report (created_at, attempt_id)',
    'create index report_file_by_digest on report_file (sha256)',
    'create index test_list_by_time on test_list (created_at, id)',
  ])
    await sql.raw(translate(statement, context)).execute(db);
}
