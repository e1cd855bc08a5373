/**
 * From a passed batch to the base branch. That it passed is stored before anything is pushed, and where it has got to is
 * read from the branch itself: a coordinator that dies between push and store finds its commit there.
 */

import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import { findChangeById, saveChange } from '../store/changes.ts';
import { findMergeBatch, findMergeLane, type MergeBatch, saveMergeLane } from '../store/merge-batches.ts';
import { findMergeEntry } from '../store/merge-entries.ts';
import { assertRole } from '../store/roles.ts';
import type { Tx } from '../store/store.ts';
import type { Lane } from './build-batch.ts';
import { publishEntry } from './entry-status.ts';
import { afterLanding } from './lane-policy.ts';
import { abandonLost } from './lost-commits.ts';
import type { MergingParts } from './ports.ts';
import { applyToBatch, toEntries } from './transitions.ts';

export async function landBatch(
  parts: MergingParts,
  lane: Lane,
  batch: MergeBatch,
  signal: AbortSignal,
): Promise<void> {
  const { repository, baseRef } = lane;
  const tip = await parts.git.tip(repository, baseRef, signal);
  if (tip === batch.commit || (tip && (await isBehind(parts, lane, tip, batch.commit, signal))))
    return recordLanded(parts, lane, batch);
  if (tip !== batch.baseSha) return tell(parts, batch, tx => abandonMoved(parts, tx, lane, batch, tip));
  if (!(await parts.git.keep(repository, batch.commit, signal))) return abandonLost(parts, lane, batch);
  const move = { branch: baseRef, from: batch.baseSha, commit: batch.commit };
  const pushed = await parts.git.push(repository, move, signal);
  if (pushed.type === 'pushed') return recordLanded(parts, lane, batch);
  if (pushed.type === 'moved') return parts.wakeUp([{ type: 'merging' }]);
  return tell(parts, batch, (tx, current) => recordRefusal(parts, tx, lane, current, pushed.message));
}

/** Somebody has pushed on top of what we pushed. */
async function isBehind(
  { git }: MergingParts,
  { repository, baseRef }: Lane,
  tip: CommitSha,
  commit: CommitSha,
  signal: AbortSignal,
): Promise<boolean> {
  await git.fetch(repository, tip, `refs/heads/${baseRef}`, signal);
  return git.contains(repository, tip, commit, signal);
}

async function tell(
  parts: MergingParts,
  batch: MergeBatch,
  say: (tx: Tx, current: MergeBatch) => Promise<Wake[]>,
): Promise<void> {
  const wakes = await parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const current = await findMergeBatch(tx, batch.id);
    return current ? say(tx, current) : [];
  });
  parts.wakeUp(wakes);
}

export async function abandonMoved(
  parts: MergingParts,
  tx: Tx,
  lane: Lane,
  { id }: MergeBatch,
  tip: CommitSha | null,
): Promise<Wake[]> {
  const batch = await findMergeBatch(tx, id);
  if (!batch) return [];
  const message = tip
    ? `somebody else has moved ${lane.baseRef} to ${shortCommit(tip)}`
    : `${lane.baseRef} is gone`;
  return (await applyToBatch(parts, tx, batch, { type: 'abandoned', at: parts.now(), message })).wakes;
}

async function recordRefusal(
  parts: MergingParts,
  tx: Tx,
  { baseRef }: Lane,
  batch: MergeBatch,
  words: string,
): Promise<Wake[]> {
  const at = parts.now();
  const tries = batch.state.status === 'landing' ? batch.state.tries : 0;
  const delayMs = Math.min(limits.retryFirstMs * 2 ** tries, limits.retryMaxMs);
  const retryAt = tries + 1 >= limits.mergePushTries ? null : at + delayMs;
  const message = `GitHub refuses the push to ${baseRef}: ${words}`;
  parts.report.warn({ batch: batch.id }, message);
  const { row, wakes } = await applyToBatch(parts, tx, batch, { type: 'push-failed', at, retryAt, message });
  // Their statuses say what an admin has to mend.
  for (const { entry: id } of row.entries) {
    const entry = await findMergeEntry(tx, id);
    if (entry?.state.status === 'landing') wakes.push(...(await publishEntry(parts, tx, entry, at)));
  }
  return wakes;
}

/** The branch is where the batch has brought it: entries, pull requests and what is known of the lane follow. */
async function recordLanded(parts: MergingParts, lane: Lane, batch: MergeBatch): Promise<void> {
  await tell(parts, batch, async (tx, current) => {
    const at = parts.now();
    const { row, wakes, rejected } = await applyToBatch(parts, tx, current, { type: 'landed', at });
    if (rejected) return wakes;
    // GitHub sees by itself what has been merged; a squash looks like anything else to it.
    const isToClose = lane.policy.method === 'squash';
    wakes.push(
      ...(await toEntries(parts, tx, row, ({ commit }) => ({ type: 'landed', at, commit, isToClose }))),
    );
    for (const { change } of row.entries) {
      const known = await findChangeById(tx, change);
      if (known?.state === 'open') await saveChange(tx, { ...known, state: 'merged' });
    }
    const known = await findMergeLane(tx, lane);
    const suspects = afterLanding(
      known.suspects,
      row.entries.map(({ entry }) => entry),
    );
    await saveMergeLane(tx, { ...known, suspects, baseSha: row.commit, message: null, nextAt: 0 });
    return wakes;
  });
}
