/** Images and the pools of their machines, side by side. Pure. */
import type { PoolView } from '#shared/fleet-api.ts';
import type { ImageView } from '#shared/image-api.ts';

export type ImageRow = {
  image: ImageView;
  /** Of its current version; null: none has passed yet. */
  pool: PoolView | null;
  /** Of the version that is being tried. */
  trial: { version: number; pool: PoolView } | null;
};

export const imageRows = (images: readonly ImageView[], pools: readonly PoolView[]): ImageRow[] =>
  images.map(image => ({
    image,
    pool: pools.find(pool => pool.image === image.name) ?? null,
    trial: trialOf(image, pools),
  }));

/** A version on probation has a pool of its own, which is called `netbsd-10@3`. */
function trialOf({ name, probation }: ImageView, pools: readonly PoolView[]): ImageRow['trial'] {
  const pool = pools.find(({ image }) => image === `${name}@${probation}`);
  return pool && probation !== null ? { version: probation, pool } : null;
}
