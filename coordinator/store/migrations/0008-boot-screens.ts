import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** What machines that never reported in showed on their displays; it goes with its machine. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const isPostgres = context.database === 'postgres';
  const [bigint, bytes] = isPostgres ? ['bigint', 'bytea'] : ['integer', 'blob'];
  for (const statement of statements(bigint, bytes)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = (bigint: string, bytes: string) => [
  `create table boot_screen (
    machine_id text primary key references machine (id) on delete cascade, png ${bytes} not null, bytes ${bigint} not null,
    received_at ${bigint} not null)`,
  'create index boot_screen_by_time on boot_screen (received_at, machine_id)',
];
