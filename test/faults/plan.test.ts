import { expect, test } from 'vitest';
import { planOf, planText, processes, stories } from './plan.ts';
import { createTally, kindsOf, storyOf } from './tally.ts';

const seeds = Array.from({ length: 500 }, (_, index) => index);

test('a plan follows from its seed alone', () => {
  for (const seed of seeds) expect(planOf(seed)).toEqual(planOf(seed));
});

test('five hundred plans have every story, every kind of fault, and every process killed and frozen', () => {
  const plans = seeds.map(seed => planOf(seed));
  expect(new Set(plans.map(({ story }) => story))).toEqual(new Set(stories));
  expect([...new Set(plans.flatMap(kindsOf))].sort()).toEqual([
    'clock-step',
    'deliveries',
    'disk-full',
    'freeze',
    'github',
    'kill',
    'partition',
    'reset',
    'restart',
    'slow-link',
  ]);
  const faults = plans.flatMap(plan => plan.faults);
  for (const kind of ['kill', 'freeze'])
    expect(
      new Set(faults.flatMap(fault => (fault.kind === kind && 'process' in fault ? fault.process : []))),
    ).toEqual(new Set(processes));
});

test('some things stay frozen or apart for longer than a lease, in a short slice none', () => {
  const isLong = ({ forMs }: { forMs: number }) => forMs > 30_000;
  expect(seeds.flatMap(seed => planOf(seed).faults).filter(isLong).length).toBeGreaterThan(20);
  expect(seeds.flatMap(seed => planOf(seed, { isShort: true }).faults).filter(isLong)).toEqual([]);
});

test('the report has a line per kind, with its runs, hits, violations and phases', () => {
  const tally = createTally();
  const plan = planOf(1);
  const phases = plan.faults.map(() => 'steps');
  tally.add({ plan, earlier: [], phases, ms: 10, violations: ['something'] });
  tally.leftOut('a kind that needs more');
  expect(tally.violated().map(outcome => outcome.plan.seed)).toEqual([1]);
  expect(tally.table()).toMatch(/^fault +runs +hits +violations +in which phase\n/);
  expect(tally.table()).toContain('left out 1 times: a kind that needs more');
  expect(planText(plan)).toContain('seed 1: ');
});

test('a life that went wrong is told with how to have it again, after those that its fleet had seen', () => {
  const life = { plan: planOf(7), earlier: [4, 2], phases: [], ms: 10 };
  expect(storyOf({ ...life, violations: ['something'] })).toMatch(
    /VIOLATION something\n {2}again: PADDOCK_SEED=4,2,7$/,
  );
  expect(storyOf({ ...life, violations: [] })).not.toContain('again');
});
