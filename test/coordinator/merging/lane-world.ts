/** A base branch in numbers: pull requests of which some are bad, tested ahead of each other and landed as the policy says. */
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

type Batch = {
  entries: MergeEntryId[];
  /** What the branch is said to be when it lands. */
  builtOn: MergeEntryId[];
  endsAt: number;
  verdict: 'passed' | 'failed' | null;
};

export type Tested = { base: MergeEntryId[]; batch: MergeEntryId[]; passed: boolean };

/** What happens besides, after each test: all of it by chance. */
export type Troubles = { foreignPush: number; leaves: number; infrastructure: number; late: number };

export const calm: Troubles = { foreignPush: 0, leaves: 0, infrastructure: 0, late: 0 };

export type LaneOptions = {
  max: number;
  depth: number;
  troubles?: Troubles;
  /** How long a test takes. */
  lasts?: () => number;
};

/** Runs until nothing is left to do. The history has every foreign push as an id of its own. */
export function playLane(pulls: readonly Pull[], random: Random, options: LaneOptions) {
  const { max, depth, troubles = calm, lasts = () => 1 } = options;
  const by = new Map(pulls.map(pull => [pull.id, pull]));
  const base: MergeEntryId[] = [];
  const tested: Tested[] = [];
  const ejected: MergeEntryId[] = [];
  const withdrawn: MergeEntryId[] = [];
  const notYet = pulls.filter(() => random() < troubles.late);
  let waiting = pulls.filter(pull => !notYet.includes(pull));
  let suspects: MergeEntryId[] = [];
  let ahead: Batch[] = [];
  /** Tests that were begun; those that were given up before their end; the most at once. */
  const runs = { begun: 0, givenUp: 0, atOnce: 0 };
  let [clock, foreign] = [0, 0];

  const pullOf = (id: MergeEntryId): Pull => {
    const pull = by.get(id);
    if (!pull) throw new Error(`${id} is no pull request`);
    return pull;
  };
  const isGreen = (tree: readonly MergeEntryId[]): boolean =>
    tree.every(id => {
      const pull = by.get(id);
      return !pull || (!pull.isBad && !(pull.clashesWith && tree.includes(pull.clashesWith)));
    });
  /** Their entries are in line again. */
  const giveUp = (from: number): void => {
    const gone = ahead.slice(from);
    ahead = ahead.slice(0, from);
    runs.givenUp += gone.filter(({ verdict }) => verdict === null).length;
    waiting.push(...gone.flatMap(({ entries }) => entries.map(pullOf)));
  };
  const leave = (id: MergeEntryId): void => {
    const at = ahead.findIndex(({ entries }) => entries.includes(id));
    if (at >= 0) giveUp(at);
    waiting = waiting.filter(pull => pull.id !== id);
    suspects = afterLeaving(suspects, id);
  };

  const fill = (): void => {
    for (let steps = 0; ; steps++) {
      if (steps > 1_000) throw new Error('the policy does not come to rest');
      const facts = ahead.map(({ entries, verdict }) => ({
        entries,
        priority: Math.max(...entries.map(id => pullOf(id).priority)),
        isDoubtful: verdict === 'failed',
      }));
      const step = nextStep({ candidates: waiting, suspects, ahead: facts, max, depth });
      if (step.type === 'rest') return;
      if (step.type === 'overtake') giveUp(step.from);
      else if (step.type === 'eject') {
        ejected.push(step.entry);
        leave(step.entry);
      } else {
        const builtOn = [...base, ...ahead.flatMap(({ entries }) => entries)];
        ahead.push({ entries: step.entries, builtOn, endsAt: clock + lasts(), verdict: null });
        waiting = waiting.filter(({ id }) => !step.entries.includes(id));
        runs.begun += 1;
        runs.atOnce = Math.max(runs.atOnce, ahead.length);
      }
    }
  };

  /** What is first lands or fails, if its verdict is there. */
  const settleFirst = (): boolean => {
    const [first] = ahead;
    if (!first?.verdict) return false;
    if (first.verdict === 'failed') {
      giveUp(0);
      suspects = afterFailure(first.entries);
      return true;
    }
    if (first.builtOn.join() !== base.join()) throw new Error('what lands was tested on something else');
    base.push(...first.entries);
    suspects = afterLanding(suspects, first.entries);
    ahead = ahead.slice(1);
    return true;
  };

  const somethingHappens = (): void => {
    if (random() < troubles.foreignPush) {
      base.push(`foreign-${++foreign}` as MergeEntryId);
      suspects = [];
      giveUp(0);
    }
    const all = [...waiting.map(({ id }) => id), ...ahead.flatMap(({ entries }) => entries)];
    const gone = random() < troubles.leaves ? all[between(random, 0, all.length - 1)] : undefined;
    if (gone) {
      withdrawn.push(gone);
      leave(gone);
    }
    const arrived = notYet.shift();
    if (arrived) waiting.push(arrived);
  };

  for (let tests = 0; tests < 10_000; tests++) {
    fill();
    const [next] = ahead.filter(({ verdict }) => verdict === null).toSorted((a, b) => a.endsAt - b.endsAt);
    if (!next && waiting.length + notYet.length === 0)
      return { base, tested, ejected, withdrawn, runs, elapsed: clock };
    if (next) {
      clock = next.endsAt;
      const at = ahead.indexOf(next);
      if (random() < troubles.infrastructure) giveUp(at);
      else {
        const passed = isGreen([...next.builtOn, ...next.entries]);
        next.verdict = passed ? 'passed' : 'failed';
        tested.push({ base: next.builtOn, batch: next.entries, passed });
        if (!passed) giveUp(at + 1);
        while (settleFirst()) fill();
      }
    }
    somethingHappens();
  }
  throw new Error('the lane does not come to rest');
}
