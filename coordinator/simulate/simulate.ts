/** One simulation from its first commit to its last job. */
import type { Scenario } from '#shared/scenario-file.ts';
import type { Simulation } from '#shared/simulation.ts';
import { type Arrival, arrivalsOf } from './arrivals.ts';
import { createChance } from './chance.ts';
import { createWorld, type Observer } from './world.ts';

export type SimulateOptions = {
  scenario: Scenario;
  /** In all; default: what the scenario has in its days. */
  jobs?: number | undefined;
  /** Others than those of the scenario, in order of time. */
  arrivals?: Iterable<Arrival>;
  observer?: Observer;
  /** Called now and then: how many jobs are over, of how many. */
  onProgress?(done: number, jobs: number): void;
};

const dayMs = 86_400_000;
/** So many columns of a picture; a little more where the last jobs end late. */
const samples = 480;
/** Events between two looks at the clock on the wall. */
const eventsAtOnce = 20_000;

/** Ends with the last job, or where more comes than the fleet can do after as long again and a day. */
export async function simulate(options: SimulateOptions): Promise<Simulation> {
  const { scenario, observer, onProgress } = options;
  const jobs = options.jobs ?? Math.max(1, Math.round(scenario.commits.jobs * scenario.days));
  const arrivals = options.arrivals ?? arrivalsOf(scenario, jobs, createChance(scenario.seed, 0));
  const daysMs = scenario.days * dayMs;
  const sampleMs = Math.max(1_000, Math.round(daysMs / samples));
  const world = createWorld({
    ...{ scenario, sampleMs, arrivals: arrivals[Symbol.iterator]() },
    ...(observer ? { observer } : {}),
  });
  const end = 2 * daysMs + dayMs;
  let isGoingOn = true;
  while (isGoingOn) {
    for (let event = 0; event < eventsAtOnce && isGoingOn; event++)
      isGoingOn = !world.isOver() && world.agenda.step(end);
    onProgress?.(doneOf(scenario, world.tally), jobs);
    // Whoever draws the progress, or interrupts, has his turn.
    await new Promise(resolve => setImmediate(resolve));
  }
  return world.tally.report(world.agenda.now, world.live());
}

const doneOf = ({ pools }: Scenario, tally: ReturnType<typeof createWorld>['tally']): number =>
  pools.reduce((sum, { image }) => sum + tally.of(image).ended + tally.of(image).errored, 0);
