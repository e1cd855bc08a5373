import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Who did what, chained by digests; where the chain begins and ends; and the configuration of the last start, masked. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  for (const statement of statements(bigint)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = (bigint: string) => [
  `create table audit_entry (
    seq ${bigint} primary key, at ${bigint} not null, act text not null, outcome text not null, code text, actor_kind text not null,
    actor text not null, actor_id text, way text not null, address text, repository text, subject text not null,
    before_act text, after_act text, digest text not null)`,
  'create index audit_entry_by_age on audit_entry (at)',
  'create index audit_entry_of_act on audit_entry (act, seq)',
  'create index audit_entry_of_actor on audit_entry (lower(actor), seq)',
  'create index audit_entry_of_actor_id on audit_entry (actor_id, seq)',
  'create index audit_entry_of_subject on audit_entry (lower(subject), seq)',
  'create index audit_entry_of_repository on audit_entry (lower(repository), seq)',
  `create table audit_chain (
    id integer primary key, seq ${bigint} not null, digest text not null, start_seq ${bigint} not null, start_digest text not null)`,
  "insert into audit_chain (id, seq, digest, start_seq, start_digest) values (1, 0, '', 0, '')",
  `create table seen_configuration (id integer primary key, masked text not null, seen_at ${bigint} not null)`,
];
