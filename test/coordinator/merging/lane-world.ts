/** A base branch in numbers: pull requests of which some are bad, tested and landed as the policy says. */
import {
  afterFailure,
  afterLanding,
  afterLeaving,
  type Candidate,
  nextStep,
} from '#coordinator/merging/lane-policy.ts';
import type { MergeEntryId } from '#shared/ids.ts';
import { between, type Random } from '#test/support/random.ts';

export type Pull = Candidate & {
  isBad: boolean;
  /** Fails together with this one, whichever lands first. */
  clashesWith: MergeEntryId | null;
};

export const idOf = (n: number): MergeEntryId => `merge_${String(n).padStart(26, '0')}` as MergeEntryId;

export type Tested = { base: MergeEntryId[]; batch: MergeEntryId[]; passed: boolean };

/** What happens between two steps, besides: all of it by chance. */
export type Troubles = { foreignPush: number; leaves: number; infrastructure: number; late: number };

export const calm: Troubles = { foreignPush: 0, leaves: 0, infrastructure: 0, late: 0 };

/** Runs until nothing is left to do. The history has every foreign push as an id of its own. */
export function playLane(pulls: readonly Pull[], max: number, random: Random, troubles: Troubles = calm) {
  const by = new Map(pulls.map(pull => [pull.id, pull]));
  const base: MergeEntryId[] = [];
  const tested: Tested[] = [];
  const ejected: MergeEntryId[] = [];
  const withdrawn: MergeEntryId[] = [];
  const notYet = pulls.filter(() => random() < troubles.late);
  let waiting = pulls.filter(pull => !notYet.includes(pull));
  let suspects: MergeEntryId[] = [];
  let foreign = 0;

  const isGreen = (tree: readonly MergeEntryId[]): boolean =>
    tree.every(id => {
      const pull = by.get(id);
      return !pull || (!pull.isBad && !(pull.clashesWith && tree.includes(pull.clashesWith)));
    });
  const leave = (id: MergeEntryId): void => {
    waiting = waiting.filter(pull => pull.id !== id);
    suspects = afterLeaving(suspects, id);
  };
  const pushFromOutside = (): void => {
    base.push(`foreign-${++foreign}` as MergeEntryId);
    suspects = [];
  };

  for (let steps = 0; steps < 10_000; steps++) {
    const arrived = notYet.shift();
    if (arrived) waiting.push(arrived);
    const step = nextStep(waiting, suspects, max);
    if (step.type === 'rest') {
      if (notYet.length > 0) continue;
      return { base, tested, ejected, withdrawn };
    }
    if (step.type === 'eject') {
      ejected.push(step.entry);
      leave(step.entry);
      continue;
    }
    const builtOn = [...base];
    if (random() < troubles.infrastructure) continue;
    if (random() < troubles.foreignPush) pushFromOutside();
    const gone = random() < troubles.leaves ? waiting[between(random, 0, waiting.length - 1)] : undefined;
    if (gone) {
      withdrawn.push(gone.id);
      leave(gone.id);
    }
    // What was built on another base, or with one that has left, is not looked at.
    if (builtOn.length !== base.length || (gone && step.entries.includes(gone.id))) continue;
    const passed = isGreen([...base, ...step.entries]);
    tested.push({ base: builtOn, batch: step.entries, passed });
    if (!passed) {
      suspects = afterFailure(step.entries);
      continue;
    }
    base.push(...step.entries);
    suspects = afterLanding(suspects, step.entries);
    for (const id of step.entries) waiting = waiting.filter(pull => pull.id !== id);
  }
  throw new Error('the lane does not come to rest');
}
