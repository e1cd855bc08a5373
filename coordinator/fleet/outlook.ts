/** How each pool stands: what is wished for, what there is, and what limits it. Pure; for people, from the planner's own rules. */
import type { Instant } from '#shared/ids.ts';
import { type Demand, demandOf } from './growth.ts';
import type { Loads } from './loads.ts';
import { fitOf, isNamed, placesFor } from './placement.ts';
import { type Plan, plan } from './plan.ts';
import { type Limit, limitOfHosts, maxLimit, pausedLimit } from './shortfall.ts';
import { type Lookup, lookUp, type PlannedPool, type Snapshot } from './snapshot.ts';

export type Outlook = {
  demand: Demand;
  /** Machines that are wanted and cannot be had now. */
  missing: number;
  /** How many more than that the hosts would have room for now, within its limits. */
  room: number;
  /** Of what is missing; when nothing is, of one machine more than there is room for. */
  limit: Limit;
};

export type PoolOutlook = PlannedPool &
  Outlook & {
    /** Names of hosts that have its machines, or might, and emulate their processor. */
    emulatedOn: string[];
  };

export function outlookOf(snapshot: Snapshot, now: Instant): PoolOutlook[] {
  const planned = plan(snapshot, now);
  const lookup = lookUp(snapshot);
  return snapshot.pools.map(pool => ({
    ...pool,
    ...outlookIn(snapshot, pool, planned, now, lookup),
    emulatedOn: emulatingHosts(snapshot, pool),
  }));
}

/** Of one pool, beside what is planned for all. */
export function outlookIn(
  snapshot: Snapshot,
  pool: PlannedPool,
  planned: Plan,
  now: Instant,
  lookup: Lookup = lookUp(snapshot),
): Outlook {
  const shortfall = planned.shortfalls.find(({ image }) => image === pool.image.name);
  const demand = demandOf(snapshot, lookup, pool, planned.leaving);
  const { room, limit } = roomFor(snapshot, pool, planned, demand.existing, now);
  return { demand, missing: shortfall?.missing ?? 0, room, limit: shortfall?.limit ?? limit };
}

const emulatingHosts = ({ hosts }: Snapshot, { image, pool }: PlannedPool): string[] =>
  hosts
    .filter(({ name, drivers }) => drivers.includes(image.machine.driver) && isNamed(pool, name))
    .filter(host => fitOf(image, host) === 'emulated')
    .map(({ name }) => name);

function roomFor(
  snapshot: Snapshot,
  pool: PlannedPool,
  { actions, loads }: Plan,
  existing: number,
  now: Instant,
): { room: number; limit: Limit } {
  if (pool.isPaused) return { room: 0, limit: pausedLimit(pool) };
  const { image } = pool;
  const created = actions.filter(
    action => action.type === 'create' && action.image.name === image.name,
  ).length;
  const allowed = Math.max(0, pool.pool.max - existing - created);
  const filled: Loads = new Map(loads);
  const room = placesFor(snapshot, pool, filled, allowed, now).length;
  return {
    room,
    limit: room < allowed ? limitOfHosts(snapshot, pool, filled, now) : maxLimit(pool),
  };
}
