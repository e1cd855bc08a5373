import type { Selectable } from 'kysely';
import * as z from 'zod';
import {
  type ChangeId,
  type CommitSha,
  commitSha,
  type Instant,
  type RepositoryId,
  type RunId,
} from '#shared/ids.ts';
import type { Sight } from '#shared/roles.ts';
import { type RunPurpose, type RunState, runPurpose, runState } from '#shared/run.ts';
import { type Admission, admission } from '#shared/trust.ts';
import { newId } from './new-id.ts';
import { takeRunNumber } from './repositories.ts';
import { assertSaved, columnParser, flag, parseState, parseValue, word } from './rows.ts';
import { findStanding, standingWithoutJobs } from './run-standings.ts';
import type { Tables } from './schema.ts';
import { pick, statement } from './statement.ts';
import type { Tx } from './store.ts';

/** What somebody asked for beyond the commit: one command instead of the suite file, some images only. */
export const runRequest = z.object({
  command: z.string().nullable(),
  images: z.array(z.string()).nullable(),
  /** Also the `on-merge` jobs: the commit has landed. */
  landed: z.boolean(),
  /** `every-commit`: the commits after this one are tested too, each in a run of its own. */
  since: commitSha.optional(),
  /** What its branch was at before this commit landed with those before it; null: the branch is new. */
  before: commitSha.nullable().optional(),
  /** What it is to be merged into; that of a change is known by its row. */
  base: z.object({ ref: z.string(), commit: commitSha }).optional(),
  /** Of a change that has a plan: the branches into which it was to be merged then. */
  plannedFor: z.array(z.string()).optional(),
  /** Of what has landed: what landed after it, and ended it. */
  outdatedBy: commitSha.optional(),
  /** Of what has landed: on another branch too, so that what lands on one of them does not end it. */
  hasLandedElsewhere: z.boolean().optional(),
});
export type RunRequest = z.infer<typeof runRequest>;

export type Run = {
  id: RunId;
  repositoryId: RepositoryId;
  number: number;
  commit: CommitSha;
  /** The branch the commit is checked out as. */
  ref: string;
  purpose: RunPurpose;
  changeId: ChangeId | null;
  isTrusted: boolean;
  /** Whether it runs without an approval, and why; null: as is usual for one that is trusted, or is not. */
  admission: Admission | null;
  title: string;
  author: string;
  request: RunRequest;
  /** Sentences that a reader of the run should see: an image nobody has, commits left out. */
  warnings: string[];
  state: RunState;
  version: number;
  createdAt: Instant;
};

const requestOf = columnParser(runRequest);
const warningsOf = columnParser(z.array(z.string()));
const admissionOf = columnParser(admission);

export type RunRow = Selectable<Tables['run']>;

export const runFrom = (row: RunRow): Run => ({
  id: row.id,
  repositoryId: row.repository_id,
  number: row.number,
  commit: row.commit_sha,
  ref: row.ref,
  purpose: parseValue(runPurpose, row.purpose, `run ${row.id}.purpose`),
  changeId: row.change_id,
  isTrusted: row.is_trusted === 1,
  admission: row.admission === null ? null : admissionOf(row.admission, `run ${row.id}.admission`),
  title: row.title,
  author: row.author,
  request: requestOf(row.request, `run ${row.id}.request`),
  warnings: warningsOf(row.warnings, `run ${row.id}.warnings`),
  state: parseState(runState, row, 'run'),
  version: row.version,
  createdAt: row.created_at,
});

const stateColumns = (state: RunState, createdAt: Instant) => ({
  status: state.status,
  next_at: state.status === 'preparing' ? state.nextAt : createdAt,
  state: JSON.stringify(state),
  standing: standingWithoutJobs(state),
});

export type NewRun = Omit<Run, 'id' | 'number' | 'version' | 'warnings' | 'createdAt' | 'admission'> & {
  admission?: Admission | null;
};

const columns = [
  'id',
  'repository_id',
  'run_key',
  'number',
  'commit_sha',
  'ref',
  'purpose',
  'change_id',
  'is_trusted',
  'admission',
  'title',
  'author',
  'request',
  'warnings',
  'status',
  'next_at',
  'state',
  'version',
  'created_at',
  'standing',
] as const;

const insert = statement((db, row: Pick<RunRow, (typeof columns)[number]>) =>
  db.insertInto('run').values(pick(row, columns)).returningAll(),
);

/**
 * One run per (repository, commit, purpose); a `manual` one is always new.
 * @returns the run, and whether this call made it.
 */
export async function ensureRun(tx: Tx, run: NewRun, at: Instant): Promise<{ run: Run; isNew: boolean }> {
  const id = newId.run();
  const key = run.purpose === 'manual' ? `manual:${id}` : `${run.purpose}:${run.commit}`;
  const known = await findRunByKey(tx, run.repositoryId, key);
  if (known) return { run: known, isNew: false };
  const number = await takeRunNumber(tx, run.repositoryId);
  const row = await insert.one(tx, {
    id,
    repository_id: run.repositoryId,
    run_key: key,
    number,
    commit_sha: run.commit,
    ref: run.ref,
    purpose: run.purpose,
    change_id: run.changeId,
    is_trusted: flag(run.isTrusted),
    admission: run.admission ? JSON.stringify(run.admission) : null,
    title: run.title,
    author: run.author,
    request: JSON.stringify(run.request),
    warnings: '[]',
    ...stateColumns(run.state, at),
    version: 1,
    created_at: at,
  });
  return { run: runFrom(row), isNew: true };
}

const byKey = statement((db, { repositoryId, key }: { repositoryId: RepositoryId; key: string }) =>
  db.selectFrom('run').selectAll().where('repository_id', '=', repositoryId).where('run_key', '=', key),
);

