import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** When the bytes of a log came; of logs that ended before this it is not known. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  await sql.raw(translate('alter table attempt add column log_moments text', context)).execute(db);
}
