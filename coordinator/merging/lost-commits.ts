/**
 * The commit of a batch is in the mirror and nowhere else. When it is gone (the mirror was deleted, or found damaged) nothing can
 * be said of the batch any more: it is given up, nobody is to blame, and its entries are merged and tested anew.
 */
import { shortCommit } from '#shared/short-commit.ts';
import { findMergeBatch, type MergeBatch } from '../store/merge-batches.ts';
import type { Lane } from './build-batch.ts';
import type { MergingParts } from './ports.ts';
import { applyToBatch } from './transitions.ts';
import { writeMerging } from './write-merging.ts';

/**
 * Keeps what is under way in the mirror, as whoever has built it was to do. What is built on a batch that is lost goes with it.
 * One that is landing may be on the branch already: `land-batch.ts` looks there first.
 */
export async function giveUpLost(
  parts: MergingParts,
  lane: Lane,
  chain: readonly MergeBatch[],
  signal: AbortSignal,
): Promise<void> {
  for (const batch of chain)
    if (batch.state.status !== 'landing' && !(await parts.git.keep(lane.repository, batch.commit, signal)))
      return abandonLost(parts, lane, batch);
}

export async function abandonLost(
  parts: MergingParts,
  lane: Lane,
  { id, commit }: MergeBatch,
): Promise<void> {
  const short = shortCommit(commit);
  const message = `${short} was lost with the mirror of ${lane.repository.fullName}; it is fetched again, and what was in ${short} is tested anew`;
  parts.report.warn({ batch: id }, message);
  await writeMerging(parts, async tx => {
    const batch = await findMergeBatch(tx, id);
    if (!batch) return [];
    return (await applyToBatch(parts, tx, batch, { type: 'abandoned', at: parts.now(), message })).wakes;
  });
}
