/**
 * The loop of merging. Level-triggered over the store: each tick looks at the entries of which something may have changed, then
 * at every base branch that has some, and closes on the forge what has landed as a squash. At the start, when the clock was
 * set, and every few minutes it looks at every entry that is not over.
 */
import type { CommitSha } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import { findChangeById } from '../store/changes.ts';
import { findMergeLane, listActiveBatches } from '../store/merge-batches.ts';
import {
  findMergeEntry,
  listActiveEntries,
  listEntriesToClose,
  listOutdatedEntries,
  type MergeEntry,
  never,
  saveMergeEntry,
} from '../store/merge-entries.ts';
import { findRepository } from '../store/repositories.ts';
import { assertRole } from '../store/roles.ts';
import type { Lane } from './build-batch.ts';
import { createClashes } from './chain.ts';
import { driveLane, refreshStatuses } from './drive-lane.ts';
import { dropGivenUp } from './drop-commits.ts';
import { OutsideError } from './errors.ts';
import { examineByForge, examineByStore } from './examine.ts';
import { mergeByForge } from './forge-merge.ts';
import type { MergingParts } from './ports.ts';
import { applyToEntry } from './transitions.ts';

export type Merging = {
  /** One tick. @returns in how many ms the next is due, null when only a wake-up matters. */
  tick(signal: AbortSignal): Promise<number | null>;
  /** Jobs of this commit have settled. */
  touch(commit: CommitSha): void;
  /** Nobody knows what was missed: the next tick looks at everything. */
  begin(): void;
  /** A branch of the forge was pushed to: whether a base has moved is asked at the next tick. */
  branchMoved(): void;
};

/** `isQueue`: what lands there is tested by us first, or was when the configuration was another one. */
type LookedAt = { lane: Lane; isQueue: boolean; entries: MergeEntry[] };

type Key = string;
const keyOf = ({ repositoryId, baseRef }: Pick<MergeEntry, 'repositoryId' | 'baseRef'>): Key =>
  `${repositoryId} ${baseRef}`;

