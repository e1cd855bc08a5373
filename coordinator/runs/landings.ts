/**
 * What has landed, where it is ended by what lands after it on the same branch. Which is the newer one is git's to say: deliveries
 * come in any order, and some never. What comes after something newer is tested all the same: that was compared with it, and by
 * `paths` may have left out what only this has changed. What ends takes nothing with it that way: the newer one is compared with
 * what the branch was before either of them.
 */
import type { CommitSha, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { type LandedRun, listLandedOn } from '../store/known-heads.ts';
import type { Repository } from '../store/repositories.ts';
import { findRun, listRunsOfCommit, type Run, saveRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { Push } from './forge-intent.ts';
import type { ChangeParts } from './intake-ports.ts';
import { revive } from './known-runs.ts';
import type { PrepareParts } from './prepare-ports.ts';

/** `older`: what is still under way and has landed before; `before`: what the branch was at before any of them. */
export type Landings = { older: RunId[]; before: CommitSha | null };

/** Of a run whose commit is in the mirror; before the transaction, for git takes time. Null: it ends nothing. */
export async function compareLandings(
  parts: Pick<PrepareParts, 'store' | 'ports'>,
  repository: Repository,
  run: Run,
  signal: AbortSignal,
): Promise<Landings | null> {
  if (run.purpose !== 'landed' || !run.request.landed) return null;
  if (!parts.ports.supersedesLanded(repository.fullName)) return null;
  const known = await listLandedOn(parts.store.read, repository.id, run.ref, limits.landedCompared);
  const older: LandedRun[] = [];
  for (const other of known)
    if (other.isOpen && other.id !== run.id && (await isBefore(parts, repository, other, run, signal)))
      older.push(other);
  if (older.length === 0) return null;
  const starts = [run, ...older].map(({ request }) => request.before ?? null);
  const before = await oldestOf(parts, repository, starts, signal);
  return { older: older.map(({ id }) => id), before };
}

/** It is what the branch was at, or in the history of that, or of what the branch is now. */
async function isBefore(
  { ports }: Pick<PrepareParts, 'ports'>,
  repository: Repository,
  { commit }: LandedRun,
  run: Run,
  signal: AbortSignal,
): Promise<boolean> {
  const { before } = run.request;
  if (commit === before) return true;
  if (before && (await ports.isAncestor(repository, commit, before, signal))) return true;
  return ports.isAncestor(repository, commit, run.commit, signal);
}

/** The one that all others have in their history; null where there is none, or one of them is not known. */
async function oldestOf(
  { ports }: Pick<PrepareParts, 'ports'>,
  repository: Repository,
  [first, ...others]: readonly (CommitSha | null)[],
  signal: AbortSignal,
): Promise<CommitSha | null> {
  let oldest = first ?? null;
  for (const other of others) {
    if (oldest === null || other === null) return null;
    if (await ports.isAncestor(repository, oldest, other, signal)) continue;
    if (!(await ports.isAncestor(repository, other, oldest, signal))) return null;
    oldest = other;
  }
  return oldest;
}

/** Ends what it is asked to, as of a pull request with a newer head; in the transaction that plans the newer one. */
export async function endOlder(
  { runs, now }: Pick<PrepareParts, 'runs' | 'now'>,
  tx: Tx,
  ids: readonly RunId[],
  newer: CommitSha,
): Promise<Wake[]> {
  const wakes: Wake[] = [];
  for (const id of ids) {
    const run = await findRun(tx, id);
    if (!run || run.request.hasLandedElsewhere) continue;
    const message = `${shortCommit(newer)} is newer`;
    const event = { type: 'cancel-requested', at: now(), reason: 'superseded', message } as const;
    const { title, warnings, request } = run;
    const learned = { title, warnings, request: { ...request, outdatedBy: newer } };
    wakes.push(...(await runs.applyTo(tx, run, event, learned)).wakes);
  }
  return wakes;
}

/**
 * A push of a commit that has landed before. On another branch it keeps the commit from being ended; and where the branch was set
 * back to it, what had ended it is ended in its place. Told twice it changes nothing.
 */
export async function landAgain(parts: ChangeParts, tx: Tx, run: Run, push: Push): Promise<Wake[]> {
  const isElsewhere = run.ref !== push.branch;
  const { outdatedBy, before } = run.request;
  const isBack = outdatedBy !== undefined && (push.before !== before || push.before === outdatedBy);
  if (isElsewhere && !run.request.hasLandedElsewhere)
    await saveRun(tx, { ...run, request: { ...run.request, hasLandedElsewhere: true } });
  if (!isBack) return [];
  const left =
    isElsewhere || push.before === null ? [] : await listRunsOfCommit(tx, run.repositoryId, push.before);
  const others = left.filter(({ purpose, ref }) => purpose === 'landed' && ref === push.branch);
  return [
    ...(await revive(parts, tx, run, false)),
    ...(await endOlder(
      parts,
      tx,
      others.map(({ id }) => id),
      run.commit,
    )),
  ];
}
