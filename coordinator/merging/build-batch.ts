/** What the base branch becomes with the next entries, as a commit in the mirror and a run that tests it. */
import type { CommitSha, MergeEntryId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { MergeEntryEvent } from '#shared/merging.ts';
import { titleFrom } from '#shared/title.ts';
import type { Wake } from '../ground/wake.ts';
import { type Change, findChangeById } from '../store/changes.ts';
import {
  type BatchedEntry,
  findMergeLane,
  insertMergeBatch,
  type LaneKey,
  listActiveBatches,
  saveMergeLane,
} from '../store/merge-batches.ts';
import { findMergeEntry, type MergeEntry } from '../store/merge-entries.ts';
import type { Repository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import { ensureRun, type NewRun } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import { chainOf } from './chain.ts';
import type { MergePolicy } from './policy.ts';
import type { MergedPart, MergingParts } from './ports.ts';
import { applyToEntry } from './transitions.ts';

export type Lane = LaneKey & { repository: Repository; policy: MergePolicy };
type Part = { entry: MergeEntry; change: Change };
type Left = { entry: MergeEntry; event: MergeEntryEvent };
type Built = { entries: BatchedEntry[]; parts: Part[]; left: Left[]; clashing: MergeEntryId[] };

/** On the branch as it is (`isAhead` false), or on the commit of a batch that has not landed yet. */
export type Ground = { base: CommitSha; isAhead: boolean };

/**
 * Makes and stores the batch. An entry that does not merge with the branch is ejected; one that only clashes with others, or
 * with what is built ahead, waits. @returns those that do not merge with what is built ahead
 */
export async function buildBatch(
  parts: MergingParts,
  lane: Lane,
  ground: Ground,
  ids: readonly MergeEntryId[],
  signal: AbortSignal,
): Promise<{ isMade: boolean; clashing: MergeEntryId[] }> {
  const chosen = await load(parts, ids);
  for (const { entry, change } of chosen)
    await parts.git.fetch(lane.repository, entry.headSha, `refs/pull/${change.number}/head`, signal);
  const built = await build(parts, lane, ground, chosen, signal);
  signal.throwIfAborted();
  const { isMade, wakes } = await parts.store.write(tx => save(parts, tx, lane, ground, built));
  // Only what has a row stays in the mirror. Whoever dies here keeps it with the next look.
  const commit = built.entries.at(-1)?.commit;
  if (isMade && commit) await parts.git.keep(lane.repository, commit, signal);
  parts.wakeUp(wakes);
  return { isMade, clashing: built.clashing };
}

async function load({ store }: MergingParts, ids: readonly MergeEntryId[]): Promise<Part[]> {
  const chosen: Part[] = [];
  for (const id of ids) {
    const entry = await findMergeEntry(store.read, id);
    const change = entry && (await findChangeById(store.read, entry.changeId));
    if (change) chosen.push({ entry, change });
  }
  return chosen;
}

async function build(
  { git, now }: MergingParts,
  { repository, policy, baseRef }: Lane,
  { base, isAhead }: Ground,
  chosen: readonly Part[],
  signal: AbortSignal,
): Promise<Built> {
  const at = now();
  const merge = (some: readonly Part[]) =>
    git.merge(
      repository,
      {
        base,
        parts: some.map(({ entry, change }) => ({
          head: entry.headSha,
          message: messageOf(change, policy.method),
        })),
        method: policy.method === 'squash' ? 'squash' : 'merge',
        committer: policy.committer,
        at,
      },
      signal,
    );
  const results = await merge(chosen);
  const built: Built = { entries: [], parts: [], left: [], clashing: [] };
  for (const [index, part] of chosen.entries()) {
    const result = results[index];
    if (result && 'commit' in result) {
      built.entries.push(batchedEntry(part, result.commit));
      built.parts.push(part);
      continue;
    }
    if (isAhead) {
      built.clashing.push(part.entry.id);
      continue;
    }
    // Not with the base, or only not with one that may never land?
    const [alone] = await merge([part]);
    const event = alone && refusalOf(alone, baseRef, at);
    if (event) built.left.push({ entry: part.entry, event });
  }
  return built;
}

const batchedEntry = ({ entry, change }: Part, commit: CommitSha): BatchedEntry => ({
  entry: entry.id,
  change: change.id,
  number: change.number,
  head: entry.headSha,
  commit,
});

function refusalOf(alone: MergedPart, baseRef: string, at: number): MergeEntryEvent | null {
  if ('commit' in alone) return null;
  const reason = 'conflict' in alone ? ('conflict' as const) : ('nothing-to-merge' as const);
  const message =
    'conflict' in alone
      ? `it conflicts with ${baseRef}: ${pathsText(alone.conflict)}`
      : `it changes nothing that ${baseRef} has not`;
  return { type: 'ejected', at, reason, message, run: null };
}

function pathsText(paths: readonly string[]): string {
  if (paths.length === 0) return 'they have no history in common';
  const named = paths.slice(0, limits.conflictPaths).join(', ');
  const more = paths.length - limits.conflictPaths;
  return more > 0 ? `${named} and ${more} more` : named;
}

/** As GitHub writes it. */
const messageOf = ({ number, title, headRef }: Change, method: MergePolicy['method']): string =>
  method === 'squash'
    ? `${titleFrom(title)} (#${number})`
    : `Merge pull request #${number} from ${titleFrom(headRef)}\n\n${titleFrom(title)}`;

/** Unless one of its entries has changed meanwhile, or what it is built on is given up: then the next tick begins anew. */
async function save(
  parts: MergingParts,
  tx: Tx,
  lane: Lane,
  { base, isAhead }: Ground,
  { entries, parts: chosen, left }: Built,
): Promise<{ isMade: boolean; wakes: Wake[] }> {
  await assertRole(tx, parts.role);
  for (const { entry } of [...chosen, ...left])
    if ((await findMergeEntry(tx, entry.id))?.version !== entry.version) return anew([]);
  if (isAhead && chainOf(await listActiveBatches(tx), lane).at(-1)?.commit !== base) return anew([]);
  const wakes: Wake[] = [];
  for (const { entry, event } of left) wakes.push(...(await applyToEntry(parts, tx, entry, event)).wakes);
  const last = entries.at(-1);
  if (!last) return anew(wakes);
  const at = parts.now();
  const known = await findMergeLane(tx, lane);
  if (!isAhead && known.baseSha !== base)
    await saveMergeLane(tx, { ...known, suspects: [], baseSha: base, message: null });
  const { run } = await ensureRun(tx, runOf(lane, base, entries, last.commit, at), at);
  const batch = await insertMergeBatch(tx, {
    repositoryId: lane.repositoryId,
    baseRef: lane.baseRef,
    baseSha: base,
    commit: last.commit,
    entries,
    state: { status: 'testing', run: run.id, reruns: 0 },
    createdAt: at,
  });
  for (const { entry } of chosen)
    wakes.push(...(await applyToEntry(parts, tx, entry, { type: 'batched', at, batch: batch.id })).wakes);
  return { isMade: true, wakes: [...wakes, { type: 'preparation' }] };
}

const anew = (wakes: Wake[]) => ({ isMade: false, wakes: [...wakes, { type: 'merging' as const }] });

const runOf = (
  { repositoryId, baseRef }: Lane,
  base: CommitSha,
  entries: readonly BatchedEntry[],
  commit: CommitSha,
  at: number,
): NewRun => ({
  repositoryId,
  commit,
  ref: baseRef,
  purpose: 'merge-queue',
  changeId: null,
  // Each of its changes has an approval of its head, or is of somebody who may write.
  isTrusted: true,
  title: `${entries.map(({ number }) => `#${number}`).join(', ')} into ${baseRef}`,
  author: 'merge queue',
  // Its conditions count, not those that one of the changes brings.
  request: { command: null, images: null, landed: false, base: { ref: baseRef, commit: base } },
  state: { status: 'preparing', tries: 0, nextAt: at, message: null },
});
