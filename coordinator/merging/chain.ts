/** Batches of a base branch that are under way, as the line that they are: each is built on the commit of the one before it. */
import type { CommitSha, MergeEntryId } from '#shared/ids.ts';
import type { LaneKey, MergeBatch } from '../store/merge-batches.ts';

export const isSameLane = (a: LaneKey, b: LaneKey): boolean =>
  a.repositoryId === b.repositoryId && a.baseRef === b.baseRef;

/** The first to land first. `batches` are all that are not over. */
export function chainOf(batches: readonly MergeBatch[], lane: LaneKey): MergeBatch[] {
  const here = batches.filter(batch => isSameLane(batch, lane));
  const chain: MergeBatch[] = [];
  let next = here.find(({ baseSha }) => !here.some(({ commit }) => commit === baseSha));
  while (next) {
    chain.push(next);
    const { commit } = next;
    next = here.find(({ baseSha }) => baseSha === commit);
  }
  return chain;
}

/** The pull requests that land before this batch does, in their order. */
export function numbersBefore(batches: readonly MergeBatch[], batch: MergeBatch): number[] {
  const chain = chainOf(batches, batch);
  const place = chain.findIndex(({ id }) => id === batch.id);
  return chain.slice(0, Math.max(0, place)).flatMap(({ entries }) => entries.map(({ number }) => number));
}

/** Entries that do not merge with what is built ahead; with the branch itself they may. To forget them costs a merge. */
export type Clashes = {
  note(base: CommitSha, entries: readonly MergeEntryId[]): void;
  isNoted(chain: readonly MergeBatch[], entry: MergeEntryId): boolean;
  /** What is under way no more is of no interest. */
  forgetBut(batches: readonly MergeBatch[]): void;
};

export function createClashes(): Clashes {
  const known = new Map<CommitSha, Set<MergeEntryId>>();
  return {
    note(base, entries) {
      known.set(base, new Set([...(known.get(base) ?? []), ...entries]));
    },
    isNoted: (chain, entry) => chain.some(({ commit }) => known.get(commit)?.has(entry)),
    forgetBut(batches) {
      for (const commit of known.keys())
        if (!batches.some(batch => batch.commit === commit)) known.delete(commit);
    },
  };
}
