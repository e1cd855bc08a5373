import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { CommitSha, Instant, JobId, RepositoryId, RunId } from '#shared/ids.ts';
import { type JobState, jobState } from '#shared/job.ts';
import { newId } from './new-id.ts';
import { assertSaved, columnParser, flag, parseState, parseValue, word } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

/** What the job does, fixed when its run was planned. */
export const jobDefinition = z.object({
  steps: z
    .array(
      z.object({
        name: z.string(),
        run: z.string(),
        timeoutMs: z.number(),
        idleTimeoutMs: z.number(),
        env: z.record(z.string(), z.string()),
        directory: z.string(),
      }),
    )
    .min(1),
  /** Rows of before this key have none: they are checkouts. */
  source: z.enum(['commit', 'none']).default('commit'),
  env: z.record(z.string(), z.string()),
  deadlineMs: z.number(),
  artifacts: z.array(z.string()),
  /** Suites that must pass first, on the same image of the same run. */
  needs: z.array(z.string()),
});
export type JobDefinition = z.infer<typeof jobDefinition>;

const jobStage = z.enum(['suite', 'on-merge']);

export type Job = {
  id: JobId;
  runId: RunId;
  repositoryId: RepositoryId;
  suite: string;
  image: string;
  stage: z.infer<typeof jobStage>;
  position: number;
  definition: JobDefinition;
  /** Order in the queue before anything else: lower runs first. */
  class: number;
  isTrusted: boolean;
  /** Whose share of the machines it takes: its pull request's, or its branch's. */
  changeKey: string;
  state: JobState;
  version: number;
  createdAt: Instant;
};

const definitionOf = columnParser(jobDefinition);

const fromRow = (row: Tables['job']): Job => ({
  id: row.id,
  runId: row.run_id,
  repositoryId: row.repository_id,
  suite: row.suite,
  image: row.image,
  stage: parseValue(jobStage, row.stage, `job ${row.id}.stage`),
  position: row.position,
  definition: definitionOf(row.definition, `job ${row.id}.definition`),
  class: row.class,
  isTrusted: row.is_trusted === 1,
  changeKey: row.change_key,
  state: parseState(jobState, row, 'job'),
  version: row.version,
  createdAt: row.created_at,
});

const stateColumns = (state: JobState, createdAt: Instant) => ({
  status: state.status,
  queued_at: state.status === 'queued' ? state.queuedAt : createdAt,
  state: JSON.stringify(state),
});

export type NewJob = Omit<Job, 'id' | 'changeKey' | 'version' | 'createdAt'>;

const changeKeyOf = (run: RunId) =>
  sql<string>`(select coalesce(change_id, repository_id || ' ' || ref) from run where id = ${run})`;

