import { type RawBuilder, sql } from 'kysely';
import * as z from 'zod';
import { gate } from '#shared/forge-status.ts';
import type { CommitSha, Instant, JobId, RepositoryId, RunId } from '#shared/ids.ts';
import { type JobState, jobState } from '#shared/job.ts';
import { reportPatterns } from '#shared/test-report.ts';
import { newId } from './new-id.ts';
import { assertSaved, columnParser, flag, parseState, parseValue, word } from './rows.ts';
import { noteStanding } from './run-standings.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
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
  /** Where its reports are; absent where the suite has none. */
  reports: reportPatterns.optional(),
  /** Suites that must pass first, on the same image of the same run. */
  needs: z.array(z.string()),
  caches: z.array(z.object({ prefix: z.string(), files: z.array(z.string()), path: z.string() })).optional(),
  /** As its image was when the run was planned; rows of before this key are advisory. */
  gate: gate.default('advisory'),
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

const columns = [
  'id',
  'run_id',
  'repository_id',
  'suite',
  'image',
  'stage',
  'position',
  'definition',
  'class',
  'is_trusted',
  'status',
  'queued_at',
  'state',
  'version',
  'created_at',
] as const;

const insert = statement((db, row: Pick<Tables['job'], (typeof columns)[number]>) =>
  db
    .insertInto('job')
    .values({ ...pick(row, columns), change_key: changeKeyOf(row.run_id) })
    .returningAll(),
);

export async function insertJob(tx: Tx, job: NewJob, at: Instant): Promise<Job> {
  const row = await insert.one(tx, {
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
    ...stateColumns(job.state, at),
    version: 1,
    created_at: at,
  });
  await noteStanding(tx, job.runId, job.state);
  return fromRow(row);
}

const byId = statement((db, { id }: Pick<Job, 'id'>) =>
  db.selectFrom('job').selectAll().where('id', '=', id),
);

export async function findJob(tx: Tx, id: JobId): Promise<Job | null> {
  const row = await byId.first(tx, { id });
  return row ? fromRow(row) : null;
}

const save = statement((db, row: Pick<Tables['job'], 'id' | 'version' | 'status' | 'queued_at' | 'state'>) =>
  db
    .updateTable('job')
    .set(eb => ({ ...pick(row, ['status', 'queued_at', 'state']), version: eb('version', '+', 1) }))
    .where('id', '=', row.id)
    .where('version', '=', row.version),
);

/** @throws StaleRowError when the job changed since it was loaded. */
export async function saveJobState(tx: Tx, staleJob: Job, state: JobState): Promise<Job> {
  const { id, version } = staleJob;
  const saved = await save.run(tx, { ...stateColumns(state, staleJob.createdAt), id, version });
  assertSaved(saved, 'job', id);
  if (state.status === 'settled' || staleJob.state.status === 'settled')
    await noteStanding(tx, staleJob.runId, state);
  return { ...staleJob, state, version: staleJob.version + 1 };
}

const ofRun = statement((db, { runId }: Pick<Job, 'runId'>) =>
  db
    .selectFrom('job')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('position')
    .orderBy('suite')
    .orderBy('image'),
);

/** In the fixed order of the run: suites by position, images by name. */
export const listJobsOfRun = async (tx: Tx, runId: RunId): Promise<Job[]> =>
  (await ofRun.all(tx, { runId })).map(fromRow);

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

const occupying = statement(db =>
  db.selectFrom('job').selectAll().where('status', 'in', occupied).orderBy('id'),
);

/** Jobs that hold a machine now. */
export const listOccupiedJobs = async (tx: Tx): Promise<Job[]> => (await occupying.all(tx, {})).map(fromRow);

const anyQueued = statement(db =>
  db.selectFrom('job').select('id').where('status', '=', word('queued')).limit(1),
);

export const hasQueuedJobs = async (tx: Tx): Promise<boolean> =>
  (await anyQueued.first(tx, {})) !== undefined;