/** That of a commit as the head of pull requests. */
export const findChangeRun = (tx: Tx, repositoryId: RepositoryId, commit: CommitSha): Promise<Run | null> =>
  findRunByKey(tx, repositoryId, `change:${commit}`);

async function findRunByKey(tx: Tx, repositoryId: RepositoryId, key: string): Promise<Run | null> {
  const row = await byKey.first(tx, { repositoryId, key });
  return row ? runFrom(row) : null;
}

const byId = statement((db, { id }: Pick<Run, 'id'>) =>
  db.selectFrom('run').selectAll().where('id', '=', id),
);

export async function findRun(tx: Tx, id: RunId): Promise<Run | null> {
  const row = await byId.first(tx, { id });
  return row ? runFrom(row) : null;
}

const savedColumns = [
  'status',
  'next_at',
  'state',
  'standing',
  'warnings',
  'title',
  'author',
  'request',
] as const;

const save = statement((db, row: Pick<RunRow, 'id' | 'version' | (typeof savedColumns)[number]>) =>
  db
    .updateTable('run')
    .set(eb => ({ ...pick(row, savedColumns), version: eb('version', '+', 1) }))
    .where('id', '=', row.id)
    .where('version', '=', row.version),
);

/** @throws StaleRowError when the run changed since it was loaded. */
export async function saveRun(tx: Tx, run: Run): Promise<Run> {
  const saved = await save.run(tx, {
    ...stateColumns(run.state, run.createdAt),
    warnings: JSON.stringify(run.warnings),
    title: run.title,
    author: run.author,
    request: JSON.stringify(run.request),
    id: run.id,
    version: run.version,
  });
  assertSaved(saved, 'run', run.id);
  if (run.state.status === 'planned') await findStanding(tx, run.id);
  return { ...run, version: run.version + 1 };
}

/** A run that a push made is that of a pull request too. */
export async function linkRun(
  tx: Tx,
  id: RunId,
  { id: change_id, author }: { id: ChangeId; author: string },
): Promise<void> {
  await tx
    .updateTable('run')
    .set(eb => ({ change_id, author, version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

/** Somebody has come whose forks run at once; it is no more trusted for that. */
export async function admitRun(tx: Tx, id: RunId, admission: Admission): Promise<void> {
  await tx
    .updateTable('run')
    .set(eb => ({ admission: JSON.stringify(admission), version: eb('version', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

/** From now on it counts as pushed by somebody with write access, and so do its jobs. */
export async function trustRun(tx: Tx, id: RunId, admission: Admission): Promise<void> {
  const isTrusted = { is_trusted: flag(true) };
  await tx
    .updateTable('run')
    .set(eb => ({
      ...isTrusted,
      admission: JSON.stringify(admission),
      version: eb('version', '+', 1),
    }))
    .where('id', '=', id)
    .execute();
  await tx
    .updateTable('job')
    .set(eb => ({ ...isTrusted, version: eb('version', '+', 1) }))
    .where('run_id', '=', id)
    .execute();
}

const toPrepare = statement((db, { now, max }: { now: Instant; max: number }) =>
  db
    .selectFrom('run')
    .select('id')
    .where('status', '=', word('preparing'))
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .orderBy('id')
    .limit(max),
);

/** Those that have been due the longest, at most `max`. */
export const listRunsToPrepare = async (tx: Tx, now: Instant, max: number): Promise<RunId[]> =>
  (await toPrepare.all(tx, { now, max })).map(({ id }) => id);

const nextAt = statement((db, { now }: { now: Instant }) =>
  db
    .selectFrom('run')
    .select(eb => eb.fn.min('next_at').as('at'))
    .where('status', '=', word('preparing'))
    .where('next_at', '>', now),
);

/** When the first of those that are due later than `now` is due; null when there is none. */
export const nextPreparationAt = async (tx: Tx, now: Instant): Promise<Instant | null> =>
  (await nextAt.first(tx, { now }))?.at ?? null;

/** Oldest first. */
export async function listRunsOfChange(tx: Tx, changeId: ChangeId): Promise<Run[]> {
  const rows = await tx
    .selectFrom('run')
    .selectAll()
    .where('change_id', '=', changeId)
    .orderBy('id')
    .execute();
  return rows.map(runFrom);
}

/** Oldest first. */
export async function listRunsOfCommit(
  tx: Tx,
  repositoryId: RepositoryId,
  commit: CommitSha,
): Promise<Run[]> {
  const rows = await tx
    .selectFrom('run')
    .selectAll()
    .where('commit_sha', '=', commit)
    .where('repository_id', '=', repositoryId)
    .orderBy('id')
    .execute();
  return rows.map(runFrom);
}

export type RunQuery = {
  max: number;
  /** The last one seen: ids sort by age. */
  before: RunId | null;
  repository: RepositoryId | null;
  /** Leaves out what is private and not seen, so that pages are full and say nothing of what is not shown. */
  sight: Sight<RepositoryId>;
};

/** Newest first. */
export async function listRuns(tx: Tx, { max, before, repository, sight }: RunQuery): Promise<Run[]> {
  let query = tx.selectFrom('run').selectAll().orderBy('id', 'desc').limit(max);
  if (before !== null) query = query.where('id', '<', before);
  if (repository !== null) query = query.where('repository_id', '=', repository);
  if (sight !== null)
    query = query.where('repository_id', 'in', eb =>
      eb
        .selectFrom('repository')
        .select('repository.id')
        .where(either =>
          either.or([
            either('is_private', '=', 0),
            ...(sight.length === 0 ? [] : [either('repository.id', 'in', [...sight])]),
          ]),
        ),
    );
  return (await query.execute()).map(runFrom);
}
