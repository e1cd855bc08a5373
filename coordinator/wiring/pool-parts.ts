/** What people see of pools and do with them. */
import type { PoolView } from '#shared/fleet-api.ts';
import type { Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Config } from '../config.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { PoolOutlook } from '../fleet/outlook.ts';
import { type ConfiguredPool, resetPool, scalePool, setPoolPaused } from '../fleet/pools.ts';
import type { PeopleParts } from '../http/parts.ts';
import { listEventsOfImage } from '../store/events.ts';
import { listLiveMachines, type Machine } from '../store/machines.ts';
import { listPoolOverrides, type PoolOverride } from '../store/pool-overrides.ts';
import type { Store, Tx } from '../store/store.ts';
import type { Wake } from '../wake.ts';
import { countByStatus } from './host-parts.ts';

export type PoolOptions = {
  config: Pick<Config, 'images' | 'pools'>;
  store: Store;
  brain: { fleet: Pick<Fleet, 'outlook'> };
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

type PoolParts = Pick<PeopleParts, 'pools' | 'pool' | 'scalePool' | 'changePool'>;

/** Every image's pool as the configuration has it. */
export const configuredPools = ({ pools, images }: PoolOptions['config']): ConfiguredPool[] =>
  pools.flatMap(pool => {
    const image = images.find(({ name }) => name === pool.image);
    return image ? [{ pool, image }] : [];
  });

export function createPoolParts({ config, store, brain, wakeUp, now }: PoolOptions): PoolParts {
  const configured = configuredPools(config);
  const configuredOf = (image: string): ConfiguredPool => {
    const pool = configured.find(each => each.image.name === image);
    if (!pool) throw new Error(`there is no pool of ${image}`);
    return pool;
  };

  async function pools(): Promise<PoolView[]> {
    const machines = await listLiveMachines(store.read);
    const overrides = await listPoolOverrides(store.read);
    return (await brain.fleet.outlook()).map(outlook => {
      const { name } = outlook.image;
      const override = overrides.find(({ image }) => image === name) ?? null;
      return viewPool(outlook, configuredOf(name), override, machines);
    });
  }

  async function change<Result>(act: (tx: Tx) => Promise<Result>): Promise<Result> {
    const result = await store.write(act);
    wakeUp([{ type: 'fleet' }, { type: 'scheduler' }]);
    return result;
  }

  return {
    pools,
    async pool(image) {
      const view = (await pools()).find(each => each.image === image);
      if (!view) return null;
      return { ...view, decisions: await listEventsOfImage(store.read, image, limits.poolDecisions) };
    },
    scalePool: (image, wish) => change(tx => scalePool(tx, configuredOf(image), wish, now())),
    changePool: (image, verb) =>
      change(tx =>
        verb === 'reset'
          ? resetPool(tx, configuredOf(image), now())
          : setPoolPaused(tx, configuredOf(image), verb === 'pause', now()),
      ),
  };
}

function viewPool(
  { image, pool, isPaused, demand, missing, room, limit, emulatedOn }: PoolOutlook,
  { pool: configured }: ConfiguredPool,
  override: PoolOverride | null,
  machines: readonly Machine[],
): PoolView {
  return {
    image: image.name,
    driver: image.machine.driver,
    hosts: pool.hosts ?? null,
    warm: pool.warm,
    max: pool.max,
    idleMs: pool.idle,
    isPaused,
    configured: { warm: configured.warm, max: configured.max, idleMs: configured.idle },
    changedAt: override?.changedAt ?? null,
    queued: demand.queued,
    machines: countByStatus(machines.filter(machine => machine.image === image.name)),
    missing,
    room,
    limit,
    emulatedOn,
  };
}
