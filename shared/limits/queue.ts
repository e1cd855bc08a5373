/** Bounds of the queue: planning, retries, and what one look does. */
import { minute, second } from './units.ts';

export const queueLimits = {
  /** `errored` is retried this often by itself, on another host first. A test failure never is. */
  infrastructureRetries: 2,
  /** Wake-ups of the planner are gathered this long: a machine takes longer to start, and a dispatch goes first. */
  fleetGatherMs: 2,
  /** Machines of one image that one tick gives work to; the next tick, at once, serves the others. */
  leasesPerTick: 64,
  jobsPerRun: 2_000,
  /** `every-commit`: how many commits of one push are tested; more is reported on the delivery. */
  commitsPerPush: 50,
  /** What landed on a branch last, as far as it is compared with what lands next, where that ends it. */
  landedCompared: 50,
  /** How long jobs of an image usually take is looked up anew after this. */
  typicalTimeKeptMs: 10 * second,
  retryFirstMs: 2 * second,
  retryMaxMs: 5 * minute,
  /** Machines of one image that are looked at together. */
  machinesOfImage: 200,
  /** Jobs that one look ends because no machine may take them; the next look ends more. */
  unplaceablePerLook: 200,
  /** Waiting jobs that one look at the queue reads; of more only those are told of. */
  queueJobsRead: 5_000,
  /** Of one group, in one answer. */
  queueGroupJobs: 1_000,
  /** Events that one answer looks through for decisions of the fleet: jobs write many more than those. */
  decisionsExamined: 50_000,
  /** Events of one job's story; a longer one is nobody's reading. */
  jobEvents: 10_000,
} as const;