export async function insertJob(tx: Tx, job: NewJob, at: Instant): Promise<Job> {
  const row = await tx
    .insertInto('job')
    .values({
      id: newId.job(),
      run_id: job.runId,
      repository_id: job.repositoryId,
      suite: job.suite,
      image: job.image,
      stage: job.stage,
      position: job.position,
      definition: JSON.stringify(job.definition),
      class: job.class,
      is_trusted: flag(job.isTrusted),
      change_key: changeKeyOf(job.runId),
      ...stateColumns(job.state, at),
      version: 1,
      created_at: at,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

export async function findJob(tx: Tx, id: JobId): Promise<Job | null> {
  const row = await tx.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** @throws StaleRowError when the job changed since it was loaded. */
export async function saveJobState(tx: Tx, staleJob: Job, state: JobState): Promise<Job> {
  const result = await tx
    .updateTable('job')
    .set({ ...stateColumns(state, staleJob.createdAt), version: staleJob.version + 1 })
    .where('id', '=', staleJob.id)
    .where('version', '=', staleJob.version)
    .executeTakeFirstOrThrow();
  assertSaved(result, 'job', staleJob.id);
  return { ...staleJob, state, version: staleJob.version + 1 };
}

/** In the fixed order of the run: suites by position, images by name. */
export async function listJobsOfRun(tx: Tx, runId: RunId): Promise<Job[]> {
  const rows = await tx
    .selectFrom('job')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('position')
    .orderBy('suite')
    .orderBy('image')
    .execute();
  return rows.map(fromRow);
}

export async function listJobsOfRuns(tx: Tx, runIds: RunId[]): Promise<Job[]> {
  if (runIds.length === 0) return [];
  const rows = await tx
    .selectFrom('job')
    .selectAll()
    .where('run_id', 'in', runIds)
    .orderBy('position')
    .orderBy('suite')
    .orderBy('image')
    .execute();
  return rows.map(fromRow);
}

const occupied = [word('leased'), word('cancelling'), word('finishing')];

/** Jobs that hold a machine now. */
export async function listOccupiedJobs(tx: Tx): Promise<Job[]> {
  const rows = await tx.selectFrom('job').selectAll().where('status', 'in', occupied).orderBy('id').execute();
  return rows.map(fromRow);
}

export async function hasQueuedJobs(tx: Tx): Promise<boolean> {
  const row = await tx
    .selectFrom('job')
    .select('id')
    .where('status', '=', word('queued'))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Queued jobs per image: what the fleet has to provide for. */
export async function countQueued(tx: Tx): Promise<Map<string, number>> {
  const rows = await tx
    .selectFrom('job')
    .select(eb => ['image', eb.fn.countAll<number>().as('count')])
    .where('status', '=', word('queued'))
    .groupBy('image')
    .execute();
  return new Map(rows.map(row => [row.image, Number(row.count)]));
}

/** The oldest queued jobs, at most `max`. */
export async function listQueuedJobs(tx: Tx, max: number): Promise<Job[]> {
  const rows = await tx
    .selectFrom('job')
    .selectAll()
    .where('status', '=', word('queued'))
    .orderBy('queued_at')
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}

export type QueueGroup = { image: string; class: number; repositoryId: RepositoryId };

/** The groups (class, repository) that have queued jobs for an image, in the order of their class. */
export async function listQueueGroups(tx: Tx, image: string): Promise<QueueGroup[]> {
  const queued = sql`status = 'queued' and image = ${image}`;
  const groups: QueueGroup[] = [];
  for (const order of await listDistinct<number>(tx, 'class', queued))
    for (const repositoryId of await listDistinct<RepositoryId>(
      tx,
      'repository_id',
      sql`${queued} and class = ${order}`,
    ))
      groups.push({ image, class: order, repositoryId });
  return groups;
}

/** The values of a column, in order: one step in the index for each, where reading a long queue would take them all. */
async function listDistinct<Value>(tx: Tx, column: string, condition: RawBuilder<unknown>): Promise<Value[]> {
  const name = sql.ref(column);
  const { rows } = await sql<{ value: Value }>`
    with recursive step (value) as (
      select min(${name}) from job where ${condition}
      union all
      select (select min(${name}) from job where ${condition} and ${name} > step.value) from step
      where step.value is not null)
    select value from step where value is not null`.execute(tx);
  return rows.map(({ value }) => value);
}

/** The oldest queued jobs of one group, at most `max`. */
export async function listCandidates(tx: Tx, group: QueueGroup, max: number): Promise<Job[]> {
  const rows = await queuedOf(tx, group, false)
    .selectAll()
    .orderBy('queued_at')
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}

/** In a long queue: whose turn it is, and for whom there is a machine at all. */
export type Turns = { shares: ReadonlyMap<string, number>; isTrustedOnly: boolean; max: number };

/** The changes of a group that have queued jobs: those with the least share now, then those that wait the longest. */
export async function listChangesInTurn(
  tx: Tx,
  group: QueueGroup,
  { shares, isTrustedOnly, max }: Turns,
): Promise<string[]> {
  const cases = [...shares].map(([key, share]) => sql`when change_key = ${key} then ${sql.lit(share)}`);
  const rows = await queuedOf(tx, group, isTrustedOnly)
    .select('change_key')
    .groupBy('change_key')
    .orderBy(sql`case ${sql.join([...cases, sql`when true then 0`], sql` `)} end`)
    .orderBy(eb => eb.fn.min('queued_at'))
    .orderBy('change_key')
    .limit(max)
    .execute();
  return rows.map(row => row.change_key);
}

/** The oldest queued jobs of one change of a group, at most `max`. */
export async function listCandidatesOfChange(
  tx: Tx,
  group: QueueGroup,
  changeKey: string,
  { isTrustedOnly, max }: Turns,
): Promise<Job[]> {
  const rows = await queuedOf(tx, group, isTrustedOnly)
    .selectAll()
    .where('change_key', '=', changeKey)
    .orderBy('queued_at')
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}

function queuedOf(tx: Tx, group: QueueGroup, isTrustedOnly: boolean) {
  const queued = tx
    .selectFrom('job')
    .where('status', '=', word('queued'))
    .where('image', '=', group.image)
    .where('class', '=', group.class)
    .where('repository_id', '=', group.repositoryId);
  return isTrustedOnly ? queued.where('is_trusted', '=', flag(true)) : queued;
}

/** How many jobs for the same image stand before this one, by class and age. */
export async function countAhead(tx: Tx, job: Job): Promise<number> {
  if (job.state.status !== 'queued') return 0;
  const { queuedAt } = job.state;
  const row = await tx
    .selectFrom('job')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('status', '=', word('queued'))
    .where('image', '=', job.image)
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple('class', 'queued_at', 'id'), '<', tuple(job.class, queuedAt, job.id)),
    )
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The jobs of all runs of a commit: among them is the one that a re-run request on a status means. */
export async function listJobsOfCommit(
  tx: Tx,
  repositoryId: RepositoryId,
  commit: CommitSha,
): Promise<Job[]> {
  const rows = await tx
    .selectFrom('job')
    .innerJoin('run', 'run.id', 'job.run_id')
    .selectAll('job')
    .where('run.commit_sha', '=', commit)
    .where('run.repository_id', '=', repositoryId)
    .orderBy('job.id')
    .execute();
  return rows.map(fromRow);
}
