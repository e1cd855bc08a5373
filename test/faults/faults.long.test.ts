/**
 * `npm run test:long -- faults`: lives of the real stack, each with faults at random moments. A life that went wrong can be
 * had again, with those that its fleet had seen before: PADDOCK_SEED=<seeds>, as it says.
 */
import { expect, test } from 'vitest';
import { liveThrough, seedsFrom } from './live.ts';

const [seed = Date.now() % 1_000_000, ...others] = process.env.PADDOCK_SEED?.split(',').map(Number) ?? [];
const isAgain = others.length > 0;
/** They take an hour on two cores. */
const seeds = isAgain ? [seed, ...others] : seedsFrom(seed, Number(process.env.PADDOCK_FAULT_RUNS ?? 500));
const fleets = isAgain ? 1 : Number(process.env.PADDOCK_FAULT_FLEETS ?? 4);

test(
  `${seeds.length} lives with faults of seed ${seed} end as they must`,
  async ({ task }) => {
    const evidence = process.env.PADDOCK_FAULT_EVIDENCE;
    const tally = await liveThrough({ seeds, fleets, evidence, print: line => console.log(line) });
    console.log(tally.table());
    const count = tally.violated().length;
    task.meta.closingLine = `faults: ${tally.runs()} runs, ${count} violations, seed ${seed}`;
    expect(
      tally.violated().map(({ plan }) => plan.seed),
      'seeds of the lives that went wrong',
    ).toEqual([]);
  },
  120_000 + seeds.length * 120_000,
);
