/**
 * What a commit is to be merged into. Of the head of several pull requests it is the base of each: what one of them asks for is
 * asked of the commit. A base that comes or goes has the commit planned once more.
 */
import type { CommitSha, RepositoryId, RunId } from '#shared/ids.ts';
import type { Wake } from '../ground/wake.ts';
import { type Change, findChangeById, listOpenChangesAt } from '../store/changes.ts';
import { findChangeRun, type Run } from '../store/runs.ts';
import type { Tx } from '../store/store.ts';
import type { ChangeParts } from './intake-ports.ts';

export type Base = { ref: string; commit: CommitSha };

/** As they were last heard of, those of older pull requests first; none where the commit is to be merged into nothing. */
export async function basesOf(
  tx: Tx,
  { purpose, changeId, repositoryId, commit, request }: Run,
): Promise<Base[]> {
  if (purpose !== 'change') return request.base ? [request.base] : [];
  const open = await listOpenChangesAt(tx, repositoryId, commit);
  // An older commit of its branch, or a pull request that is closed.
  const own = open.length === 0 && changeId ? await findChangeById(tx, changeId) : null;
  return byRef(own ? [own] : open);
}

const byRef = (changes: readonly Change[]): Base[] => [
  ...new Map(changes.map(({ baseRef: ref, baseSha: commit }) => [ref, { ref, commit }])).values(),
];

export const isSameBases = (some: readonly Pick<Base, 'ref'>[], others: readonly Pick<Base, 'ref'>[]) =>
  some.length === others.length && some.every(({ ref }) => others.some(other => other.ref === ref));

/** The run of a head and its bases, before a word about a pull request is noted; null: it has none yet. */
export type KnownBases = { run: RunId; bases: Pick<Base, 'ref'>[] } | null;

export async function knownBases(tx: Tx, repositoryId: RepositoryId, commit: CommitSha): Promise<KnownBases> {
  const run = await findChangeRun(tx, repositoryId, commit);
  if (!run) return null;
  // What a plan was made for is not what the rows say: they may have changed while the commit was nobody's head.
  const planned = run.state.status === 'planned' ? run.request.plannedFor : undefined;
  return { run: run.id, bases: planned?.map(ref => ({ ref })) ?? (await basesOf(tx, run)) };
}

/** After it was noted, in the same transaction. A commit that is no head any more is not looked at again. */
export async function followBases(
  { runs, now }: Pick<ChangeParts, 'runs' | 'now'>,
  tx: Tx,
  repositoryId: RepositoryId,
  commit: CommitSha,
  known: KnownBases,
): Promise<Wake[]> {
  const open = await listOpenChangesAt(tx, repositoryId, commit);
  if (!known || open.length === 0 || isSameBases(byRef(open), known.bases)) return [];
  return (await runs.apply(tx, known.run, { type: 'base-changed', at: now() })).wakes;
}

/** The commits before a head, where each is tested by itself: they are to be merged into what it is. Those of other bases stay. */
export async function followBasesOf(
  { runs, now }: Pick<ChangeParts, 'runs' | 'now'>,
  tx: Tx,
  earlier: readonly Run[],
): Promise<Wake[]> {
  const wakes: Wake[] = [];
  for (const run of earlier) {
    const planned = run.state.status === 'planned' ? run.request.plannedFor : undefined;
    const isPlannedFor = planned?.map(ref => ({ ref }));
    if (isPlannedFor && isSameBases(await basesOf(tx, run), isPlannedFor)) continue;
    wakes.push(...(await runs.applyTo(tx, run, { type: 'base-changed', at: now() })).wakes);
  }
  return wakes;
}
