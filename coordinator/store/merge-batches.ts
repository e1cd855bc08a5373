/** What the merge queue tests together, and what it knows of each base branch. */
import * as z from 'zod';
import {
  type ChangeId,
  type CommitSha,
  changeId,
  commitSha,
  type Instant,
  type MergeBatchId,
  type MergeEntryId,
  mergeEntryId,
  type RepositoryId,
  type RunId,
} from '#shared/ids.ts';
import { type MergeBatchState, mergeBatchState, openBatchStatuses } from '#shared/merging.ts';
import { newId } from './new-id.ts';
import { assertSaved, parseColumn, parseState, word } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

const batchedEntry = z.object({
  entry: mergeEntryId,
  change: changeId,
  /** Of the pull request. */
  number: z.number().int(),
  head: commitSha,
  /** What the branch is once this one has landed. */
  commit: commitSha,
});
export type BatchedEntry = z.infer<typeof batchedEntry>;

export type MergeBatch = {
  id: MergeBatchId;
  repositoryId: RepositoryId;
  baseRef: string;
  /** What the base branch was. */
  baseSha: CommitSha;
  /** What it becomes: the commit that is tested. */
  commit: CommitSha;
  /** In the order in which they are merged. */
  entries: BatchedEntry[];
  state: MergeBatchState;
  version: number;
  createdAt: Instant;
};

const fromRow = (row: Tables['merge_batch']): MergeBatch => ({
  id: row.id,
  repositoryId: row.repository_id,
  baseRef: row.base_ref,
  baseSha: row.base_sha,
  commit: row.commit_sha,
  entries: parseColumn(z.array(batchedEntry), row.entries, `merge_batch ${row.id}.entries`),
  state: parseState(mergeBatchState, row, 'merge_batch'),
  version: row.version,
  createdAt: row.created_at,
});

/** Fails where another batch that is not over is built on the same commit of the branch: they are a line. */
export async function insertMergeBatch(
  tx: Tx,
  batch: Omit<MergeBatch, 'id' | 'version'>,
): Promise<MergeBatch> {
  const row = await tx
    .insertInto('merge_batch')
    .values({
      id: newId.mergeBatch(),
      repository_id: batch.repositoryId,
      base_ref: batch.baseRef,
      base_sha: batch.baseSha,
      commit_sha: batch.commit,
      entries: JSON.stringify(batch.entries),
      status: batch.state.status,
      state: JSON.stringify(batch.state),
      version: 1,
      created_at: batch.createdAt,
      is_dropped: 0,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

/** @throws StaleRowError when it changed since it was loaded. */
export async function saveMergeBatch(tx: Tx, batch: MergeBatch): Promise<MergeBatch> {
  const { numUpdatedRows } = await tx
    .updateTable('merge_batch')
    .set({ status: batch.state.status, state: JSON.stringify(batch.state), version: batch.version + 1 })
    .where('id', '=', batch.id)
    .where('version', '=', batch.version)
    .executeTakeFirstOrThrow();
  assertSaved(numUpdatedRows, 'merge_batch', batch.id);
  return { ...batch, version: batch.version + 1 };
}

export async function findMergeBatch(tx: Tx, id: MergeBatchId): Promise<MergeBatch | null> {
  const row = await tx.selectFrom('merge_batch').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

const active = openBatchStatuses.map(status => word(status));

/** Not over yet, all base branches. */
export async function listActiveBatches(tx: Tx): Promise<MergeBatch[]> {
  const rows = await tx
    .selectFrom('merge_batch')
    .selectAll()
    .where('status', 'in', active)
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** Whether it is the commit of a batch that is not over. */
export async function isCommitOfBatch(
  tx: Tx,
  { repositoryId, commit }: { repositoryId: RepositoryId; commit: CommitSha },
): Promise<boolean> {
  const row = await tx
    .selectFrom('merge_batch')
    .select('id')
    .where('commit_sha', '=', commit)
    .where('repository_id', '=', repositoryId)
    .where('status', 'in', active)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The newest first, whatever became of them. */
export async function listMergeBatches(
  tx: Tx,
  { repositoryId, max }: { repositoryId: RepositoryId | null; max: number },
): Promise<MergeBatch[]> {
  let query = tx.selectFrom('merge_batch').selectAll().orderBy('id', 'desc').limit(max);
  if (repositoryId !== null) query = query.where('repository_id', '=', repositoryId);
  return (await query.execute()).map(fromRow);
}

export type LaneKey = { repositoryId: RepositoryId; baseRef: string };

/** What the queue knows of a base branch. */
export type MergeLane = LaneKey & {
  /** They fail together, in this order, on `baseSha`; see `merging/lane-policy.ts`. */
  suspects: MergeEntryId[];
  baseSha: CommitSha | null;
  /** The run that has shown it. */
  failedRun: RunId | null;
  /** Not before. */
  nextAt: Instant;
  /** Why it pauses. */
  message: string | null;
};

export async function findMergeLane(tx: Tx, { repositoryId, baseRef }: LaneKey): Promise<MergeLane> {
  const row = await tx
    .selectFrom('merge_lane')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('base_ref', '=', baseRef)
    .executeTakeFirst();
  const where = `merge_lane ${repositoryId} ${baseRef}.suspects`;
  return {
    repositoryId,
    baseRef,
    suspects: row ? parseColumn(z.array(mergeEntryId), row.suspects, where) : [],
    baseSha: row?.base_sha ?? null,
    failedRun: row?.failed_run ?? null,
    nextAt: row?.next_at ?? 0,
    message: row?.message ?? null,
  };
}

export async function saveMergeLane(tx: Tx, lane: MergeLane): Promise<void> {
  const columns = {
    suspects: JSON.stringify(lane.suspects),
    base_sha: lane.baseSha,
    failed_run: lane.failedRun,
    next_at: lane.nextAt,
    message: lane.message,
  };
  await tx
    .insertInto('merge_lane')
    .values({ repository_id: lane.repositoryId, base_ref: lane.baseRef, ...columns })
    .onConflict(conflict => conflict.columns(['repository_id', 'base_ref']).doUpdateSet(columns))
    .execute();
}

/** What the branch became, or is becoming, with this change; null when no batch has landed it. */
export async function findLandedWith(tx: Tx, change: ChangeId): Promise<CommitSha | null> {
  const row = await tx
    .selectFrom('merge_batch')
    .select('commit_sha')
    .where('status', 'in', ['landing', 'landed'])
    .where('entries', 'like', `%"${change}"%`)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.commit_sha ?? null;
}

/** Given up, and their commits are in the mirror still; the oldest first. */
export async function listBatchesToDrop(tx: Tx, max: number): Promise<MergeBatch[]> {
  const rows = await tx
    .selectFrom('merge_batch')
    .selectAll()
    .where('is_dropped', '=', 0)
    .where('status', 'in', [word('failed'), word('abandoned')])
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}

/** Whether a batch that is not given up has this very commit: the same made anew within a second is the same. */
export async function isBatchCommitInUse(tx: Tx, commit: CommitSha): Promise<boolean> {
  const row = await tx
    .selectFrom('merge_batch')
    .select('id')
    .where('commit_sha', '=', commit)
    .where('status', 'in', [...active, word('landed')])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function noteBatchDropped(tx: Tx, id: MergeBatchId): Promise<void> {
  await tx.updateTable('merge_batch').set({ is_dropped: 1 }).where('id', '=', id).execute();
}
