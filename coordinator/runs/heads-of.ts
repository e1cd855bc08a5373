/**
 * The runs of a pull request as such, and their end. There is one for each commit: what two pull requests are at, or one was
 * closed at and another is opened at, is of both, whichever of them has brought it.
 */
import type { CommitSha } from '#shared/ids.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { type Change, isHeadOfOpenChange } from '../store/changes.ts';
import { findChangeRun, listRunsOfChange, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { ChangeParts } from './intake-ports.ts';

type EndParts = Pick<ChangeParts, 'runs' | 'now'>;

/** Those that it has brought, without that of its merge, and those of these heads. */
export async function listHeads(tx: Tx, change: Change, heads: readonly CommitSha[]): Promise<Run[]> {
  const brought = (await listRunsOfChange(tx, change.id)).filter(({ purpose }) => purpose === 'change');
  const runs = new Map(brought.map(run => [run.id, run]));
  for (const commit of heads) {
    const run = await findChangeRun(tx, change.repositoryId, commit);
    if (run) runs.set(run.id, run);
  }
  return [...runs.values()];
}

/** Ends the runs of the heads before. `known`: the pull request as it was before the word about its head. */
export async function supersede(
  parts: EndParts,
  tx: Tx,
  change: Change,
  known: Change | null,
): Promise<Wake[]> {
  const heads = await listHeads(tx, change, known ? [known.headSha] : []);
  const older = heads.filter(({ commit }) => commit !== change.headSha);
  return endUnused(parts, tx, change, older, {
    reason: 'superseded',
    message: `${shortCommit(change.headSha)} is newer`,
  });
}

/** Ends the runs of its head and of the heads before. `known`: as it was before the word that it is over. */
export async function cancelRuns(
  parts: EndParts,
  tx: Tx,
  change: Change,
  known: Change | null,
  message: string,
): Promise<Wake[]> {
  const heads = await listHeads(tx, change, [change.headSha, ...(known ? [known.headSha] : [])]);
  return endUnused(parts, tx, change, heads, { reason: 'cancelled', message });
}

/** Those that another open pull request is at go on. */
async function endUnused(
  { runs, now }: EndParts,
  tx: Tx,
  change: Change,
  heads: readonly Run[],
  why: { reason: 'superseded' | 'cancelled'; message: string },
): Promise<Wake[]> {
  const wakes: Wake[] = [];
  for (const run of heads) {
    if (await isHeadOfOpenChange(tx, change.repositoryId, run.commit, change.id)) continue;
    const event = { type: 'cancel-requested', at: now(), ...why } as const;
    wakes.push(...(await runs.applyTo(tx, run, event)).wakes);
  }
  return wakes;
}
