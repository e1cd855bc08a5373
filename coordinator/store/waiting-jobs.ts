/** Jobs that wait, as few columns as tell why: there may be very many of them. */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import * as z from 'zod';
import type { Instant, JobId, RepositoryId, RunId } from '#shared/ids.ts';
import type { Sight } from '#shared/roles.ts';
import { columnParser } from './rows.ts';
import { isSeen } from './sights.ts';
import type { Tx } from './store.ts';

const blockedOn = z.enum(['needs', 'approval', 'plan']);

export type WaitingJob = {
  id: JobId;
  runId: RunId;
  image: string;
  isTrusted: boolean;
  /** Since when it is queued; of a blocked one, since when there is one. */
  since: Instant;
  /** Null: it is queued. */
  blockedOn: z.infer<typeof blockedOn> | null;
  /** Jobs of the same image that go first, whoever may see them; of a blocked one none. */
  ahead: number;
};

export type WaitingAsked = {
  sight: Sight<RepositoryId>;
  repository: RepositoryId | null;
  image: string | null;
  max: number;
};

type Row = {
  id: JobId;
  run_id: RunId;
  image: string;
  is_trusted: number;
  queued_at: number;
  ahead: number;
  state: string;
};

const blockedState = columnParser(z.object({ on: blockedOn }));

/** Those in line by image and place, then those that are not in line by age; at most `max` of each. */
export async function listWaitingJobs(tx: Tx, asked: WaitingAsked): Promise<WaitingJob[]> {
  const wanted = and(conditionsOf(asked));
  const { rows: queued } = await sql<Row>`
    select job.id, job.run_id, job.image, job.is_trusted, job.queued_at, line.ahead, '' as state
    from (select id, row_number() over (partition by image order by class, queued_at, id) - 1 as ahead
      from job where status = 'queued') line join job on job.id = line.id
    where ${wanted} order by job.image, line.ahead limit ${asked.max}`.execute(tx);
  // What waits for something is of a run that is not over.
  const { rows: blocked } = await sql<Row>`
    select job.id, job.run_id, job.image, job.is_trusted, job.queued_at, 0 as ahead, job.state
    from run join job on job.run_id = run.id
    where run.standing is null and job.status = 'blocked' and ${wanted}
    order by job.queued_at, job.id limit ${asked.max}`.execute(tx);
  return [...queued.map(row => waiting(row, null)), ...blocked.map(row => waiting(row, onOf(row)))];
}

const onOf = ({ id, state }: Row) => blockedState(state, `job ${id}.state`).on;

const waiting = (row: Row, on: WaitingJob['blockedOn']): WaitingJob => ({
  id: row.id,
  runId: row.run_id,
  image: row.image,
  isTrusted: row.is_trusted === 1,
  since: Number(row.queued_at),
  blockedOn: on,
  ahead: Number(row.ahead),
});

function conditionsOf({ sight, repository, image }: WaitingAsked): RawBuilder<SqlBool>[] {
  return [
    ...(sight === null ? [] : [isSeen('job.repository_id', sight)]),
    ...(repository === null ? [] : [sql<SqlBool>`job.repository_id = ${repository}`]),
    ...(image === null ? [] : [sql<SqlBool>`job.image = ${image}`]),
  ];
}

const and = (conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> =>
  conditions.length === 0 ? sql<SqlBool>`1 = 1` : sql<SqlBool>`${sql.join(conditions, sql` and `)}`;
