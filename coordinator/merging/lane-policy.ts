/**
 * What a merge queue tests next. Pure. A lane is one base branch: its entries land one batch after the other, each batch on
 * top of what has landed, so that the commit that was tested is the commit that lands.
 *
 * Batches run ahead of each other: while one is tested the next is built on its merged result, as if that had landed, and
 * tested at the same time. `ahead` are all of them in the order in which they land. When the first lands the next is first,
 * and needs no other test. When one fails, goes or is overtaken, those that are built on it are nothing any more.
 *
 * A failing batch is bisected. `suspects` are entries of which it is known that they fail together, in this order, on the
 * base as it is now. Their first half is tested next. When it passes it lands, and the rest are suspects on the new base:
 * that very tree has been tested. When it fails it is the suspect. One suspect alone is to blame, and no run is needed to
 * say so. Whatever changes the tree (a foreign push, an entry that leaves) ends the suspicion, never the entries. What is
 * built ahead follows the same rules on the base as it will be if all before it lands.
 *
 * An entry with a higher priority goes before everybody with a lower one who is not in the first batch, suspects included: it
 * waits for one test at most. Only equals are tested together, so that nobody's failure holds up what is more urgent.
 */
import type { Instant, MergeEntryId } from '#shared/ids.ts';

/** An entry that waits, with nothing against it. */
export type Candidate = { id: MergeEntryId; priority: number; askedAt: Instant };

export type Ahead = {
  entries: readonly MergeEntryId[];
  /** The highest of its entries. */
  priority: number;
  /** It has failed, and whether its own entries are to blame is not known yet: nothing is built on it. */
  isDoubtful: boolean;
};

export type LaneFacts = {
  candidates: readonly Candidate[];
  suspects: readonly MergeEntryId[];
  /** What is under way, the first to land first. */
  ahead: readonly Ahead[];
  /** The largest batch. */
  max: number;
  /** So many batches are under way at most. */
  depth: number;
};

export type LaneStep =
  | { type: 'rest' }
  /** On top of all that is under way. */
  | { type: 'test'; entries: MergeEntryId[] }
  | { type: 'eject'; entry: MergeEntryId }
  /** Batches from this one on are given up: `by` goes before them. */
  | { type: 'overtake'; from: number; by: MergeEntryId };

/** The order in which entries land: the higher priority first, then who has asked first. */
export const inLine = <Entry extends Candidate>(entries: readonly Entry[]): Entry[] =>
  entries.toSorted(
    (a, b) => b.priority - a.priority || a.askedAt - b.askedAt || (a.id < b.id ? -1 : Number(a.id > b.id)),
  );

export function nextStep({ candidates, suspects, ahead, max, depth }: LaneFacts): LaneStep {
  let line = inLine(candidates);
  let then = suspects;
  for (const [index, batch] of [...ahead, null].entries()) {
    const blamed = blamedAmong(line, then);
    if (blamed && index === 0) return { type: 'eject', entry: blamed.id };
    // It is ejected when what is before this has landed: nothing is to be tested with it.
    if (blamed) [line, then] = [line.filter(({ id }) => id !== blamed.id), []];
    const entries = chosen(line, then, max);
    const [first] = entries;
    if (!first) return { type: 'rest' };
    if (batch === null)
      return index < depth ? { type: 'test', entries: entries.map(({ id }) => id) } : { type: 'rest' };
    if (index > 0 && batch.priority < first.priority) return { type: 'overtake', from: index, by: first.id };
    if (batch.isDoubtful) return { type: 'rest' };
    then = afterLanding(then, batch.entries);
  }
  return { type: 'rest' };
}

const blamedAmong = (line: readonly Candidate[], [only, ...others]: readonly MergeEntryId[]) =>
  others.length === 0 ? line.find(({ id }) => id === only) : undefined;

function chosen(line: readonly Candidate[], suspects: readonly MergeEntryId[], max: number): Candidate[] {
  const those = suspects.flatMap(id => line.find(each => each.id === id) ?? []);
  const highest = Math.max(...those.map(({ priority }) => priority));
  const [first] = line;
  // One that has left or must wait takes the suspicion with it.
  if (first && those.length > 0 && those.length === suspects.length && highest >= first.priority)
    return those.slice(0, Math.ceil(those.length / 2));
  return line.filter(({ priority }) => priority === first?.priority).slice(0, max);
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
