import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** What an admin says of a host: labels, and what it has a counted number of; a token brings it along. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  for (const statement of statements) await sql.raw(translate(statement, context)).execute(db);
}

const statements = [
  `alter table host add column traits text not null default '{"labels":{},"resources":{}}'`,
  'alter table join_token add column traits text',
];
