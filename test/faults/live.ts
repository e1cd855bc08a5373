/** Lives one after the other in fleets side by side, each with its faults and its judge. */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { randomFrom } from '#test/support/random.ts';
import { phaseOf } from './database.ts';
import { inject } from './inject.ts';
import { judge } from './judge.ts';
import type { Expected, Life, Yard } from './life.ts';
import { repeatMail } from './mail.ts';
import { type Plan, planOf } from './plan.ts';
import { findPrerequisites, lacking } from './prerequisites.ts';
import { tell } from './stories.ts';
import { createTally, type Outcome, storyOf, type Tally } from './tally.ts';
import { withYard } from './yard.ts';

export type Lives = {
  /** One life each, in this order. */
  seeds: readonly number[];
  /** Fleets side by side: most of a life is waiting. */
  fleets: number;
  isShort?: boolean;
  /** Where logs and rows of a life that went wrong are kept. */
  evidence?: string | undefined;
  print(line: string): void;
};

/** A fleet that has survived this many lives makes room for a new one, and shows that it ends without a trace. */
const livesPerFleet = 10;

/** So many lives, each with a seed of its own. */
export const seedsFrom = (first: number, runs: number): number[] =>
  Array.from({ length: runs }, (_, index) => first + index);

export async function liveThrough(lives: Lives): Promise<Tally> {
  const tally = createTally();
  const plans = lives.seeds.map(seed => planOf(seed, lives)).reverse();
  const lane = async () => {
    while (plans.length > 0) await oneFleet(lives, plans, tally);
  };
  await Promise.all(Array.from({ length: Math.min(lives.fleets, plans.length) }, lane));
  return tally;
}

async function oneFleet(lives: Lives, plans: Plan[], tally: Tally): Promise<void> {
  const prerequisites = findPrerequisites();
  const since = performance.now();
  let newest: Outcome | null = null;
  const lived: number[] = [];
  try {
    await withYard(prerequisites, async yard => {
      for (let count = 0; count < livesPerFleet; count++) {
        const planned = plans.pop();
        if (!planned) return;
        const lacks = planned.faults.flatMap(fault => lacking(fault, prerequisites) ?? []);
        for (const reason of lacks) tally.leftOut(reason);
        const plan = { ...planned, faults: planned.faults.filter(fault => !lacking(fault, prerequisites)) };
        newest = { ...(await liveOnce(yard, plan)), earlier: [...lived] };
        lived.push(plan.seed);
        tally.add(newest);
        lives.print(storyOf(newest));
        if (newest.violations.length > 0) await keepEvidence(lives, yard, plan);
        if (newest.violations.length > 0) throw new Error('the fleet is not used any further');
      }
    });
  } catch (error) {
    const last = (newest as Outcome | null) ?? unlived(plans, performance.now() - since);
    // A fleet in which a life went wrong has no clean end; any other end that fails is a violation of its own.
    if (!last || last.violations.length > 0) return;
    last.violations.push(`${newest ? 'the end' : 'the start'} of the fleet: ${sentenceOf(error)}`);
    if (!newest) tally.add(last);
    lives.print(storyOf(last));
  }
}

/** The life that was next when its fleet did not start. */
function unlived(plans: Plan[], ms: number): Outcome | null {
  const plan = plans.pop();
  return plan ? { plan: { ...plan, faults: [] }, earlier: [], phases: [], ms, violations: [] } : null;
}

async function liveOnce(yard: Yard, plan: Plan): Promise<Omit<Outcome, 'earlier'>> {
  const since = performance.now();
  const life: Life = {
    ...yard,
    plan,
    random: randomFrom(plan.seed),
    name: `life-${plan.seed}`,
    commits: [],
    sent: [],
    stepsHit: 0,
  };
  const phases: (string | null)[] = plan.faults.map(() => null);
  const faults = plan.faults.map(async (fault, index) => {
    await pause(fault.atMs);
    const phase = phaseOf(life.fleet.dataDir, life.commits);
    if (await inject(life, fault)) phases[index] = phase;
  });
  const violations = await tellAndJudge(life, faults).catch(error => [sentenceOf(error)]);
  return { plan, phases, ms: performance.now() - since, violations };
}

async function tellAndJudge(life: Life, faults: Promise<void>[]): Promise<string[]> {
  const telling: Promise<Expected[]> = tell[life.plan.story](life);
  const [story, ...rest] = await Promise.allSettled([telling, repeatMail(life), ...faults]);
  for (const settled of [story, ...rest]) if (settled.status === 'rejected') throw settled.reason;
  return story.status === 'fulfilled' ? judge(life, story.value) : [];
}

/** With all that it says of its causes. */
const sentenceOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause ? `${message}: ${sentenceOf(cause)}` : String(message ?? error);
};

async function keepEvidence({ evidence }: Lives, { fleet }: Yard, { seed }: Plan): Promise<void> {
  if (!evidence) return;
  const place = join(evidence, String(seed));
  await mkdir(place, { recursive: true });
  await cp(fleet.directory, place, { recursive: true, filter: source => !source.includes('/git/') }).catch(
    () => {},
  );
}
