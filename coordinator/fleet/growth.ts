/** Machines to add, on which hosts, and what keeps more from being added. Pure. */
import type { HostId, Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { type Loads, loadsOf, placesFor } from './placement.ts';
import { limitOfHosts, maxLimit, pausedLimit, type Shortfall } from './shortfall.ts';
import type { Lookup, PlannedPool, Snapshot } from './snapshot.ts';

export type Create = { type: 'create'; image: ImageManifest; host: HostId; reason: string };

export type Growth = {
  creates: Create[];
  /** At most one for each pool. */
  shortfalls: Shortfall[];
  /** With what is to be created. */
  loads: Loads;
};

/** For all pools together: what one of them takes of a host, the next one does not have. */
export function growth(
  snapshot: Snapshot,
  lookup: Lookup,
  leaving: ReadonlySet<string>,
  now: Instant,
): Growth {
  const planned: Growth = { creates: [], shortfalls: [], loads: loadsOf(snapshot.machines) };
  for (const pool of snapshot.pools) {
    const demand = demandOf(snapshot, lookup, pool, leaving);
    const shortfall = grow(snapshot, pool, demand, planned, now);
    if (shortfall) planned.shortfalls.push({ image: pool.image.name, ...shortfall });
  }
  return planned;
}

/** Enough for the queue and the warm ones, within the limits; answers what is short of that. */
function grow(
  snapshot: Snapshot,
  pool: PlannedPool,
  { lacking, existing, reason }: Demand,
  { creates, loads }: Growth,
  now: Instant,
): Omit<Shortfall, 'image'> | null {
  const { image } = pool;
  if (lacking <= 0) return null;
  if (pool.isPaused) return { missing: lacking, limit: pausedLimit(pool) };
  const allowed = Math.max(0, pool.pool.max - existing);
  const possible = Math.min(lacking, allowed);
  const hosts = placesFor(snapshot, pool, loads, possible, now);
  for (const host of hosts) creates.push({ type: 'create', image, host: host.id, reason });
  if (hosts.length < possible)
    return { missing: lacking - hosts.length, limit: limitOfHosts(snapshot, pool, loads, now) };
  return lacking > allowed ? { missing: lacking - allowed, limit: maxLimit(pool) } : null;
}

export type Demand = {
  queued: number;
  /** Machines that are ready or on their way there. */
  available: number;
  /** All of them, those on their way out too. */
  existing: number;
  /** Wanted and not there; negative: there and not wanted. */
  lacking: number;
  reason: string;
};

export function demandOf(
  { queued: queue }: Pick<Snapshot, 'queued'>,
  { machinesOf }: Lookup,
  { pool, image }: PlannedPool,
  leaving: ReadonlySet<string>,
): Demand {
  const own = machinesOf(image.name);
  const available = own.filter(({ id, state }) => !leaving.has(id) && isAvailable[state.status]).length;
  const queued = queue.get(image.name) ?? 0;
  const reason = `${queued} queued, ${pool.warm} warm wanted, ${available} available, ${own.length} of ${pool.max} exist`;
  return { queued, available, existing: own.length, lacking: queued + pool.warm - available, reason };
}

const isAvailable = {
  requested: true,
  booting: true,
  ready: true,
  busy: false,
  retiring: false,
  gone: false,
} as const;
