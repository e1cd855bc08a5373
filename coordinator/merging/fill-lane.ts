/** What is tested next at a base branch: on the branch itself, or ahead on what is under way there. */
import type { CommitSha, MergeEntryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import {
  findMergeBatch,
  findMergeLane,
  type LaneKey,
  listActiveBatches,
  type MergeBatch,
  type MergeLane,
  saveMergeLane,
} from '../store/merge-batches.ts';
import { findMergeEntry, listActiveEntries, type MergeEntry } from '../store/merge-entries.ts';
import type { Tx } from '../store/store.ts';
import { buildBatch, type Lane } from './build-batch.ts';
import { type Clashes, chainOf, isSameLane } from './chain.ts';
import { type Ahead, type LaneStep, nextStep } from './lane-policy.ts';
import type { MergingParts } from './ports.ts';
import { applyToBatch, applyToEntry } from './transitions.ts';
import { writeMerging } from './write-merging.ts';

/** As the lane is now. `base`: the branch, as what is first is built on it. */
type Now = { known: MergeLane; chain: MergeBatch[]; entries: MergeEntry[]; base: CommitSha | null };

const isReady = ({ state }: MergeEntry): boolean => state.status === 'waiting' && state.why === null;

export const listEntriesOf = async (tx: Tx, lane: LaneKey): Promise<MergeEntry[]> =>
  (await listActiveEntries(tx)).filter(entry => isSameLane(entry, lane));

/** Until nothing more is to be begun. */
export async function fillLane(
  parts: MergingParts,
  lane: Lane,
  max: number,
  clashes: Clashes,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const now = await look(parts, lane, signal);
    if (!now?.base) return;
    const { chain } = now;
    const step = nextStep({
      candidates: now.entries.filter(entry => isReady(entry) && !clashes.isNoted(chain, entry.id)),
      suspects: now.base === now.known.baseSha ? now.known.suspects : [],
      ahead: chain.map(batch => aheadOf(batch, now.entries)),
      max,
      depth: lane.policy.depth,
    });
    if (!(await take(parts, lane, now, step, clashes, signal))) return;
  }
}

/** Null: there is nothing to begin. Where nothing is under way the forge says where the branch is. */
async function look(parts: MergingParts, lane: Lane, signal: AbortSignal): Promise<Now | null> {
  const { store, git, now } = parts;
  const known = await findMergeLane(store.read, lane);
  const entries = await listEntriesOf(store.read, lane);
  const chain = chainOf(await listActiveBatches(store.read), lane);
  const first = entries.find(isReady);
  if (!first || known.nextAt > now()) return null;
  if (chain[0]) return { known, chain, entries, base: chain[0].baseSha };
  // A mirror that was lost comes back with the first head.
  await git.fetch(lane.repository, first.headSha, `refs/heads/${lane.baseRef}`, signal);
  const base = await git.tip(lane.repository, lane.baseRef, signal);
  if (!base) await pause(parts, lane, `${lane.repository.fullName} has no branch ${lane.baseRef}`);
  return { known, chain, entries, base };
}

const aheadOf = ({ entries, state }: MergeBatch, all: readonly MergeEntry[]): Ahead => ({
  entries: entries.map(({ entry }) => entry),
  priority: Math.max(...entries.map(({ entry }) => all.find(({ id }) => id === entry)?.priority ?? 0)),
  isDoubtful: state.status === 'doubtful',
});

/** @returns whether there may be more to do */
async function take(
  parts: MergingParts,
  lane: Lane,
  { chain, base }: Now,
  step: LaneStep,
  clashes: Clashes,
  signal: AbortSignal,
): Promise<boolean> {
  switch (step.type) {
    case 'rest':
      return false;
    case 'eject':
      await eject(parts, lane, step.entry);
      return true;
    case 'overtake':
      await overtake(parts, chain[step.from], step.by);
      return true;
    case 'test': {
      const top = chain.at(-1);
      const ground = { base: top?.commit ?? base, isAhead: top !== undefined };
      if (!ground.base) return false;
      if (!top) await parts.git.fetch(lane.repository, ground.base, `refs/heads/${lane.baseRef}`, signal);
      const made = await buildBatch(parts, lane, { ...ground, base: ground.base }, step.entries, signal);
      clashes.note(ground.base, made.clashing);
      return made.isMade || made.clashing.length > 0;
    }
  }
}

const eject = (parts: MergingParts, lane: Lane, id: MergeEntryId): Promise<void> =>
  writeMerging(parts, async tx => {
    const entry = await findMergeEntry(tx, id);
    if (!entry || !isReady(entry)) return [];
    const { failedRun: run } = await findMergeLane(tx, lane);
    const message = `it fails on what ${lane.baseRef} has become`;
    const event = { type: 'ejected', at: parts.now(), reason: 'failed', message, run } as const;
    return (await applyToEntry(parts, tx, entry, event)).wakes;
  });

/** What is built on it goes with it. Its machines stop at once. */
const overtake = (parts: MergingParts, stale: MergeBatch | undefined, by: MergeEntryId): Promise<void> =>
  writeMerging(parts, async tx => {
    const batch = stale && (await findMergeBatch(tx, stale.id));
    const urgent = await findMergeEntry(tx, by);
    if (!batch || !urgent) return [];
    const message = `what is more urgent (priority ${urgent.priority}) goes first`;
    return (await applyToBatch(parts, tx, batch, { type: 'abandoned', at: parts.now(), message })).wakes;
  });

async function pause(parts: MergingParts, lane: Lane, message: string): Promise<void> {
  await writeMerging(parts, async tx => {
    const known = await findMergeLane(tx, lane);
    await saveMergeLane(tx, { ...known, message, nextAt: parts.now() + limits.mergePauseMs });
    return [];
  });
}