export function createMerging(parts: MergingParts): Merging {
  /** When each base branch was last asked for; to lose it costs a question. */
  const looked = new Map<Key, number>();
  const failedUntil = new Map<Key, number>();
  const clashes = createClashes();
  const touched = new Set<CommitSha>();
  const refreshedAt = new Map<Key, number>();
  let passAt = 0;

  async function tick(signal: AbortSignal): Promise<number | null> {
    if (!parts.isConfigured && (await listActiveEntries(parts.store.read)).length === 0) return null;
    const now = parts.now();
    // What is told while the tick goes on is for the next one.
    const told = new Set(touched);
    touched.clear();
    const isPass = now >= passAt;
    if (isPass) passAt = now + limits.mergePassMs;
    try {
      return await lookAtAll(await entriesToLookAt(now, told, isPass), signal);
    } catch (error) {
      for (const commit of told) touched.add(commit);
      if (isPass) passAt = 0;
      throw error;
    }
  }

  async function lookAtAll(entries: readonly MergeEntry[], signal: AbortSignal): Promise<number | null> {
    const due = await examineByStore(parts, entries);
    await examineByForge(parts, due, signal);
    for (const lane of await lanesOf()) {
      if (signal.aborted) return null;
      await look(lane, signal);
    }
    await closeLanded(parts, signal);
    await dropGivenUp(parts, signal);
    return nextLook();
  }

  async function entriesToLookAt(
    now: number,
    told: ReadonlySet<CommitSha>,
    isPass: boolean,
  ): Promise<MergeEntry[]> {
    const outdated = new Set(await listOutdatedEntries(parts.store.read));
    return (await listActiveEntries(parts.store.read)).filter(
      ({ id, headSha, nextAt }) => isPass || nextAt <= now || told.has(headSha) || outdated.has(id),
    );
  }

  async function lanesOf(): Promise<LookedAt[]> {
    const batches = await listActiveBatches(parts.store.read);
    const groups = Map.groupBy(await listActiveEntries(parts.store.read), keyOf);
    for (const batch of batches) if (!groups.has(keyOf(batch))) groups.set(keyOf(batch), []);
    clashes.forgetBut(batches);
    const lanes: LookedAt[] = [];
    for (const [key, entries] of groups) {
      const batch = batches.find(each => keyOf(each) === key) ?? null;
      const of = entries[0] ?? batch;
      const repository = of && (await findRepository(parts.store.read, of.repositoryId));
      const policy = repository && parts.policyFor(repository, of.baseRef);
      if (repository && policy)
        lanes.push({
          lane: { repositoryId: of.repositoryId, baseRef: of.baseRef, repository, policy },
          isQueue: policy.batch !== null || batch !== null,
          entries,
        });
    }
    return lanes;
  }

  /** What cannot be reached holds its own lane up, and no other. */
  async function look({ lane, isQueue, entries }: LookedAt, signal: AbortSignal): Promise<void> {
    const [key, at] = [keyOf(lane), parts.now()];
    if ((failedUntil.get(key) ?? 0) > at) return;
    const isBaseDue = at - (looked.get(key) ?? 0) >= limits.mergeBaseLookMs;
    if (isBaseDue) looked.set(key, at);
    try {
      // Begun on GitHub before there was a queue.
      const begun = entries.filter(({ state }) => state.status === 'landing' && state.batch === null);
      if (isQueue && begun.length > 0) await mergeByForge(parts, lane, begun, signal);
      if (isQueue) await driveLane(parts, lane, clashes, isBaseDue, signal);
      else await mergeByForge(parts, lane, entries, signal);
      if (at - (refreshedAt.get(key) ?? 0) >= limits.statusRefreshMs) {
        refreshedAt.set(key, at);
        await refreshStatuses(parts, lane);
      }
      failedUntil.delete(key);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OutsideError)) throw error;
      parts.report.warn({ repository: lane.repository.fullName, branch: lane.baseRef }, error.message);
      failedUntil.set(key, at + limits.mergeAgainMs);
    }
  }

  async function nextLook(): Promise<number | null> {
    const now = parts.now();
    const moments = [...failedUntil.values()].filter(until => until > now);
    const entries = await listActiveEntries(parts.store.read);
    for (const { state, nextAt, ...entry } of entries) {
      if (state.status === 'waiting' && state.why === null) {
        const { nextAt: laneAt } = await findMergeLane(parts.store.read, entry);
        if (laneAt > now) moments.push(laneAt);
      }
      // Those whose jobs are not through are woken by them.
      if (nextAt > now && nextAt !== never) moments.push(nextAt);
    }
    if (entries.length > 0) moments.push(passAt);
    for (const batch of await listActiveBatches(parts.store.read))
      moments.push(
        batch.state.status === 'landing'
          ? batch.state.nextAt
          : (looked.get(keyOf(batch)) ?? now) + limits.mergeBaseLookMs,
      );
    if (parts.forge)
      for (const { nextAt } of await listEntriesToClose(parts.store.read, never - 1, 1)) moments.push(nextAt);
    // What is due already could not be done now, and is not done by asking at once again.
    return moments.length === 0 ? null : Math.max(limits.mergeLookFirstMs, Math.min(...moments) - now);
  }

  return {
    tick,
    touch: commit => void touched.add(commit),
    begin() {
      passAt = 0;
    },
    branchMoved: () => looked.clear(),
  };
}

/** A squash is nothing that GitHub recognises: the pull request is closed, and its status names the commit. */
async function closeLanded(parts: MergingParts, signal: AbortSignal): Promise<void> {
  for (const entry of await listEntriesToClose(parts.store.read, parts.now(), limits.mergeLooksAtOnce)) {
    const change = await findChangeById(parts.store.read, entry.changeId);
    const repository = await findRepository(parts.store.read, entry.repositoryId);
    if (!change || !repository || !parts.forge) continue;
    try {
      const pull = await parts.forge.pullForMerge(repository.fullName, change.number, signal);
      if (pull.state === 'open') await parts.forge.close(repository.fullName, change.number, signal);
      await recordClosed(parts, entry);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OutsideError)) throw error;
      parts.report.warn({ entry: entry.id, repository: repository.fullName }, error.message);
      await putOffClosing(parts, entry);
    }
  }
}

const recordClosed = (parts: MergingParts, { id }: MergeEntry) =>
  parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const entry = await findMergeEntry(tx, id);
    if (entry) await applyToEntry(parts, tx, entry, { type: 'closed-on-forge', at: parts.now() });
  });

const putOffClosing = (parts: MergingParts, { id }: MergeEntry) =>
  parts.store.write(async tx => {
    await assertRole(tx, parts.role);
    const entry = await findMergeEntry(tx, id);
    if (entry) await saveMergeEntry(tx, { ...entry, nextAt: parts.now() + limits.mergeAgainMs });
  });
