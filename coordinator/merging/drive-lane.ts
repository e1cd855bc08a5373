/** One look at one base branch: what is tested there, what lands, what is tested next. */
import { limits } from '#shared/limits.ts';
import { findMergeBatch, findMergeLane, type MergeBatch, saveMergeLane } from '../store/merge-batches.ts';
import { findMergeEntry, listActiveEntries, type MergeEntry } from '../store/merge-entries.ts';
import { assertRole } from '../store/roles.ts';
import type { Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import { buildBatch, type Lane } from './build-batch.ts';
import { publishEntry } from './entry-status.ts';
import { OutsideError } from './errors.ts';
import { examineByForge, examineByStore, factsOfRun } from './examine.ts';
import { abandonMoved, landBatch } from './land-batch.ts';
import { afterFailure, nextStep } from './lane-policy.ts';
import type { MergingParts } from './ports.ts';
import { applyToBatch, applyToEntry, toEntries } from './transitions.ts';
import { type BatchVerdict, verdictOf } from './verdict.ts';

/** `isBaseDue`: whether somebody else has pushed is to be asked now. */
export async function driveLane(
  parts: MergingParts,
  lane: Lane,
  batch: MergeBatch | null,
  isBaseDue: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (batch?.state.status === 'landing') {
    if (batch.state.nextAt <= parts.now()) await landBatch(parts, lane, batch, signal);
  } else if (batch) await driveTest(parts, lane, batch, isBaseDue, signal);
  else if (lane.policy.batch !== null) await testNext(parts, lane, lane.policy.batch, signal);
}

async function driveTest(
  parts: MergingParts,
  lane: Lane,
  batch: MergeBatch,
  isBaseDue: boolean,
  signal: AbortSignal,
): Promise<void> {
  const verdict = verdictOf(await factsOfRun(parts.store.read, batch.state.run));
  if (verdict.type === 'passed') return pass(parts, lane, batch, signal);
  if (verdict.type === 'pending' && isBaseDue) {
    const tip = await parts.git.tip(lane.repository, lane.baseRef, signal);
    if (tip !== batch.baseSha) return write(parts, tx => abandonMoved(parts, tx, lane, batch, tip));
  }
  await write(parts, tx => record(parts, tx, lane, batch, verdict));
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
      `${before?.commit.slice(0, 7)} has passed, and GitHub could not be asked whether it may still land on ${lane.baseRef}; it is asked again`,
    );
  await write(parts, async tx => {
    const batch = await findMergeBatch(tx, id);
    if (batch?.state.status !== 'testing') return [];
    const at = parts.now();
    const { row, wakes } = await applyToBatch(parts, tx, batch, { type: 'passed', at });
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
): Promise<Wake[]> {
  const batch = await findMergeBatch(tx, id);
  if (batch?.state.status !== 'testing') return [];
  const at = parts.now();
  switch (verdict.type) {
    case 'passed':
      return [];
    case 'pending':
      return verdict.isPlanned ? toEntries(parts, tx, batch, () => ({ type: 'test-started', at })) : [];
    case 'failed': {
      const { message } = verdict;
      const { wakes } = await applyToBatch(parts, tx, batch, { type: 'failed', at, message });
      const suspects = afterFailure(batch.entries.map(({ entry }) => entry));
      const known = await findMergeLane(tx, lane);
      await saveMergeLane(tx, { ...known, suspects, baseSha: batch.baseSha, failedRun: batch.state.run });
      return wakes;
    }
    case 'infrastructure': {
      const { row, wakes } = await applyToBatch(parts, tx, batch, {
        type: 'infrastructure-failed',
        at,
        message: verdict.message,
      });
      if (row.state.status !== 'abandoned') return wakes;
      const message = `${verdict.message}; nobody's change is to blame, it is tried again`;
      const known = await findMergeLane(tx, lane);
      await saveMergeLane(tx, { ...known, message, nextAt: at + limits.mergePauseMs });
      return wakes;
    }
  }
}

const isReady = ({ state }: MergeEntry): boolean => state.status === 'waiting' && state.why === null;

const entriesOf = async (tx: Tx, { repositoryId, baseRef }: Lane): Promise<MergeEntry[]> =>
  (await listActiveEntries(tx)).filter(
    entry => entry.repositoryId === repositoryId && entry.baseRef === baseRef,
  );

async function testNext(parts: MergingParts, lane: Lane, max: number, signal: AbortSignal): Promise<void> {
  const { store, now, git } = parts;
  const known = await findMergeLane(store.read, lane);
  const ready = (await entriesOf(store.read, lane)).filter(isReady);
  const [first] = ready;
  if (!first || known.nextAt > now()) return;
  // A mirror that was lost comes back with the first head.
  await git.fetch(lane.repository, first.headSha, `refs/heads/${lane.baseRef}`, signal);
  const tip = await git.tip(lane.repository, lane.baseRef, signal);
  if (!tip) return pause(parts, lane, `${lane.repository.fullName} has no branch ${lane.baseRef}`);
  const step = nextStep(ready, tip === known.baseSha ? known.suspects : [], max);
  if (step.type === 'rest') return;
  if (step.type === 'eject') {
    await write(parts, async tx => {
      const entry = await findMergeEntry(tx, step.entry);
      if (!entry || !isReady(entry)) return [];
      const { failedRun: run } = await findMergeLane(tx, lane);
      const message = `it fails on what ${lane.baseRef} has become`;
      const event = { type: 'ejected', at: now(), reason: 'failed', message, run } as const;
      return (await applyToEntry(parts, tx, entry, event)).wakes;
    });
    return;
  }
  await git.fetch(lane.repository, tip, `refs/heads/${lane.baseRef}`, signal);
  await buildBatch(parts, lane, tip, step.entries, signal);
}

async function pause(parts: MergingParts, lane: Lane, message: string): Promise<void> {
  await write(parts, async tx => {
    const known = await findMergeLane(tx, lane);
    await saveMergeLane(tx, { ...known, message, nextAt: parts.now() + limits.mergePauseMs });
    return [];
  });
}

/** Their places in line change with every batch; the sentences follow at leisure. */
export const refreshStatuses = (parts: MergingParts, lane: Lane): Promise<void> =>
  write(parts, async tx => {
    const wakes: Wake[] = [];
    for (const entry of await entriesOf(tx, lane))
      wakes.push(...(await publishEntry(parts, tx, entry, parts.now(), 'refresh')));
    return wakes;
  });

async function write(parts: MergingParts, change: (tx: Tx) => Promise<Wake[]>): Promise<void> {
  const wakes = await parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    return change(tx);
  });
  parts.wakeUp(wakes);
}
