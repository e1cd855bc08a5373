/**
 * Which images there are now: those of the configuration, the current versions of registered ones, and versions that the
 * conformance suite runs on. Read from the store each time, in the transaction that asks: what was registered, rolled back
 * or removed a moment ago counts, at whichever coordinator.
 */
import type { ImageManifest } from '#shared/image-manifest.ts';
import { limits } from '#shared/limits.ts';
import { type Pool, pool } from '#shared/pool.ts';
import type { Config } from '../config/config.ts';
import { type LiveVersion, listLiveVersions } from '../store/images.ts';
import type { Tx } from '../store/store.ts';
import { candidate } from './names.ts';

/** `isDisabled`: nothing new is made of it, and no run is planned on it. */
export type CatalogPool = { pool: Pool; image: ImageManifest; isDisabled: boolean };

export type Catalog = {
  pools(tx: Tx): Promise<CatalogPool[]>;
  /** What runs are planned on. */
  images(tx: Tx): Promise<ImageManifest[]>;
};

export function createCatalog({ images, pools }: Pick<Config, 'images' | 'pools'>): Catalog {
  const configured = pools.flatMap((pool): CatalogPool[] => {
    const image = images.find(({ name }) => name === pool.image);
    return image ? [{ pool, image, isDisabled: false }] : [];
  });
  const isConfigured = new Set(images.map(({ name }) => name));

  async function poolsNow(tx: Tx): Promise<CatalogPool[]> {
    const versions = await listLiveVersions(tx);
    // Whoever writes an image into the configuration that was registered before means the one in the configuration.
    return [...configured, ...versions.filter(({ image }) => !isConfigured.has(image)).flatMap(poolsOf)];
  }

  return {
    pools: poolsNow,
    images: async tx =>
      (await poolsNow(tx)).filter(({ isDisabled }) => !isDisabled).map(({ image }) => image),
  };
}

/** A version that is the current one and tried once more has machines of both kinds. */
const poolsOf = (version: LiveVersion): CatalogPool[] => [
  ...(version.isCurrent ? [currentPool(version)] : []),
  ...(version.report === null ? [candidatePool(version)] : []),
];

/** What a pool is that nobody has written. */
const usual = pool.omit({ image: true }).parse({});

const currentPool = ({ manifest: image, isDisabled }: LiveVersion): CatalogPool => ({
  image,
  pool: { ...usual, image: image.name },
  isDisabled,
});

function candidatePool({ manifest, number }: LiveVersion): CatalogPool {
  const image = candidate(manifest, number);
  return { image, pool: { ...usual, image: image.name, max: limits.probationMachines }, isDisabled: false };
}
