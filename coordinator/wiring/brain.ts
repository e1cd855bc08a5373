/** The parts that only the holder of the role may have, and the loops that drive them. */
import type { ForgeRoles } from '../access/forge-roles.ts';
import { createFleet, type Fleet } from '../fleet/fleet.ts';
import type { Reconciler } from '../github/reconcile/reconciler.ts';
import { createAges } from '../ground/ages.ts';
import { countQueue, type QueueCounts } from '../queue/count-waiting.ts';
import type { WaitPorts } from '../queue/explain-wait.ts';
import type { Guests } from '../queue/guest-ports.ts';
import type { Jobs } from '../queue/jobs.ts';
import { createLeaseClock, type LeaseClock } from '../queue/lease-clock.ts';
import type { BrowsePorts } from '../runs/browse.ts';
import type { Runs } from '../runs/runs.ts';
import { createDeliveryTaker } from '../runs/take-delivery.ts';
import { type BrainLoops, startBrainLoops } from './brain-loops.ts';
import type { BrainOptions, WithClock } from './brain-options.ts';
import { createClockFollower } from './follow-clock.ts';
import { idleLoop, startComparing, startRoles, startWriting } from './forge-parts.ts';
import { createIntake } from './intake-parts.ts';
import { createJobParts } from './job-parts.ts';
import type { MergeParts } from './merge-parts.ts';
import type { ReceiverOptions } from './receive-delivery.ts';

export type Brain = {
  jobs: Jobs;
  runs: Runs;
  guests: Guests;
  fleet: Fleet;
  leaseClock: LeaseClock;
  /** How many jobs wait, and why. */
  countQueue(): Promise<QueueCounts>;
  browsePorts: BrowsePorts;
  waitPorts: WaitPorts;
  takeDelivery: ReceiverOptions['take'];
  merging: MergeParts;
  /** What GitHub says of people who are signed in; null: GitHub is not configured. */
  forgeRoles: Pick<ForgeRoles, 'lookAt'> | null;
  /** How far it is from GitHub; null: GitHub is not configured. */
  reconciler: Pick<Reconciler, 'begin' | 'health'> | null;
  loops: BrainLoops;
};

export function startBrain(given: BrainOptions): Brain {
  const options: WithClock = { ...given, monotonicMs: given.monotonicMs ?? (() => performance.now()) };
  const { store, now, monotonicMs } = options;
  const leaseClock = createLeaseClock(monotonicMs, now);
  const fleet = openFleet(options, leaseClock);
  const parts = createJobParts(options, { fleet, leaseClock });
  const { jobs, runs, guests, browsePorts, merging, waitPorts } = parts;
  const forgeRoles = startRoles(options);
  const intake = createIntake(options, { ...parts, forgeRoles });
  const reconciler = startComparing(options, { ...parts, intake });
  const outbox = startWriting(options, parts, reconciler);
  const takeDelivery = createDeliveryTaker(intake);
  const followClock = createClockFollower(options, { outbox, reconciler, merging, fleet });
  return {
    ...{ jobs, runs, guests, fleet, leaseClock, browsePorts, waitPorts, merging, forgeRoles, reconciler },
    countQueue: () => countQueue(store.read, waitPorts),
    takeDelivery: async delivery =>
      merging.afterDelivery(await takeDelivery(delivery), delivery.event === 'push'),
    loops: {
      ...startBrainLoops(options, { parts, fleet, leaseClock, intake, followClock }),
      outbox,
      reconciler: reconciler ?? idleLoop(),
      roles: forgeRoles ?? idleLoop(),
    },
  };
}

const openFleet = (
  { store, role, catalog, ticketFor, filesTokenFor, machineUrl, wakeUp, now, monotonicMs }: WithClock,
  leaseClock: LeaseClock,
): Fleet =>
  createFleet({
    ...{ store, role, ticketFor, filesTokenFor, machineUrl, wakeUp, now },
    pools: catalog.pools,
    isAttentive: leaseClock.isAttentive,
    ages: createAges(monotonicMs, now),
  });
