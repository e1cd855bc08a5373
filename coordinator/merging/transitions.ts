/** The shell around the machines of entries and batches: load → decide → save and perform, in the caller's transaction. */
import { isRejected, type Rejection } from '#shared/decision.ts';
import type { MergeBatchId } from '#shared/ids.ts';
import { decideMergeBatch } from '#shared/merge-batch-machine.ts';
import { decideMergeEntry } from '#shared/merge-entry-machine.ts';
import type { MergeBatchEvent, MergeEntryEvent } from '#shared/merging.ts';
import type { Wake } from '../ground/wake.ts';
import { appendEvent } from '../store/events.ts';
import {
  findMergeBatch,
  findMergeLane,
  listActiveBatches,
  type MergeBatch,
  saveMergeBatch,
  saveMergeLane,
} from '../store/merge-batches.ts';
import { findMergeEntry, type MergeEntry, saveMergeEntry } from '../store/merge-entries.ts';
import type { Tx } from '../store/store.ts';
import { isSameLane } from './chain.ts';
import { publishEntry } from './entry-status.ts';
import { afterLeaving } from './lane-policy.ts';
import type { MergingParts } from './ports.ts';

type Parts = Pick<MergingParts, 'policyFor' | 'peopleUrl' | 'applyToRun'>;
type Applied<Row> = { row: Row; wakes: Wake[]; rejected?: Rejection };

/** `nextAt`: when the forge is asked about it again. */
export async function applyToEntry(
  parts: Parts,
  tx: Tx,
  stale: MergeEntry,
  event: MergeEntryEvent,
  nextAt = stale.nextAt,
): Promise<Applied<MergeEntry>> {
  const decision = decideMergeEntry(stale.state, event);
  if (isRejected(decision)) {
    const row = nextAt === stale.nextAt ? stale : await saveMergeEntry(tx, { ...stale, nextAt });
    return { row, wakes: [], rejected: decision.rejected };
  }
  // What has landed is closed on the forge at once, whenever it was looked at last.
  const dueAt = event.type === 'landed' ? event.at : nextAt;
  const row = await saveMergeEntry(tx, { ...stale, state: decision.state, nextAt: dueAt });
  const { at, type, ...data } = event;
  await appendEvent(tx, { at, type: `merge.${type}`, data: { entry: row.id, ...data } });
  const wakes: Wake[] = [{ type: 'merging' }];
  if (type === 'ejected' || type === 'withdrawn') await forgetSuspect(tx, row);
  for (const effect of decision.effects)
    wakes.push(
      ...(effect.type === 'publish-status'
        ? await publishEntry(parts, tx, row, at)
        : await abandon(parts, tx, effect.batch, row, at)),
    );
  return { row, wakes };
}

async function forgetSuspect(tx: Tx, entry: MergeEntry): Promise<void> {
  const lane = await findMergeLane(tx, entry);
  const suspects = afterLeaving(lane.suspects, entry.id);
  if (suspects.length !== lane.suspects.length) await saveMergeLane(tx, { ...lane, suspects });
}

async function abandon(
  parts: Parts,
  tx: Tx,
  id: MergeBatchId,
  left: MergeEntry,
  at: number,
): Promise<Wake[]> {
  const batch = await findMergeBatch(tx, id);
  const number = batch?.entries.find(({ entry }) => entry === left.id)?.number;
  const message = `#${number ?? '?'} left while it was tested`;
  return batch ? (await applyToBatch(parts, tx, batch, { type: 'abandoned', at, message })).wakes : [];
}

export async function applyToBatch(
  parts: Parts,
  tx: Tx,
  stale: MergeBatch,
  event: MergeBatchEvent,
): Promise<Applied<MergeBatch>> {
  const decision = decideMergeBatch(stale.state, event);
  if (isRejected(decision)) return { row: stale, wakes: [], rejected: decision.rejected };
  const row = await saveMergeBatch(tx, { ...stale, state: decision.state });
  const { at, type, ...data } = event;
  await appendEvent(tx, {
    at,
    type: `merge-batch.${type}`,
    run: row.state.run,
    data: { batch: row.id, ...data },
  });
  const wakes: Wake[] = [{ type: 'merging' }];
  for (const effect of decision.effects)
    switch (effect.type) {
      case 'rerun':
        wakes.push(...(await parts.applyToRun(tx, row.state.run, { type: 'rerun-requested', at })).wakes);
        break;
      case 'end-run': {
        const end = { type: 'cancel-requested', at, reason: 'superseded', message: effect.message } as const;
        wakes.push(...(await parts.applyToRun(tx, row.state.run, end)).wakes);
        break;
      }
      case 'release-entries':
        wakes.push(...(await toEntries(parts, tx, row, () => ({ type: 'released', at }))));
        break;
      case 'eject-entries': {
        const { message } = effect;
        const ejected = { type: 'ejected', at, reason: 'refused', message, run: row.state.run } as const;
        wakes.push(...(await toEntries(parts, tx, row, () => ejected)));
        break;
      }
      case 'push':
        break; // the loop pushes what is landing
    }
  if (['failed', 'abandoned', 'doubtful'].includes(row.state.status))
    wakes.push(...(await abandonAhead(parts, tx, row, at)));
  return { row, wakes };
}

/** What was built on it will never be what the branch becomes: its machines stop at once. */
async function abandonAhead(parts: Parts, tx: Tx, { commit, entries, ...lane }: MergeBatch, at: number) {
  const message = `what it is built on (${entries.map(({ number }) => `#${number}`).join(', ')}) does not land`;
  const wakes: Wake[] = [];
  for (const batch of await listActiveBatches(tx))
    if (batch.baseSha === commit && isSameLane(batch, lane))
      wakes.push(...(await applyToBatch(parts, tx, batch, { type: 'abandoned', at, message })).wakes);
  return wakes;
}

/** Tells every entry that is still in this batch. */
export async function toEntries(
  parts: Parts,
  tx: Tx,
  batch: MergeBatch,
  eventOf: (of: MergeBatch['entries'][number]) => MergeEntryEvent,
): Promise<Wake[]> {
  const wakes: Wake[] = [];
  for (const of of batch.entries) {
    const entry = await findMergeEntry(tx, of.entry);
    if (entry && 'batch' in entry.state && entry.state.batch === batch.id)
      wakes.push(...(await applyToEntry(parts, tx, entry, eventOf(of))).wakes);
  }
  return wakes;
}
