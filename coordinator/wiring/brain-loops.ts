/** The loops of the holder of the role: each derives its work from the store, when it is woken and after a while. */
import type { MachineId, RunId } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { createAges } from '../ground/ages.ts';
import { type Loop, startLoop } from '../ground/loop.ts';
import type { Wake } from '../ground/wake.ts';
import { tryVersions } from '../images/probation.ts';
import type { LeaseClock } from '../queue/lease-clock.ts';
import { reapLeases } from '../queue/leases.ts';
import { schedule } from '../queue/scheduler.ts';
import { endUnplaceable } from '../queue/unplaceable.ts';
import { ingestReports } from '../reports/ingest.ts';
import { backfill } from '../runs/backfill.ts';
import { handleDeliveries } from '../runs/intake.ts';
import { startPreparation } from '../runs/prepare.ts';
import { findEvidence } from '../store/boot-evidence.ts';
import { assertRole } from '../store/roles.ts';
import type { Tx } from '../store/store.ts';
import type { WithClock } from './brain-options.ts';
import type { createIntake } from './intake-parts.ts';
import type { JobParts } from './job-parts.ts';
import { createPreparation, neverIsolatedNow } from './preparation-parts.ts';

export type BrainLoops = Record<
  | 'intake'
  | 'preparation'
  | 'scheduler'
  | 'leases'
  | 'fleet'
  | 'images'
  | 'backfill'
  | 'merging'
  | 'reports'
  | 'outbox'
  | 'reconciler'
  | 'roles'
  | 'waits',
  Loop
>;

const leaseTickMs = 1_000;
const fleetTickMs = 5_000;
const waitsPerRefresh = 200;

export type LoopParts = {
  parts: JobParts;
  fleet: Fleet;
  leaseClock: LeaseClock;
  intake: ReturnType<typeof createIntake>;
  followClock(): Promise<void>;
};

/** All but those that speak with GitHub. */
export function startBrainLoops(
  options: WithClock,
  { parts, fleet, leaseClock, intake, followClock }: LoopParts,
): Omit<BrainLoops, 'outbox' | 'reconciler' | 'roles'> {
  const { store, role, blobs, wakeUp, report, now } = options;
  const { merging, scheduler, statuses } = parts;
  const preparation = createPreparation(options, parts);
  const leases = leasesOf(options, parts, leaseClock, fleet);
  const probation = probationOf(options, parts);
  const reports = { store, role, blobs, publishStatus: statuses.publish, wakeUp, report, now };
  const loop = (name: string, tick: (signal: AbortSignal) => Promise<number | null>, gatherMs = 0) =>
    startLoop({
      tick,
      gatherMs,
      onError: error => report.error({ err: error, loop: name }, `${name} failed; trying again`),
    });
  const then = async (wakes: Promise<Wake[]>, again: number | null) => {
    wakeUp(await wakes);
    return again;
  };
  return {
    intake: loop('intake', async signal => {
      const again = await handleDeliveries(intake, signal);
      // Which events they were is not worth knowing: there are many in one tick.
      wakeUp(merging.afterDelivery([], true));
      return again;
    }),
    preparation: startPreparation(preparation),
    scheduler: loop('scheduler', () => then(schedule(scheduler), null)),
    leases: loop('leases', async () => {
      await followClock();
      if (!options.isBusConnected()) leaseClock.connection(false);
      return then(reapLeases(leases), leaseTickMs);
    }),
    fleet: loop('fleet', () => then(fleet.tick(), fleetTickMs), limits.fleetGatherMs),
    images: loop('images', () => tryVersions(probation)),
    backfill: loop('backfill', signal => backfill({ ...preparation, policyFor: intake.policyFor }, signal)),
    merging: loop('merging', merging.tick),
    reports: loop('reports', signal => ingestReports(reports, signal)),
    waits: loop('waits', () => then(refreshWaits(options, parts), limits.statusRefreshMs)),
  };
}

const leasesOf = (
  { store, role, sealPartial, now, monotonicMs }: WithClock,
  { jobs }: JobParts,
  clock: LeaseClock,
  fleet: Fleet,
) => ({
  ...{ store, jobs, role, clock, sealPartial, now },
  ages: createAges(monotonicMs, now),
  onLost: fleet.suspect,
});

const probationOf = (
  { store, role, conformance, logs, wakeUp, now, monotonicMs }: WithClock,
  { browsePorts, runs }: JobParts,
) => ({
  ...{ store, role, logs, wakeUp, now },
  ages: createAges(monotonicMs, now),
  suite: conformance,
  waitReason: browsePorts.waitReason,
  async cancelRun(tx: Tx, run: RunId, message: string) {
    const event = { type: 'cancel-requested', at: now(), reason: 'cancelled', message } as const;
    return (await runs.apply(tx, run, event)).wakes;
  },
  async consoleOf(tx: Tx, machine: MachineId) {
    return (await findEvidence(tx, machine))?.console ?? null;
  },
});

/** Whoever waits in vain is told, and the sentences of the others are written anew. */
async function refreshWaits(options: WithClock, { jobs, statuses }: JobParts): Promise<Wake[]> {
  const { store, role, now, refused } = options;
  const neverIsolated = neverIsolatedNow(options);
  const ended = await endUnplaceable({ store, role, jobs, neverIsolated, now, refused });
  const refreshed = await store.write(async tx => {
    await assertRole(tx, role);
    return statuses.refreshWaits(tx, now(), waitsPerRefresh);
  });
  return [...ended, ...refreshed];
}
