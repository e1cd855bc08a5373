import { type Kysely, sql } from 'kysely';
import { type MigrationContext, translate } from './context.ts';

/** Runs are found by what people ask for; how a run that is over stands is kept beside it. */
export async function up(db: Kysely<unknown>, context: MigrationContext): Promise<void> {
  for (const statement of [
    'alter table run add column standing text',
    standings(context),
    'create index run_by_standing on run (standing, id)',
    'create index run_by_author on run (lower(author), id)',
    'create index run_by_ref on run (lower(ref), id)',
    'create index run_by_time on run (created_at, id)',
    'create index change_by_plain_number on change (number)',
    'create index job_by_image on job (lower(image), run_id)',
    'create index test_by_plain_name on test (lower(name))',
  ])
    await sql.raw(translate(statement, context)).execute(db);
}

/** As `standingOf` said it when this was written. */
function standings({ database }: MigrationContext): string {
  const of = (column: string, key: string) =>
    database === 'postgres' ? `(${column}::json ->> '${key}')` : `json_extract(${column}, '$.${key}')`;
  const ranks = ['failed', 'timed-out', 'errored', 'cancelled', 'superseded', 'passed', 'skipped'];
  const rank = `case ${of('job.state', 'outcome')} ${ranks.map((name, index) => `when '${name}' then ${index}`).join(' ')} end`;
  const name = `case min(${rank}) ${ranks.map((each, index) => `when ${index} then '${each}'`).join(' ')} end`;
  const open = "sum(case when job.status = 'settled' then 0 else 1 end)";
  const worst = `(select case ${open} when 0 then ${name} end from job where job.run_id = run.id)`;
  return `update run set standing = case status
    when 'planned' then ${worst}
    when 'dropped' then ${of('run.state', 'reason')}
    when 'preparing' then null else status end`;
}
