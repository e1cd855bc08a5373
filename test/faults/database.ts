/** What the rows say, read beside the coordinator, also while it is dead. */
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';

type Row = Record<string, unknown>;

function ask<Answer>(
  dataDir: string,
  query: (ask: (sql: string, ...values: SQLInputValue[]) => Row[]) => Answer,
): Answer {
  const database = new DatabaseSync(join(dataDir, 'paddock.db'), { readOnly: true });
  try {
    database.exec('pragma busy_timeout = 2000');
    return query((sql, ...values) => database.prepare(sql).all(...values));
  } finally {
    database.close();
  }
}

/** Where the life of these commits stands; of several jobs, the one that is furthest from its end. */
export function phaseOf(dataDir: string, commits: readonly string[]): string {
  if (commits.length === 0) return 'before';
  try {
    return ask(dataDir, query => {
      const marks = commits.map(() => '?').join(', ');
      const found = query(
        `select job.status, attempt.state from job join run on run.id = job.run_id
           left join attempt on attempt.job_id = job.id and attempt.status = 'running'
         where run.commit_sha in (${marks})`,
        ...commits,
      );
      if (found.length === 0) return 'preparing';
      const open = found.filter(({ status }) => status !== 'settled');
      const furthest = open.find(({ state }) => state !== null) ?? open[0];
      if (!furthest) return 'settled';
      const { phase } = JSON.parse(String(furthest.state ?? '{}')) as { phase?: string };
      return phase && furthest.status === 'leased' ? phase : String(furthest.status);
    });
  } catch {
    return 'no database';
  }
}

/** Rows that are not at rest: `table: how many`, for those that should be none. */
export function restlessRows(dataDir: string): string[] {
  const counts = {
    'jobs not settled': `select count(*) as n from job where status <> 'settled'`,
    'attempts running': `select count(*) as n from attempt where status = 'running'`,
    'attempts of settled jobs without an end': `select count(*) as n from attempt where outcome is null`,
    'machines not gone': `select count(*) as n from machine where status <> 'gone'`,
    'uploads under way': `select count(*) as n from upload`,
    'statuses pending': `select count(*) as n from forge_write where status = 'pending'`,
    'statuses given up': `select count(*) as n from forge_write where status = 'dead'`,
    'deliveries not handled': `select count(*) as n from delivery where status = 'received'`,
    'runs not planned': `select count(*) as n from run where status = 'preparing'`,
  };
  return ask(dataDir, query =>
    Object.entries(counts).flatMap(([what, sql]) => {
      const [row] = query(sql);
      return row?.n === 0 ? [] : [`${what}: ${row?.n}`];
    }),
  );
}
