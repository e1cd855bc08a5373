/** Machines to add, on which hosts, and what keeps more from being added. Pure. */
import type { HostId, Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import { type Loads, loadsOf } from './loads.ts';
import { placesFor } from './placement.ts';
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

/**
 * For all pools together: what one of them takes of a host, the next one does not have. Machines that jobs wait for come
 * before those that are kept ready, and of the pools that jobs wait for the one with the fewest machines comes first: so
 * nobody starves behind a pool that stands further up in the configuration.
 */
export function growth(
  snapshot: Snapshot,
  lookup: Lookup,
  leaving: ReadonlySet<string>,
  now: Instant,
): Growth {
  const planned: Growth = { creates: [], shortfalls: [], loads: loadsOf(snapshot.machines) };
  const wishes = snapshot.pools.map((pool): Wish => {
    const demand = demandOf(snapshot, lookup, pool, leaving);
    return { pool, demand, made: 0, shortfall: null };
  });
  for (const wish of wishes.toSorted((a, b) => a.demand.existing - b.demand.existing))
    grow(snapshot, wish, forQueue(wish.demand), planned, now);
  for (const wish of wishes) grow(snapshot, wish, wish.demand.lacking - forQueue(wish.demand), planned, now);
  for (const { shortfall } of wishes) if (shortfall) planned.shortfalls.push(shortfall);
  return planned;
}

/** What is made for a pool, and what is short of its demand. */
type Wish = { pool: PlannedPool; demand: Demand; made: number; shortfall: Shortfall | null };

const forQueue = ({ queued, available, lacking }: Demand): number =>
  Math.min(lacking, Math.max(0, queued - available));

/** So many more, as far as limits and hosts allow. */
function grow(
  snapshot: Snapshot,
  wish: Wish,
  wanted: number,
  { creates, loads }: Growth,
  now: Instant,
): void {
  const { pool, demand } = wish;
  const { image } = pool;
  if (wanted <= 0) return;
  if (pool.isPaused) {
    fallShort(wish, wanted, pausedLimit(pool));
    return;
  }
  const possible = Math.min(wanted, Math.max(0, pool.pool.max - demand.existing - wish.made));
  const hosts = placesFor(snapshot, pool, loads, possible, now);
  for (const host of hosts) creates.push({ type: 'create', image, host: host.id, reason: demand.reason });
  wish.made += hosts.length;
  if (hosts.length < possible)
    fallShort(wish, wanted - hosts.length, limitOfHosts(snapshot, pool, loads, now));
  else if (wanted > possible) fallShort(wish, wanted - possible, maxLimit(pool));
}

/** What it was short of first is what is said. */
function fallShort(wish: Wish, missing: number, limit: Shortfall['limit']): void {
  const { name: image } = wish.pool.image;
  const { shortfall } = wish;
  wish.shortfall = shortfall
    ? { ...shortfall, missing: shortfall.missing + missing }
    : { image, missing, limit };
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
