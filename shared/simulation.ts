/** What a simulated fleet did; `paddock simulate --json` prints exactly this. Times are virtual, in ms. */
import * as z from 'zod';
import { poolLimit } from './pool.ts';

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();

/** Of the first start of each job; null where no job has started. */
const wait = z.object({ p50: amount, p95: amount, max: amount }).nullable();

/** For how long a pool had fewer machines than it wanted, and what kept the others away. */
const shortage = z.object({
  kind: poolLimit,
  ms: amount,
  /** The most that were missing at once, and what the planner said then. */
  missing: count,
  text: z.string(),
});
export type Shortage = z.output<typeof shortage>;

const figures = z.object({
  jobs: count,
  /** Jobs that came to an end of their own. */
  ended: count,
  /** Attempts whose machine vanished; their jobs were tried again. */
  lost: count,
  /** Jobs that were lost too often. */
  errored: count,
  /** Jobs that still waited or ran when the simulation was ended. */
  unfinished: count,
  waitMs: wait,
  queuePeak: count,
  machines: z.object({ made: count, failed: count, peak: count }),
  machineHours: amount,
  /** Of the time of its machines, how much they had a job; null without machines. */
  utilisation: amount.nullable(),
  cost: amount,
});

export const simulatedPool = figures.extend({
  image: z.string(),
  /** What half of its boots took at most. */
  bootMs: amount,
  warm: count,
  shortages: z.array(shortage),
});
export type SimulatedPool = z.output<typeof simulatedPool>;

const taken = z.object({ mean: amount, peak: amount });

export const simulation = z.object({
  seed: count,
  /** Until the last job was over. */
  durationMs: amount,
  ticks: count,
  total: figures,
  pools: z.array(simulatedPool),
  /** `cpus` and `memory`: of all that the hosts have, what virtual machines took. */
  hosts: z.object({ count, lost: count, cpus: taken, memory: taken }),
  /** How things stood, at equal distances; one column for each pool. */
  series: z.object({
    everyMs: amount,
    pools: z.array(
      z.object({ image: z.string(), queued: z.array(count), machines: z.array(count), busy: z.array(count) }),
    ),
  }),
});
export type Simulation = z.output<typeof simulation>;
