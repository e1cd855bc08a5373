/**
 * Merging without a queue of our own: GitHub merges the very head that was tested, or refuses. That it is about to be
 * merged is stored first; after a crash GitHub itself says how it ended.
 */

import { limits } from '#shared/limits.ts';
import type { MergeEntryEvent } from '#shared/merging.ts';
import { findChangeById } from '../store/changes.ts';
import { findMergeEntry, type MergeEntry } from '../store/merge-entries.ts';
import { assertRole } from '../store/roles.ts';
import type { Lane } from './build-batch.ts';
import { OutsideError } from './errors.ts';
import { inLine } from './lane-policy.ts';
import type { MergingParts } from './ports.ts';
import { applyToEntry } from './transitions.ts';

/** One after the other: each of them changes what the next is merged into. */
export async function mergeByForge(
  parts: MergingParts,
  lane: Lane,
  entries: readonly MergeEntry[],
  signal: AbortSignal,
): Promise<void> {
  const ready = entries.filter(({ state }) => state.status === 'waiting' && state.why === null);
  const begun = entries.filter(
    ({ state, nextAt }) => state.status === 'landing' && state.batch === null && nextAt <= parts.now(),
  );
  for (const entry of [...begun, ...inLine(ready)]) {
    if (signal.aborted) return;
    const landing = await apply(parts, entry, { type: 'landing-started', at: parts.now() });
    if (landing?.state.status === 'landing') await mergeOne(parts, lane, landing, signal);
  }
}

async function mergeOne(
  parts: MergingParts,
  { repository: { fullName }, policy: { method } }: Lane,
  entry: MergeEntry,
  signal: AbortSignal,
): Promise<void> {
  const change = await findChangeById(parts.store.read, entry.changeId);
  if (!change || !parts.forge) return;
  const { number } = change;
  try {
    const pull = await parts.forge.pullForMerge(fullName, number, signal);
    const at = parts.now();
    if (pull.state === 'merged' && pull.mergeSha)
      return void (await apply(parts, entry, {
        type: 'landed',
        at,
        commit: pull.mergeSha,
        isToClose: false,
      }));
    const answer = await parts.forge.merge({ fullName, number, head: entry.headSha, method }, signal);
    await apply(parts, entry, eventOf(answer, at));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof OutsideError)) throw error;
    parts.report.warn({ entry: entry.id, repository: fullName }, error.message);
    // It may have been merged, and only the answer be lost: GitHub is asked first the next time.
    await apply(
      parts,
      entry,
      { type: 'landing-started', at: parts.now() },
      parts.now() + limits.mergeAgainMs,
    );
  }
}

type Answer = Awaited<ReturnType<NonNullable<MergingParts['forge']>['merge']>>;

function eventOf(answer: Answer, at: number): MergeEntryEvent {
  switch (answer.type) {
    case 'merged':
      return { type: 'landed', at, commit: answer.commit, isToClose: false };
    case 'moved':
      return { type: 'released', at };
    case 'refused':
      return { type: 'ejected', at, reason: 'refused', message: answer.message, run: null };
  }
}

async function apply(
  parts: MergingParts,
  { id }: MergeEntry,
  event: MergeEntryEvent,
  nextAt?: number,
): Promise<MergeEntry | null> {
  const { row, wakes } = await parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const entry = await findMergeEntry(tx, id);
    // A head that GitHub calls outdated is looked at again at once.
    const again = event.type === 'released' ? 0 : nextAt;
    return entry ? applyToEntry(parts, tx, entry, event, again ?? entry.nextAt) : { row: null, wakes: [] };
  });
  parts.wakeUp(wakes);
  return row;
}
