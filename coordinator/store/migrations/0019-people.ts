import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** People, the sessions of browsers, tokens of people and programs, and who has which role. Of secrets only hashes. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  const bigint = context.database === 'postgres' ? 'bigint' : 'integer';
  for (const statement of statements(bigint)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = (bigint: string) => [
  `create table person (
    id text primary key, login text not null, forge_user_id ${bigint}, created_at ${bigint} not null, last_seen_at ${bigint} not null)`,
  'create unique index person_of_forge on person (forge_user_id) where forge_user_id is not null',
  'create index person_by_login on person (lower(login))',
  `create table browser_session (
    id text primary key, hash text not null, next_hash text, next_at ${bigint}, previous_hash text, previous_until ${bigint},
    person_id text references person (id), browser text not null, created_at ${bigint} not null, expires_at ${bigint} not null,
    last_seen_at ${bigint} not null, rotated_at ${bigint} not null, ended_at ${bigint})`,
  'create unique index browser_session_by_hash on browser_session (hash)',
  'create index browser_session_by_next on browser_session (next_hash) where next_hash is not null',
  'create index browser_session_by_previous on browser_session (previous_hash) where previous_hash is not null',
  'create index browser_session_of_person on browser_session (person_id, id)',
  `create table api_token (
    id text primary key, hash text not null, name text not null, kind text not null, person_id text references person (id),
    role text not null, pattern text not null, created_at ${bigint} not null, expires_at ${bigint} not null,
    last_used_at ${bigint}, revoked_at ${bigint})`,
  'create unique index api_token_by_hash on api_token (hash)',
  'create index api_token_of_person on api_token (person_id, id)',
  `create table role_grant (
    login text not null, pattern text not null, role text not null, person_id text references person (id),
    granted_by text not null, granted_at ${bigint} not null)`,
  'create unique index role_grant_of on role_grant (lower(login), lower(pattern))',
  'create index role_grant_of_person on role_grant (person_id)',
  `create table forge_role (
    person_id text not null references person (id), repository_id text not null references repository (id), role text not null,
    checked_at ${bigint} not null, primary key (person_id, repository_id))`,
];
