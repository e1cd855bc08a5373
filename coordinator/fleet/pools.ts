/**
 * Pools as an admin handles them at run time. What was scaled or paused is a row beside the configuration, stronger than
 * it until it is reset; how many machines there may be stays the planner's business.
 */
import type { Instant } from '#shared/ids.ts';
import type { ImageManifest } from '#shared/image-manifest.ts';
import type { Pool, PoolChange } from '#shared/pool.ts';
import { appendEvent } from '../store/events.ts';
import {
  deletePoolOverride,
  findPoolOverride,
  type PoolOverride,
  savePoolOverride,
} from '../store/pool-overrides.ts';
import type { Tx } from '../store/store.ts';
import type { PlannedPool } from './snapshot.ts';

/** A pool and its image as they are without what an admin has made of the pool. `isDisabled`: nothing new is made of it. */
export type ConfiguredPool = { pool: Pool; image: ImageManifest; isDisabled?: boolean };

/** Its machines are made for jobs that are queued, and for nothing else. */
export const keepsNone = ({ boot }: ImageManifest): boolean => boot.warm === 'none';

/** What holds now: an image that keeps no machine ready is stronger than its pool. Pure. */
export const inForce = (
  { pool, image, isDisabled }: ConfiguredPool,
  override: PoolOverride | null,
): PlannedPool => ({
  image,
  pool: {
    ...pool,
    warm: keepsNone(image) ? 0 : (override?.warm ?? pool.warm),
    max: override?.max ?? pool.max,
    idle: override?.idleMs ?? pool.idle,
  },
  isPaused: isDisabled === true || (override?.isPaused ?? false),
  ...(isDisabled ? { isDisabled } : {}),
});

/** The same from the store; null: there is no image of that name. */
export async function poolInForce(
  tx: Tx,
  pools: readonly ConfiguredPool[],
  image: string,
): Promise<PlannedPool | null> {
  const configured = pools.find(each => each.image.name === image);
  return configured ? inForce(configured, await findPoolOverride(tx, image)) : null;
}

const asConfigured = (image: string): Omit<PoolOverride, 'changedAt'> => ({
  image,
  warm: null,
  max: null,
  idleMs: null,
  isPaused: false,
});

const overrideOf = async (tx: Tx, { image: { name } }: ConfiguredPool) =>
  (await findPoolOverride(tx, name)) ?? asConfigured(name);

/** The override that a change makes of what there is, or why it cannot be. Pure. */
export function scaledBy(
  configured: ConfiguredPool,
  before: PoolOverride | null,
  { warm, max, idleMs }: PoolChange,
  at: Instant,
): { override: PoolOverride } | { refusal: string } {
  const { name } = configured.image;
  if ((warm ?? 0) > 0 && keepsNone(configured.image))
    return {
      refusal: `${name} says \`warm: none\`: its machines are made for queued jobs only; change its image.yaml to keep some ready`,
    };
  const held = before ?? asConfigured(name);
  const override = {
    ...held,
    warm: warm ?? held.warm,
    max: max ?? held.max,
    idleMs: idleMs ?? held.idleMs,
    changedAt: at,
  };
  const { pool } = inForce(configured, override);
  if ((warm ?? max) !== undefined && pool.warm > pool.max)
    return {
      refusal: `${pool.warm} kept ready is more than ${pool.max} at once; raise the most with it, or keep fewer ready`,
    };
  return { override };
}

/**
 * Sets what is given and leaves the rest. More than the hosts have room for is a wish like any other: the planner does
 * what it can, and says what it lacks.
 * @returns why not, else null
 */
export async function scalePool(
  tx: Tx,
  configured: ConfiguredPool,
  change: PoolChange,
  at: Instant,
): Promise<string | null> {
  const { name } = configured.image;
  const scaled = scaledBy(configured, await findPoolOverride(tx, name), change, at);
  if ('refusal' in scaled) return scaled.refusal;
  const { pool } = inForce(configured, scaled.override);
  await savePoolOverride(tx, scaled.override);
  const data = { warm: pool.warm, max: pool.max, idleMs: pool.idle };
  await appendEvent(tx, { at, type: 'pool.scaled', image: name, data });
  return null;
}

/** Paused: nothing new is made, what is idle goes, what runs ends first. Says nothing when it is so already. */
export async function setPoolPaused(
  tx: Tx,
  configured: ConfiguredPool,
  isPaused: boolean,
  at: Instant,
): Promise<void> {
  const before = await overrideOf(tx, configured);
  if (before.isPaused === isPaused) return;
  const { name: image } = configured.image;
  const isAsConfigured = !isPaused && before.warm === null && before.max === null && before.idleMs === null;
  if (isAsConfigured) await deletePoolOverride(tx, image);
  else await savePoolOverride(tx, { ...before, isPaused, changedAt: at });
  await appendEvent(tx, { at, type: isPaused ? 'pool.paused' : 'pool.resumed', image });
}

/** As the configuration has it, from now on. */
export async function resetPool(
  tx: Tx,
  { image: { name: image } }: ConfiguredPool,
  at: Instant,
): Promise<void> {
  if ((await findPoolOverride(tx, image)) === null) return;
  await deletePoolOverride(tx, image);
  await appendEvent(tx, { at, type: 'pool.reset', image });
}
