/**
 * `npm run test:long -- faults`: lives of the real stack, each with faults at random moments. A life that went wrong can be
 * had again: PADDOCK_SEED=<its seed> PADDOCK_FAULT_RUNS=1.
 */
import { expect, test } from 'vitest';
import { liveThrough } from './live.ts';

const seed = Number(process.env.PADDOCK_SEED ?? Date.now() % 1_000_000);
/** They take an hour on two cores. */
const runs = Number(process.env.PADDOCK_FAULT_RUNS ?? 500);
const fleets = Number(process.env.PADDOCK_FAULT_FLEETS ?? 4);

test(
  `${runs} lives with faults of seed ${seed} end as they must`,
  async ({ task }) => {
    const evidence = process.env.PADDOCK_FAULT_EVIDENCE;
    const tally = await liveThrough({ seed, runs, fleets, evidence, print: line => console.log(line) });
    console.log(tally.table());
    const count = tally.violated().length;
    task.meta.closingLine = `faults: ${tally.runs()} runs, ${count} violations, seed ${seed}`;
    expect(
      tally.violated().map(({ plan }) => plan.seed),
      'seeds of the lives that went wrong',
    ).toEqual([]);
  },
  120_000 + runs * 120_000,
);