const queuedByImage = statement(db =>
  db
    .selectFrom('job')
    .select(eb => ['image', eb.fn.countAll<number>().as('count')])
    .where('status', '=', word('queued'))
    .groupBy('image'),
);

/** Queued jobs per image: what the fleet has to provide for. */
export const countQueued = async (tx: Tx): Promise<Map<string, number>> =>
  new Map((await queuedByImage.all(tx, {})).map(row => [row.image, Number(row.count)]));

/** One pass over an index that begins with the image: a hundred thousand queued jobs are counted without being sorted. */
const waiting = statement(db =>
  db
    .selectFrom('job')
    .select(({ fn, ref }) => [
      'image',
      fn.countAll<number>().as('count'),
      fn.sum<number>('is_trusted').as('trusted'),
      fn.min('queued_at').as('since'),
      sql<number | null>`min(case when ${ref('is_trusted')} = 1 then ${ref('queued_at')} end)`.as(
        'trusted_since',
      ),
    ])
    .where('status', '=', word('queued'))
    .groupBy('image'),
);

export type Waiting = { image: string; isTrusted: boolean; count: number; since: Instant };

/**
 * How many wait for each image, trusted and untrusted ones, and since when the first of them; of untrusted ones beside
 * trusted ones that have waited longer it is not known, and said to be as long.
 */
export async function countWaiting(tx: Tx): Promise<Waiting[]> {
  const rows = await waiting.all(tx, {});
  return rows.flatMap(({ image, count, trusted, since, trusted_since: trustedSince }) => {
    const groups = [
      { image, isTrusted: true, count: Number(trusted), since: Number(trustedSince ?? since) },
      { image, isTrusted: false, count: Number(count) - Number(trusted), since: Number(since) },
    ];
    return groups.filter(group => group.count > 0);
  });
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

/** Untrusted jobs that wait for one of these images, at most `max`. */
export async function listUntrustedWaiting(tx: Tx, images: readonly string[], max: number): Promise<Job[]> {
  if (images.length === 0) return [];
  const rows = await tx
    .selectFrom('job')
    .selectAll()
    .where('status', 'in', [word('queued'), word('blocked')])
    .where('is_trusted', '=', sql.lit(flag(false)))
    .where('image', 'in', images)
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}

export type QueueGroup = { image: string; class: number; repositoryId: RepositoryId };

type Group = { image: string; class: number };

/** The values of a column, in order: one step in the index for each, where reading a long queue would take them all. */
const distinct = <Value>(column: string, condition: RawBuilder<unknown>) => {
  const name = sql.ref(column);
  return sql<{ value: Value }>`
    with recursive step (value) as (
      select min(${name}) from job where ${condition}
      union all
      select (select min(${name}) from job where ${condition} and ${name} > step.value) from step
      where step.value is not null)
    select value from step where value is not null`;
};

const classes = statement((_, { image }: Pick<Group, 'image'>) =>
  distinct<number>('class', sql`status = 'queued' and image = ${image}`),
);

const repositories = statement((_, group: Group) =>
  distinct<RepositoryId>(
    'repository_id',
    sql`status = 'queued' and image = ${group.image} and class = ${group.class}`,
  ),
);

/** The groups (class, repository) that have queued jobs for an image, in the order of their class. */
export async function listQueueGroups(tx: Tx, image: string): Promise<QueueGroup[]> {
  const groups: QueueGroup[] = [];
  for (const { value: order } of await classes.all(tx, { image }))
    for (const { value } of await repositories.all(tx, { image, class: order }))
      groups.push({ image, class: order, repositoryId: value });
  return groups;
}

const candidates = statement((db, group: QueueGroup & { max: number }) =>
  queuedOf(db, group, false).selectAll().orderBy('queued_at').orderBy('id').limit(group.max),
);

/** The oldest queued jobs of one group, at most `max`. */
export const listCandidates = async (tx: Tx, group: QueueGroup, max: number): Promise<Job[]> =>
  (await candidates.all(tx, { ...group, max })).map(fromRow);

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
