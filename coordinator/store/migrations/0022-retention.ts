import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/**
 * When logs ended and what is kept of them, what was removed, runs that are kept, and every blob with its size: one that nothing
 * may name any more is loose until somebody has looked.
 */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  for (const statement of statements(context)) await sql.raw(translate(statement, context)).execute(db);
}

const statements = ({ database }: MigrationContext) => {
  const bigint = database === 'postgres' ? 'bigint' : 'integer';
  const ofText = (column: string, key: string) =>
    database === 'postgres' ? `(${column}::json ->> '${key}')` : `json_extract(${column}, '$.${key}')`;
  const ofNumber = (column: string, key: string) =>
    database === 'postgres' ? `${ofText(column, key)}::bigint` : ofText(column, key);
  return [
    `alter table attempt add column ended_at ${bigint}`,
    `alter table attempt add column log_blob text`,
    `alter table attempt add column log_kept ${bigint} not null default 0`,
    `alter table attempt add column log_removed_at ${bigint}`,
    `update attempt set ended_at = ${ofNumber('times', 'endedAt')} where status = 'ended'`,
    `update attempt set log_blob = ${ofText('log_sealed', 'sha256')}, log_kept = ${ofNumber('log_sealed', 'bytes')}
      where log_sealed is not null`,
    'update attempt set log_kept = length(log_inline) where log_inline is not null and log_sealed is null',
    `create index attempt_log_kept on attempt (repository_id, ended_at, id, log_kept)
      where ended_at is not null and log_removed_at is null`,
    'create index attempt_by_log on attempt (log_blob) where log_blob is not null',
    `alter table artifact add column removed_at ${bigint}`,
    'drop index artifact_by_bytes',
    'drop index artifact_by_digest',
    'create index artifact_by_bytes on artifact (sha256) where removed_at is null',
    'create index artifact_by_digest on artifact (repository_id, sha256) where removed_at is null',
    'create index artifact_kept on artifact (repository_id, created_at, id, bytes) where removed_at is null',
    'create index upload_by_digest on upload (sha256)',
    `alter table run add column kept_at ${bigint}`,
    'alter table run add column kept_by text',
    'create index run_kept on run (kept_at, id) where kept_at is not null',
    "create index machine_gone on machine (since, id) where status = 'gone'",
    'create index join_token_unused on join_token (expires_at) where used_by is null',
    `create table blob (
      sha256 text primary key, bytes ${bigint} not null, is_loose integer not null, mark integer not null)`,
    `insert into blob (sha256, bytes, is_loose, mark) select sha256, max(bytes), 0, 0 from (
      select sha256, bytes from artifact union all select sha256, bytes from upload
      union all select sha256, bytes from report_file
      union all select sha256, bytes from cache where sha256 is not null
      union all select log_blob as sha256, log_kept as bytes from attempt where log_blob is not null) named
      group by sha256`,
    'create index blob_loose on blob (sha256) where is_loose = 1',
  ];
};
