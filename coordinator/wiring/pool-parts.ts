/** What people see of pools and do with them. */
import type { PoolPreview, PoolView } from '#shared/fleet-api.ts';
import type { Instant } from '#shared/ids.ts';
import { needsOf } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import type { PoolChange } from '#shared/pool.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { PoolOutlook } from '../fleet/outlook.ts';
import { type ConfiguredPool, keepsNone, resetPool, scalePool, setPoolPaused } from '../fleet/pools.ts';
import type { Preview } from '../fleet/preview.ts';
import { previewSentences } from '../fleet/preview-words.ts';
import type { Wake } from '../ground/wake.ts';
import type { PeopleParts } from '../http/parts.ts';
import type { Catalog } from '../images/catalog.ts';
import { listEventsOfImage } from '../store/events.ts';
import { listHosts } from '../store/hosts.ts';
import { listLiveMachines, type Machine } from '../store/machines.ts';
import { listPoolOverrides, type PoolOverride } from '../store/pool-overrides.ts';
import type { Store, Tx } from '../store/store.ts';
import { countByStatus } from './host-parts.ts';
import { holdBackOfImage } from './view-machines.ts';

export type PoolOptions = {
  catalog: Pick<Catalog, 'pools'>;
  store: Store;
  brain: { fleet: Pick<Fleet, 'outlook' | 'preview' | 'troubles'> };
  wakeUp(wakes: Wake[]): void;
  now: () => Instant;
};

type PoolParts = Pick<PeopleParts, 'pools' | 'pool' | 'previewPool' | 'scalePool' | 'changePool'>;

export function createPoolParts({ catalog, store, brain, wakeUp, now }: PoolOptions): PoolParts {
  const configuredOf = async (tx: Tx, image: string): Promise<ConfiguredPool> => {
    const pool = (await catalog.pools(tx)).find(each => each.image.name === image);
    if (!pool) throw new Error(`there is no pool of ${image}`);
    return pool;
  };

  async function pools(): Promise<PoolView[]> {
    const machines = await listLiveMachines(store.read);
    const overrides = await listPoolOverrides(store.read);
    const hosts = await listHosts(store.read);
    const configured = await catalog.pools(store.read);
    const troubles = brain.fleet.troubles();
    return (await brain.fleet.outlook()).flatMap(outlook => {
      const { name } = outlook.image;
      const pool = configured.find(({ image }) => image.name === name);
      if (!pool) return [];
      const override = overrides.find(({ image }) => image === name) ?? null;
      const failing = holdBackOfImage(troubles, hosts, name);
      return { ...viewPool(outlook, pool, override, machines), failing };
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
    async previewPool(image, wish) {
      const preview = await brain.fleet.preview(image, wish);
      if (!preview) throw new Error(`there is no pool of ${image}`);
      if (!('refusal' in preview)) return viewPreview(preview);
      const pool = (await pools()).find(each => each.image === image);
      return { ...nothing, ...limitsAsked(pool, wish), image, refusal: preview.refusal };
    },
    async scalePool(image, wish) {
      const scale = async (tx: Tx) => ({
        refusal: await scalePool(tx, await configuredOf(tx, image), wish, now()),
      });
      return (await change(scale)).refusal;
    },
    changePool: (image, verb) =>
      change(async tx => {
        const pool = await configuredOf(tx, image);
        if (verb === 'reset') await resetPool(tx, pool, now());
        else await setPoolPaused(tx, pool, verb === 'pause', now());
      }),
  };
}

const nothing = {
  ...{ starts: [], stops: 0, missing: 0, room: 0, limit: null, others: [], sentences: [] },
} satisfies Partial<PoolPreview>;

/** What was asked for beside what holds. */
const limitsAsked = (pool: PoolView | undefined, wish: PoolChange) => ({
  warm: wish.warm ?? pool?.warm ?? 0,
  max: wish.max ?? pool?.max ?? 0,
  idleMs: wish.idleMs ?? pool?.idleMs ?? 0,
});

const viewPreview = (preview: Preview): PoolPreview => ({
  image: preview.pool.image.name,
  refusal: null,
  warm: preview.pool.pool.warm,
  max: preview.pool.pool.max,
  idleMs: preview.pool.pool.idle,
  starts: preview.starts,
  stops: preview.stops,
  missing: preview.missing,
  room: preview.room,
  limit: preview.limit,
  others: preview.others,
  sentences: previewSentences(preview),
});

function viewPool(
  { image, pool, isPaused, demand, missing, room, limit, emulatedOn }: PoolOutlook,
  { pool: configured }: ConfiguredPool,
  override: PoolOverride | null,
  machines: readonly Machine[],
): Omit<PoolView, 'failing'> {
  return {
    image: image.name,
    driver: image.machine.driver,
    hosts: pool.hosts ?? null,
    needs: needsOf(image),
    warm: pool.warm,
    max: pool.max,
    idleMs: pool.idle,
    isPaused,
    keepsNone: keepsNone(image),
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
