/** One look at one base branch: what is tested there, what lands, what is tested next. */

import { limits } from '#shared/limits.ts';
import { shortCommit } from '#shared/short-commit.ts';
import type { Wake } from '../ground/wake.ts';
import {
  findMergeBatch,
  findMergeLane,
  listActiveBatches,
  type MergeBatch,
  saveMergeLane,
} from '../store/merge-batches.ts';
import { findMergeEntry, type MergeEntry } from '../store/merge-entries.ts';
import type { Tx } from '../store/store.ts';
import type { Lane } from './build-batch.ts';
import { type Clashes, chainOf } from './chain.ts';
import { publishEntry } from './entry-status.ts';
import { OutsideError } from './errors.ts';
import { examineByForge, examineByStore, factsOfRun } from './examine.ts';
import { fillLane, listEntriesOf } from './fill-lane.ts';
import { abandonMoved, landBatch } from './land-batch.ts';
import { afterFailure } from './lane-policy.ts';
import { giveUpLost } from './lost-commits.ts';
import type { MergingParts } from './ports.ts';
import { applyToBatch, toEntries } from './transitions.ts';
import { type BatchVerdict, verdictOf } from './verdict.ts';
import { writeMerging } from './write-merging.ts';

/** `isBaseDue`: whether somebody else has pushed is to be asked now. */
export async function driveLane(
  parts: MergingParts,
  lane: Lane,
  clashes: Clashes,
  isBaseDue: boolean,
  signal: AbortSignal,
): Promise<void> {
  const underWay = async () => chainOf(await listActiveBatches(parts.store.read), lane);
  await giveUpLost(parts, lane, await underWay(), signal);
  const [first, ...others] = await underWay();
  if (first) await driveFirst(parts, lane, first, isBaseDue, signal);
  for (const batch of others) await driveAhead(parts, lane, batch);
  if (lane.policy.batch !== null) await fillLane(parts, lane, lane.policy.batch, clashes, signal);
}

async function driveFirst(
  parts: MergingParts,
  lane: Lane,
  batch: MergeBatch,
  isBaseDue: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (batch.state.status === 'landing') {
    if (batch.state.nextAt <= parts.now()) await landBatch(parts, lane, batch, signal);
    return;
  }
  const verdict = await verdictOn(parts, batch);
  if (verdict.type === 'passed') return pass(parts, lane, batch, signal);
  if (verdict.type === 'pending' && isBaseDue) {
    const tip = await parts.git.tip(lane.repository, lane.baseRef, signal);
    if (tip !== batch.baseSha) return writeMerging(parts, tx => abandonMoved(parts, tx, lane, batch, tip));
  }
  await writeMerging(parts, tx => record(parts, tx, lane, batch, verdict, 'first'));
}

/** While it was built on others its verdict may have come before theirs. */
async function verdictOn({ store }: MergingParts, { state }: MergeBatch): Promise<BatchVerdict> {
  if (state.status === 'passed') return { type: 'passed' };
  if (state.status === 'doubtful') return { type: 'failed', message: state.message };
  return verdictOf(await factsOfRun(store.read, state.run));
}

/** What it is built on has not landed: it is neither pushed nor to blame. */
async function driveAhead(parts: MergingParts, lane: Lane, batch: MergeBatch): Promise<void> {
  if (batch.state.status !== 'testing') return;
  const verdict = await verdictOn(parts, batch);
  await writeMerging(parts, tx => record(parts, tx, lane, batch, verdict, 'ahead'));
}

/** Approvals may have gone since it was put together: the forge is asked again about each. */
async function pass(parts: MergingParts, lane: Lane, { id }: MergeBatch, signal: AbortSignal): Promise<void> {
  const before = await findMergeBatch(parts.store.read, id);
  const entries: MergeEntry[] = [];
  for (const { entry } of before?.entries ?? []) {
    const found = await findMergeEntry(parts.store.read, entry);
    if (found) entries.push(found);
  }
  await examineByStore(parts, entries);
  if (!(await examineByForge(parts, entries, signal)))
    throw new OutsideError(
      `${before ? shortCommit(before.commit) : id} has passed, and GitHub could not be asked whether it may still land on ${lane.baseRef}; it is asked again`,
    );
  await writeMerging(parts, async tx => {
    const batch = await findMergeBatch(tx, id);
    if (batch?.state.status !== 'testing' && batch?.state.status !== 'passed') return [];
    const at = parts.now();
    const passed = await applyToBatch(parts, tx, batch, { type: 'passed', at });
    const { row, wakes } = await applyToBatch(parts, tx, passed.row, { type: 'landing-started', at });
    return [...wakes, ...(await toEntries(parts, tx, row, () => ({ type: 'landing-started', at })))];
  });
  const batch = await findMergeBatch(parts.store.read, id);
  if (batch?.state.status === 'landing') await landBatch(parts, lane, batch, signal);
}

async function record(
  parts: MergingParts,
  tx: Tx,
  lane: Lane,
  { id }: MergeBatch,
  verdict: BatchVerdict,
  place: 'first' | 'ahead',
): Promise<Wake[]> {
  const batch = await findMergeBatch(tx, id);
  if (batch?.state.status !== 'testing' && batch?.state.status !== 'doubtful') return [];
  const at = parts.now();
  switch (verdict.type) {
    case 'passed':
      return (await applyToBatch(parts, tx, batch, { type: 'passed', at })).wakes;
    case 'pending':
      return verdict.isPlanned ? toEntries(parts, tx, batch, () => ({ type: 'test-started', at })) : [];
    case 'failed': {
      const { message } = verdict;
      if (place === 'ahead')
        return (await applyToBatch(parts, tx, batch, { type: 'failed-ahead', at, message })).wakes;
      const { wakes } = await applyToBatch(parts, tx, batch, { type: 'failed', at, message });
      const suspects = afterFailure(batch.entries.map(({ entry }) => entry));
      const known = await findMergeLane(tx, lane);
      await saveMergeLane(tx, { ...known, suspects, baseSha: batch.baseSha, failedRun: batch.state.run });
      return wakes;
    }
    case 'infrastructure':
      return recordLoss(parts, tx, lane, batch, verdict.message);
  }
}

async function recordLoss(
  parts: MergingParts,
  tx: Tx,
  lane: Lane,
  batch: MergeBatch,
  words: string,
): Promise<Wake[]> {
  const at = parts.now();
  const event = { type: 'infrastructure-failed', at, message: words } as const;
  const { row, wakes } = await applyToBatch(parts, tx, batch, event);
  if (row.state.status !== 'abandoned') return wakes;
  const message = `${words}; nobody's change is to blame, it is tried again`;
  const known = await findMergeLane(tx, lane);
  await saveMergeLane(tx, { ...known, message, nextAt: at + limits.mergePauseMs });
  return wakes;
}

/** Their places in line change with every batch; the sentences follow at leisure. */
export const refreshStatuses = (parts: MergingParts, lane: Lane): Promise<void> =>
  writeMerging(parts, async tx => {
    const wakes: Wake[] = [];
    const entries = await listEntriesOf(tx, lane);
    for (const entry of entries)
      wakes.push(...(await publishEntry(parts, tx, entry, parts.now(), 'refresh', entries)));
    return wakes;
  });
