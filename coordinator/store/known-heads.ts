/** What is known of a forge's heads, to be compared with what it shows: open pull requests, and where branches stood. */
import type { CommitSha, Instant, RepositoryId, RunId } from '#shared/ids.ts';
import { type Change, changeFromRow } from './changes.ts';
import { word } from './rows.ts';
import { type Run, runFrom } from './runs.ts';
import type { Tx } from './store.ts';

/** Those that are open, and those of these numbers. */
export async function listKnownChanges(
  tx: Tx,
  repositoryId: RepositoryId,
  numbers: readonly number[],
): Promise<Change[]> {
  const open = await tx
    .selectFrom('change')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('state', '=', word('open'))
    .execute();
  const rows = new Map(open.map(row => [row.number, row]));
  const others = numbers.filter(number => !rows.has(number));
  // Few at a time: databases bound how many values a query has.
  for (let at = 0; at < others.length; at += 500) {
    const some = await tx
      .selectFrom('change')
      .selectAll()
      .where('repository_id', '=', repositoryId)
      .where('number', 'in', others.slice(at, at + 500))
      .execute();
    for (const row of some) rows.set(row.number, row);
  }
  return [...rows.values()].map(changeFromRow).sort((a, b) => a.number - b.number);
}

export type BranchHead = { branch: string; commit: CommitSha; seenAt: Instant };

export async function findBranchHead(
  tx: Tx,
  repositoryId: RepositoryId,
  branch: string,
): Promise<BranchHead | null> {
  const row = await tx
    .selectFrom('branch_head')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('branch', '=', branch)
    .executeTakeFirst();
  return row ? { branch: row.branch, commit: row.commit_sha, seenAt: row.seen_at } : null;
}

export async function saveBranchHead(
  tx: Tx,
  repositoryId: RepositoryId,
  { branch, commit, seenAt }: BranchHead,
): Promise<void> {
  const seen = { commit_sha: commit, seen_at: seenAt };
  await tx
    .insertInto('branch_head')
    .values({ repository_id: repositoryId, branch, ...seen })
    .onConflict(conflict => conflict.columns(['repository_id', 'branch']).doUpdateSet(seen))
    .execute();
}

/** Those of these commits that have a run as something that has landed, on whichever branch. */
export async function listLanded(
  tx: Tx,
  repositoryId: RepositoryId,
  commits: readonly CommitSha[],
): Promise<Set<CommitSha>> {
  if (commits.length === 0) return new Set();
  const rows = await tx
    .selectFrom('run')
    .select('commit_sha')
    .where('repository_id', '=', repositoryId)
    .where(
      'run_key',
      'in',
      commits.map(commit => `landed:${commit}`),
    )
    .execute();
  return new Set(rows.map(row => row.commit_sha));
}

export type LandedRun = Pick<Run, 'id' | 'commit' | 'request'> & {
  /** Whether anything of it is still to come. */
  isOpen: boolean;
};

/** What landed on a branch, the newest runs first. */
export async function listLandedOn(
  tx: Tx,
  repositoryId: RepositoryId,
  branch: string,
  max: number,
): Promise<LandedRun[]> {
  const rows = await tx
    .selectFrom('run')
    .selectAll()
    .where('purpose', '=', word('landed'))
    .where('repository_id', '=', repositoryId)
    .where('ref', '=', branch)
    .orderBy('id', 'desc')
    .limit(max)
    .execute();
  return rows.map(row => {
    const { id, commit, request } = runFrom(row);
    return { id, commit, request, isOpen: row.standing === null };
  });
}

/** The newest run of what landed on a branch; null: nothing has landed there since the repository is known. */
export async function findNewestLanded(
  tx: Tx,
  repositoryId: RepositoryId,
  branch: string,
): Promise<{ id: RunId; commit: CommitSha } | null> {
  const row = await tx
    .selectFrom('run')
    .select(['id', 'commit_sha'])
    .where('purpose', '=', word('landed'))
    .where('repository_id', '=', repositoryId)
    .where('ref', '=', branch)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? { id: row.id, commit: row.commit_sha } : null;
}
