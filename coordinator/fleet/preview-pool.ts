/** A change of a pool as it would be now, without anything being done: rows and memories are read, nothing is written. */
import type { PoolChange } from '#shared/pool.ts';
import { findPoolOverride } from '../store/pool-overrides.ts';
import type { Store } from '../store/store.ts';
import { inForce, scaledBy } from './pools.ts';
import { type Preview, previewOf } from './preview.ts';
import { type Memory, type SnapshotParts, takeSnapshot } from './take-snapshot.ts';

type Parts = SnapshotParts & { store: Pick<Store, 'read'>; now(): number };

/** Null: there is no pool of that image. */
export async function previewPool(
  parts: Parts,
  memory: Memory,
  image: string,
  change: PoolChange,
): Promise<Preview | { refusal: string } | null> {
  const { read } = parts.store;
  const configured = (await parts.pools(read)).find(each => each.image.name === image);
  if (!configured) return null;
  const at = parts.now();
  const scaled = scaledBy(configured, await findPoolOverride(read, image), change, at);
  if ('refusal' in scaled) return scaled;
  return previewOf(await takeSnapshot(read, parts, memory), inForce(configured, scaled.override), at);
}
