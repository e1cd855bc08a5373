import * as z from 'zod';
import type { ChangeId, CommitSha, Instant, RepositoryId } from '#shared/ids.ts';
import { newId } from './new-id.ts';
import { flag, parseValue, word } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Tx } from './store.ts';

const changeState = z.enum(['open', 'closed', 'merged']);

/** A pull request as Paddock last heard of it. */
export type Change = {
  id: ChangeId;
  repositoryId: RepositoryId;
  number: number;
  title: string;
  author: string;
  /** The forge's number of the author's account: a login can become somebody else's. Null where nobody has said it. */
  authorId: number | null;
  headRef: string;
  headSha: CommitSha;
  baseRef: string;
  baseSha: CommitSha;
  isFork: boolean;
  state: z.infer<typeof changeState>;
  /** The forge's clock. */
  updatedAt: Instant;
};

export const changeFromRow = (row: Tables['change']): Change => ({
  id: row.id,
  repositoryId: row.repository_id,
  number: row.number,
  title: row.title,
  author: row.author,
  authorId: row.author_id,
  headRef: row.head_ref,
  headSha: row.head_sha,
  baseRef: row.base_ref,
  baseSha: row.base_sha,
  isFork: row.is_fork === 1,
  state: parseValue(changeState, row.state, `change ${row.id}.state`),
  updatedAt: row.updated_at,
});

export async function findChange(tx: Tx, repositoryId: RepositoryId, number: number): Promise<Change | null> {
  const row = await tx
    .selectFrom('change')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('number', '=', number)
    .executeTakeFirst();
  return row ? changeFromRow(row) : null;
}

export async function findChangeById(tx: Tx, id: ChangeId): Promise<Change | null> {
  const row = await tx.selectFrom('change').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? changeFromRow(row) : null;
}

/** Whether another open pull request has this commit as its head: its run is not outdated then. */
export async function isHeadOfOpenChange(
  tx: Tx,
  repositoryId: RepositoryId,
  commit: CommitSha,
  except: ChangeId,
): Promise<boolean> {
  const row = await tx
    .selectFrom('change')
    .select('id')
    .where('repository_id', '=', repositoryId)
    .where('head_sha', '=', commit)
    .where('state', '=', word('open'))
    .where('id', '<>', except)
    .executeTakeFirst();
  return row !== undefined;
}

/** The open pull requests with this commit as their head, by number. */
export async function listOpenChangesAt(
  tx: Tx,
  repositoryId: RepositoryId,
  commit: CommitSha,
): Promise<Change[]> {
  const rows = await tx
    .selectFrom('change')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('head_sha', '=', commit)
    .where('state', '=', word('open'))
    .execute();
  // They are few; an order in the query would take the index by number, and read all of the repository.
  return rows.map(changeFromRow).sort((a, b) => a.number - b.number);
}

export async function saveChange(tx: Tx, change: Omit<Change, 'id'>): Promise<Change> {
  const id = newId.change();
  const columns = {
    title: change.title,
    author: change.author,
    author_id: change.authorId,
    head_ref: change.headRef,
    head_sha: change.headSha,
    base_ref: change.baseRef,
    base_sha: change.baseSha,
    is_fork: flag(change.isFork),
    state: change.state,
    updated_at: change.updatedAt,
  };
  const row = await tx
    .insertInto('change')
    .values({ id, repository_id: change.repositoryId, number: change.number, ...columns })
    .onConflict(conflict => conflict.columns(['repository_id', 'number']).doUpdateSet(columns))
    .returningAll()
    .executeTakeFirstOrThrow();
  return changeFromRow(row);
}

/** Whether an account has a pull request here that was merged. */
export async function hasMergedChange(
  tx: Tx,
  repositoryId: RepositoryId,
  authorId: number,
): Promise<boolean> {
  const row = await tx
    .selectFrom('change')
    .select('id')
    .where('repository_id', '=', repositoryId)
    .where('author_id', '=', authorId)
    .where('state', '=', 'merged')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
