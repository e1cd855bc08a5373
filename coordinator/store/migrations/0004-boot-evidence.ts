import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** What machines that never reported in wrote on their consoles; it goes with its machine. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  for (const statement of statements(bigint)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = (bigint: string) => [
  `create table boot_evidence (
    machine_id text primary key references machine (id) on delete cascade, console text not null, received_at ${bigint} not null)`,
  'create index boot_evidence_by_time on boot_evidence (received_at, machine_id)',
];
