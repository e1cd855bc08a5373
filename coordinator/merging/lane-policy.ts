/**
 * What a merge queue tests next. Pure. A lane is one base branch: its entries land one batch after the other, each batch on
 * top of what has landed, so that the commit that was tested is the commit that lands.
 *
 * A failing batch is bisected. `suspects` are entries of which it is known that they fail together, in this order, on the
 * base as it is now. Their first half is tested next. When it passes it lands, and the rest are suspects on the new base:
 * that very tree has been tested. When it fails it is the suspect. One suspect alone is to blame, and no run is needed to
 * say so. Whatever changes the tree (a foreign push, an entry that leaves) ends the suspicion, never the entries.
 */
import type { Instant, MergeEntryId } from '#shared/ids.ts';

/** An entry that waits, with nothing against it. */
export type Candidate = { id: MergeEntryId; priority: number; askedAt: Instant };

export type LaneStep =
  | { type: 'rest' }
  | { type: 'test'; entries: MergeEntryId[] }
  | { type: 'eject'; entry: MergeEntryId };

/** The order in which entries land: the higher priority first, then who has asked first. */
export const inLine = <Entry extends Candidate>(entries: readonly Entry[]): Entry[] =>
  entries.toSorted(
    (a, b) => b.priority - a.priority || a.askedAt - b.askedAt || (a.id < b.id ? -1 : Number(a.id > b.id)),
  );

/** For a lane that tests nothing now. `max` is the largest batch. */
export function nextStep(
  candidates: readonly Candidate[],
  suspects: readonly MergeEntryId[],
  max: number,
): LaneStep {
  const line = inLine(candidates).map(({ id }) => id);
  const here = new Set(line);
  const [first, ...others] = suspects;
  // One that has left or must wait takes the suspicion with it.
  if (first !== undefined && suspects.every(id => here.has(id))) {
    if (others.length === 0) return { type: 'eject', entry: first };
    return { type: 'test', entries: suspects.slice(0, Math.ceil(suspects.length / 2)) };
  }
  return line.length === 0 ? { type: 'rest' } : { type: 'test', entries: line.slice(0, max) };
}

/** Those that are left of the suspects when a batch has landed: the base is now what the others failed on. */
export const afterLanding = (
  suspects: readonly MergeEntryId[],
  landed: readonly MergeEntryId[],
): MergeEntryId[] =>
  landed.every((id, index) => suspects[index] === id) ? suspects.slice(landed.length) : [];

/** A batch has failed: its entries fail together. */
export const afterFailure = (failed: readonly MergeEntryId[]): MergeEntryId[] => [...failed];

/** An entry has gone: what is known of it with others says nothing of the others. */
export const afterLeaving = (suspects: readonly MergeEntryId[], left: MergeEntryId): MergeEntryId[] =>
  suspects.includes(left) ? [] : [...suspects];
