/** The policy of the merge queue over many made-up histories: seeds are in the titles of what fails. */
import { describe, expect, test } from 'vitest';
import {
  type Ahead,
  afterLanding,
  inLine,
  type LaneFacts,
  nextStep,
} from '#coordinator/merging/lane-policy.ts';
import { between, type Random, randomFrom, shuffled } from '#test/support/random.ts';
import { calm, idOf, type LaneOptions, type Pull, playLane } from './lane-world.ts';

const pull = (n: number, facts: Partial<Pull> = {}): Pull => ({
  id: idOf(n),
  priority: 0,
  askedAt: n,
  isBad: false,
  clashesWith: null,
  ...facts,
});

function somePulls(random: Random): Pull[] {
  const count = between(random, 1, 30);
  const badness = random() * 0.5;
  return Array.from({ length: count }, (_, n) =>
    pull(n + 1, {
      isBad: random() < badness,
      priority: between(random, 0, 2),
      clashesWith: random() < 0.1 && n > 0 ? idOf(between(random, 1, n)) : null,
    }),
  );
}

const seeds = Array.from({ length: 4_000 }, (_, n) => n + 1);
const optionsFrom = (random: Random): LaneOptions => ({
  max: between(random, 1, 12),
  depth: between(random, 1, 5),
  // Tests end in any order.
  lasts: () => 0.1 + random(),
});

test(`in ${seeds.length} histories with pushes from outside, leavers, latecomers and lost machines the queue keeps its word, however many batches run ahead`, () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const pulls = somePulls(random);
    const troubles = {
      foreignPush: random() * 0.3,
      leaves: random() * 0.2,
      infrastructure: random() * 0.3,
      late: random() * 0.5,
    };
    const options = { ...optionsFrom(random), troubles };
    const { base, tested, ejected, withdrawn, runs } = playLane(pulls, random, options);
    const landed = base.filter(id => id.startsWith('merge_'));
    const where = `seed ${seed}`;
    expect(runs.atOnce, where).toBeLessThanOrEqual(options.depth);
    // Each entry ends exactly once.
    expect([...landed, ...ejected, ...withdrawn].toSorted(), where).toEqual(
      pulls.map(({ id }) => id).toSorted(),
    );
    // Good ones land; bad ones never do; one that clashes is refused only after the other one has landed.
    for (const { id, isBad, clashesWith } of pulls) {
      if (isBad) expect(landed, where).not.toContain(id);
      if (!isBad && clashesWith === null && !pulls.some(other => other.clashesWith === id))
        expect(ejected, where).not.toContain(id);
      if (clashesWith && landed.includes(id)) expect(landed, where).not.toContain(clashesWith);
    }
    // Nothing untested lands: each landed entry was the part of a passed test of exactly what the branch was and became.
    const passed = tested.filter(each => each.passed).map(({ base, batch }) => [...base, ...batch].join());
    for (const [index, id] of base.entries())
      if (id.startsWith('merge_') && !base[index + 1]?.startsWith('merge_'))
        expect(passed, where).toContain(base.slice(0, index + 1).join());
  }
});

test('no tree is tested twice while nobody interferes', () => {
  for (const seed of seeds.slice(0, 300)) {
    const random = randomFrom(seed);
    const pulls = somePulls(random);
    const { tested } = playLane(pulls, random, optionsFrom(random));
    const trees = tested.map(({ base, batch }) => [...base, ...batch].join());
    expect(new Set(trees).size, `seed ${seed}`).toBe(trees.length);
  }
});

test('while nothing fails a deeper queue costs not one run more, and takes so much less time', () => {
  const pulls = Array.from({ length: 40 }, (_, n) => pull(n + 1));
  const play = (depth: number) => playLane(pulls, randomFrom(1), { max: 8, depth, troubles: calm });
  for (const depth of [1, 2, 5]) {
    const { runs, elapsed, base } = play(depth);
    expect([base.length, runs.begun, runs.givenUp, elapsed]).toEqual([40, 5, 0, Math.ceil(5 / depth)]);
  }
});

/** 20 pull requests with 3 bad ones, in 500 arrangements. */
function measure(depth: number) {
  const all = seeds.slice(0, 500).map(seed => {
    const random = randomFrom(seed);
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    const bad = new Set(shuffled(random, numbers).slice(0, 3));
    const pulls = numbers.map(n => pull(n + 1, { isBad: bad.has(n) }));
    const played = playLane(pulls, random, { max: 8, depth });
    expect([played.base.length, played.ejected.length], `seed ${seed}`).toEqual([17, 3]);
    return { runs: played.runs.begun, done: played.tested.length, elapsed: played.elapsed };
  });
  const mean = (of: 'runs' | 'done' | 'elapsed') => all.reduce((sum, each) => sum + each[of], 0) / all.length;
  const most = Math.max(...all.map(({ done }) => done));
  return { runs: mean('runs'), done: mean('done'), elapsed: mean('elapsed'), most };
}

