/**
 * What the planner would do at once if a pool held something else: the same plan over the same moment with another pool,
 * beside the plan as it is. Pure; nothing comes of it.
 */
import type { Instant } from '#shared/ids.ts';
import { lacksFiles } from '#shared/image-files.ts';
import { type Outlook, outlookIn } from './outlook.ts';
import { type Plan, plan } from './plan.ts';
import type { PlannedPool, Snapshot } from './snapshot.ts';

export type Start = {
  host: string;
  count: number;
  /** Whether the host has the files of the image. */
  hasImage: boolean;
};

export type Preview = Pick<Outlook, 'demand' | 'missing' | 'room' | 'limit'> & {
  pool: PlannedPool;
  starts: Start[];
  /** Machines of the pool that are stopped at once. */
  stops: number;
  /** Idle ones beyond those that are kept: they go when nobody has asked for them for `idle`. */
  later: number;
  /** More than the pool may have: none is stopped while it has a job. */
  over: number;
  /** Other pools for which that makes a difference. */
  others: { image: string; starts: number; stops: number }[];
};

export function previewOf(snapshot: Snapshot, pool: PlannedPool, now: Instant): Preview {
  const { name } = pool.image;
  const pools = snapshot.pools.map(each => (each.image.name === name ? pool : each));
  const changed = { ...snapshot, pools };
  const [as, would] = [plan(snapshot, now), plan(changed, now)];
  const { demand, missing, room, limit } = outlookIn(changed, pool, would, now);
  const ready = snapshot.machines.filter(
    ({ id, image, state }) => image === name && state.status === 'ready' && !would.leaving.has(id),
  ).length;
  const isStatic = pool.image.machine.reuse === 'static';
  return {
    ...{ pool, demand, missing, room, limit },
    starts: startsOf(snapshot, would, name),
    stops: stopsOf(snapshot, would, name),
    later: demand.queued > 0 || isStatic || pool.isPaused ? 0 : Math.max(0, ready - pool.pool.warm),
    over: Math.max(0, demand.existing - pool.pool.max),
    others: snapshot.pools.flatMap(({ image }) => othersIn(snapshot, as, would, image.name, name)),
  };
}

function othersIn(snapshot: Snapshot, as: Plan, would: Plan, image: string, own: string): Preview['others'] {
  const starts = madeOf(would, image).length - madeOf(as, image).length;
  const stops = stopsOf(snapshot, would, image) - stopsOf(snapshot, as, image);
  return image === own || (starts === 0 && stops === 0) ? [] : [{ image, starts, stops }];
}

const madeOf = ({ actions }: Plan, image: string) =>
  actions.flatMap(action => (action.type === 'create' && action.image.name === image ? [action] : []));

function startsOf({ hosts }: Snapshot, planned: Plan, image: string): Start[] {
  return [...Map.groupBy(madeOf(planned, image), ({ host }) => host)].map(([id, made]) => {
    const host = hosts.find(each => each.id === id);
    const [first] = made;
    const hasImage = first !== undefined && !lacksFiles(first.image, host?.imageFiles ?? null);
    return { host: host?.name ?? id, count: made.length, hasImage };
  });
}

function stopsOf({ machines }: Snapshot, { leaving }: Plan, image: string): number {
  return machines.filter(machine => machine.image === image && leaving.has(machine.id)).length;
}
