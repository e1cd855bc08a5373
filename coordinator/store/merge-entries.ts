/** Changes that somebody asked to be merged. */
import type { ChangeId, CommitSha, Instant, MergeEntryId, RepositoryId } from '#shared/ids.ts';
import { type MergeAsk, type MergeEntryState, mergeAsk, mergeEntryState } from '#shared/merging.ts';
import type { Change } from './changes.ts';
import { newId } from './new-id.ts';
import { assertSaved, parseColumn, parseState, word } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

export type MergeEntry = {
  id: MergeEntryId;
  repositoryId: RepositoryId;
  changeId: ChangeId;
  baseRef: string;
  /** The head that was asked to be merged, and no other. */
  headSha: CommitSha;
  /** Higher lands first. */
  priority: number;
  ask: MergeAsk;
  askedAt: Instant;
  state: MergeEntryState;
  /** When the forge is asked about it again, or closes it. */
  nextAt: Instant;
  version: number;
};

/** Later than every moment. */
export const never = Number.MAX_SAFE_INTEGER;

const fromRow = (row: Tables['merge_entry']): MergeEntry => ({
  id: row.id,
  repositoryId: row.repository_id,
  changeId: row.change_id,
  baseRef: row.base_ref,
  headSha: row.head_sha,
  priority: row.priority,
  ask: parseColumn(mergeAsk, row.ask, `merge_entry ${row.id}.ask`),
  askedAt: row.asked_at,
  state: parseState(mergeEntryState, row, 'merge_entry'),
  nextAt: row.next_at,
  version: row.version,
});

const active = [word('waiting'), word('in-batch'), word('testing'), word('landing')];

/** What has landed is due while the forge still shows it as open: so the index finds those without reading the others. */
const dueAt = ({ state, nextAt }: Pick<MergeEntry, 'state' | 'nextAt'>): Instant =>
  state.status === 'landed' && !state.isToClose ? never : nextAt;

export type NewMergeEntry = Omit<MergeEntry, 'id' | 'version'>;

/** Fails where the change has an entry that is not over. */
export async function insertMergeEntry(tx: Tx, entry: NewMergeEntry): Promise<MergeEntry> {
  const row = await tx
    .insertInto('merge_entry')
    .values({
      id: newId.mergeEntry(),
      repository_id: entry.repositoryId,
      change_id: entry.changeId,
      base_ref: entry.baseRef,
      head_sha: entry.headSha,
      priority: entry.priority,
      ask: JSON.stringify(entry.ask),
      asked_at: entry.askedAt,
      status: entry.state.status,
      state: JSON.stringify(entry.state),
      next_at: dueAt(entry),
      version: 1,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

/** @throws StaleRowError when it changed since it was loaded. */
export async function saveMergeEntry(tx: Tx, entry: MergeEntry): Promise<MergeEntry> {
  const nextAt = dueAt(entry);
  const { numUpdatedRows } = await tx
    .updateTable('merge_entry')
    .set({
      status: entry.state.status,
      state: JSON.stringify(entry.state),
      priority: entry.priority,
      next_at: nextAt,
      version: entry.version + 1,
    })
    .where('id', '=', entry.id)
    .where('version', '=', entry.version)
    .executeTakeFirstOrThrow();
  assertSaved(numUpdatedRows, 'merge_entry', entry.id);
  return { ...entry, nextAt, version: entry.version + 1 };
}

export async function findMergeEntry(tx: Tx, id: MergeEntryId): Promise<MergeEntry | null> {
  const row = await tx.selectFrom('merge_entry').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** The one that is not over; null when nobody asks for the change. */
export async function findActiveEntry(tx: Tx, changeId: ChangeId): Promise<MergeEntry | null> {
  const row = await tx
    .selectFrom('merge_entry')
    .selectAll()
    .where('change_id', '=', changeId)
    .where('status', 'in', active)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Whether its head was ever asked to be merged into its base, whatever became of that. */
export async function hasEntryFor(
  tx: Tx,
  { id, headSha, baseRef }: Pick<Change, 'id' | 'headSha' | 'baseRef'>,
): Promise<boolean> {
  const row = await tx
    .selectFrom('merge_entry')
    .select('id')
    .where('change_id', '=', id)
    .where('head_sha', '=', headSha)
    .where('base_ref', '=', baseRef)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** All that are not over, in the order in which they were asked for. */
export async function listActiveEntries(tx: Tx): Promise<MergeEntry[]> {
  const rows = await tx
    .selectFrom('merge_entry')
    .selectAll()
    .where('status', 'in', active)
    .orderBy('asked_at')
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

/** Of those that are not over: whose pull request is open no more, or has another head. */
export async function listOutdatedEntries(tx: Tx): Promise<MergeEntry['id'][]> {
  const rows = await tx
    .selectFrom('merge_entry')
    .innerJoin('change', 'change.id', 'merge_entry.change_id')
    .select('merge_entry.id')
    .where('merge_entry.status', 'in', active)
    .where(({ or, eb }) =>
      or([eb('change.state', '<>', 'open'), eb('change.head_sha', '<>', eb.ref('merge_entry.head_sha'))]),
    )
    .execute();
  return rows.map(({ id }) => id);
}

/** Whether a merge hangs on the jobs of this commit: it is the head of an entry that is not over. */
export async function isHeadOfEntry(
  tx: Tx,
  { repositoryId, commit }: { repositoryId: RepositoryId; commit: CommitSha },
): Promise<boolean> {
  const row = await tx
    .selectFrom('merge_entry')
    .select('id')
    .where('head_sha', '=', commit)
    .where('repository_id', '=', repositoryId)
    .where('status', 'in', active)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Those that are over, the newest first. */
export async function listEndedEntries(
  tx: Tx,
  { repositoryId, max }: { repositoryId: RepositoryId | null; max: number },
): Promise<MergeEntry[]> {
  let query = tx
    .selectFrom('merge_entry')
    .selectAll()
    .where('status', 'in', ['landed', 'ejected', 'withdrawn'])
    .orderBy('id', 'desc')
    .limit(max);
  if (repositoryId !== null) query = query.where('repository_id', '=', repositoryId);
  return (await query.execute()).map(fromRow);
}

/** Landed ones that the forge still shows as open, as they are due until `now`, which is before `never`. */
export async function listEntriesToClose(tx: Tx, now: Instant, max: number): Promise<MergeEntry[]> {
  const rows = await tx
    .selectFrom('merge_entry')
    .selectAll()
    .where('status', '=', word('landed'))
    .where('next_at', '<=', now)
    .orderBy('next_at')
    .orderBy('id')
    .limit(max)
    .execute();
  return rows.map(fromRow);
}