test('20 pull requests with 3 bad ones cost fewer runs than testing each alone, and less time the deeper the queue', () => {
  const [one, two, three] = [measure(1), measure(2), measure(3)] as const;
  for (const [depth, { runs, done, elapsed, most }] of [
    [1, one],
    [2, two],
    [3, three],
  ] as const)
    console.log(
      `20 pull requests, 3 bad, batches of 8, depth ${depth}, 500 arrangements: ${runs.toFixed(1)} runs begun on average, ${done.toFixed(1)} of them to their end (${most} at most), in the time of ${elapsed.toFixed(1)} tests; each alone, one after the other: 20 runs in the time of 20`,
    );
  expect(one.done).toBeLessThan(14);
  expect(one.most).toBeLessThan(20);
  expect(one.runs).toBe(one.done);
  expect(two.elapsed).toBeLessThan(one.elapsed * 0.8);
  // What is tested to its end is the same; what was built on a batch that fails is stopped with it.
  expect([two.done, three.done]).toEqual([one.done, one.done]);
  expect(two.runs).toBeLessThan(21);
  expect(three.elapsed).toBeLessThanOrEqual(two.elapsed);
});

const facts = (changes: Partial<LaneFacts>): LaneFacts => ({
  ...{ candidates: [], suspects: [], ahead: [], max: 8, depth: 2 },
  ...changes,
});
const ahead = (entries: number[], changes: Partial<Ahead> = {}): Ahead => ({
  ...{ entries: entries.map(idOf), priority: 0, isDoubtful: false },
  ...changes,
});
const tests = (...numbers: number[]) => ({ type: 'test', entries: numbers.map(idOf) });
const rests = { type: 'rest' };

test('the higher priority lands first, then who asked first', () => {
  const line = inLine([pull(1), pull(2, { priority: 5 }), pull(3, { priority: 5, askedAt: 1 })]);
  expect(line.map(({ id }) => id)).toEqual([idOf(3), idOf(2), idOf(1)]);
});

test('a single suspect is to blame without another run, and one that is on hold ends the suspicion', () => {
  const both = [pull(1), pull(2)];
  expect(nextStep(facts({ candidates: both, suspects: [idOf(2)] }))).toEqual({
    type: 'eject',
    entry: idOf(2),
  });
  const held = { candidates: [pull(1), pull(3)], suspects: [idOf(1), idOf(2)] };
  expect(nextStep(facts(held))).toEqual(tests(1, 3));
  expect(nextStep(facts({ suspects: [idOf(1)] }))).toEqual(rests);
});

test('what lands beside the suspects ends the suspicion: they have not failed on that base', () => {
  expect(afterLanding([idOf(1), idOf(2)], [idOf(1)])).toEqual([idOf(2)]);
  expect(afterLanding([idOf(1), idOf(2)], [idOf(9)])).toEqual([]);
});

describe('ahead of what is under way', () => {
  test('the next in line are tested as if it had landed, up to the depth', () => {
    const candidates = [pull(3), pull(4)];
    expect(nextStep(facts({ candidates, ahead: [ahead([1, 2])] }))).toEqual(tests(3, 4));
    expect(nextStep(facts({ candidates, ahead: [ahead([1]), ahead([2])] }))).toEqual(rests);
    expect(nextStep(facts({ candidates, ahead: [ahead([1])], depth: 1 }))).toEqual(rests);
  });

  test('nothing is built on what has failed', () => {
    const doubtful = [ahead([1]), ahead([2], { isDoubtful: true })];
    expect(nextStep(facts({ candidates: [pull(3)], ahead: doubtful, depth: 5 }))).toEqual(rests);
  });

  test('a bisection goes on as if its first half passed, and who would be ejected then is left out', () => {
    const suspects = [1, 2, 3, 4].map(idOf);
    const rest = { candidates: [pull(3), pull(4), pull(5)], suspects, ahead: [ahead([1, 2])] };
    expect(nextStep(facts(rest))).toEqual(tests(3));
    const last = { candidates: [pull(3), pull(5)], suspects: suspects.slice(0, 3), ahead: [ahead([1, 2])] };
    expect(nextStep(facts(last))).toEqual(tests(5));
    expect(nextStep(facts({ ...last, candidates: [pull(3)] }))).toEqual(rests);
  });
});

describe('an urgent entry', () => {
  const urgent = pull(9, { priority: 5 });

  test('leaves the first batch alone, and takes the place of those built on it', () => {
    const candidates = [pull(4), urgent];
    const under = [ahead([1]), ahead([2]), ahead([3])];
    const step = nextStep(facts({ candidates, ahead: under, depth: 3 }));
    expect(step).toEqual({ type: 'overtake', from: 1, by: urgent.id });
    expect(nextStep(facts({ candidates, ahead: under.slice(0, 1), depth: 3 }))).toEqual(tests(9));
    const equals = [ahead([1]), ahead([2], { priority: 5 }), ahead([3])];
    expect(nextStep(facts({ candidates, ahead: equals, depth: 3 }))).toEqual({
      type: 'overtake',
      from: 2,
      by: urgent.id,
    });
  });

  test('goes before a bisection, and is tested with nobody who is less urgent', () => {
    const candidates = [pull(1), pull(2), pull(3), urgent];
    expect(nextStep(facts({ candidates, suspects: [idOf(1), idOf(2)] }))).toEqual(tests(9));
    expect(nextStep(facts({ candidates }))).toEqual(tests(9));
  });
});
