/** The policy of the merge queue over many made-up histories: seeds are in the titles of what fails. */
import { expect, test } from 'vitest';
import { afterLanding, inLine, nextStep } from '#coordinator/merging/lane-policy.ts';
import { between, type Random, randomFrom, shuffled } from '#test/support/random.ts';
import { calm, idOf, type Pull, playLane } from './lane-world.ts';

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

const seeds = Array.from({ length: 2_000 }, (_, n) => n + 1);

test(`in ${seeds.length} histories with pushes from outside, leavers, latecomers and lost machines the queue keeps its word`, () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const pulls = somePulls(random);
    const troubles = {
      foreignPush: random() * 0.3,
      leaves: random() * 0.2,
      infrastructure: random() * 0.3,
      late: random() * 0.5,
    };
    const { base, tested, ejected, withdrawn } = playLane(pulls, between(random, 1, 12), random, troubles);
    const landed = base.filter(id => id.startsWith('merge_'));
    const where = `seed ${seed}`;
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
    const { tested } = playLane(somePulls(random), between(random, 1, 12), random, calm);
    const trees = tested.map(({ base, batch }) => [...base, ...batch].join());
    expect(new Set(trees).size, `seed ${seed}`).toBe(trees.length);
  }
});

test('20 pull requests with 3 bad ones cost fewer runs than testing each alone, wherever the bad ones stand', () => {
  const counts: number[] = [];
  for (const seed of seeds.slice(0, 500)) {
    const random = randomFrom(seed);
    const bad = new Set(
      shuffled(
        random,
        Array.from({ length: 20 }, (_, n) => n),
      ).slice(0, 3),
    );
    const pulls = Array.from({ length: 20 }, (_, n) => pull(n + 1, { isBad: bad.has(n) }));
    const { base, ejected, tested } = playLane(pulls, 8, random);
    expect([base.length, ejected.length], `seed ${seed}`).toEqual([17, 3]);
    counts.push(tested.length);
  }
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  console.log(
    `20 pull requests, 3 bad, batches of 8, ${counts.length} arrangements: ${Math.min(...counts)} to ${Math.max(...counts)} runs, ${mean.toFixed(1)} on average; each alone: 20`,
  );
  expect(mean).toBeLessThan(14);
  expect(Math.max(...counts)).toBeLessThan(20);
});

test('the higher priority lands first, then who asked first', () => {
  const line = inLine([pull(1), pull(2, { priority: 5 }), pull(3, { priority: 5, askedAt: 1 })]);
  expect(line.map(({ id }) => id)).toEqual([idOf(3), idOf(2), idOf(1)]);
});

test('a single suspect is to blame without another run, and one that is on hold ends the suspicion', () => {
  expect(nextStep([pull(1), pull(2)], [idOf(2)], 8)).toEqual({ type: 'eject', entry: idOf(2) });
  expect(nextStep([pull(1), pull(3)], [idOf(1), idOf(2)], 8)).toEqual({
    type: 'test',
    entries: [idOf(1), idOf(3)],
  });
  expect(nextStep([], [idOf(1)], 8)).toEqual({ type: 'rest' });
});

test('what lands beside the suspects ends the suspicion: they have not failed on that base', () => {
  expect(afterLanding([idOf(1), idOf(2)], [idOf(1)])).toEqual([idOf(2)]);
  expect(afterLanding([idOf(1), idOf(2)], [idOf(9)])).toEqual([]);
});
