/** Which caches are kept, for people to see, and those that somebody wants gone. */
import type { CacheFilter, CachesView } from '#shared/cache-api.ts';
import { limits } from '#shared/limits.ts';
import { type Cache, dropCaches, listCaches } from '../store/caches.ts';
import { findRepository, findRepositoryByName, type Repository } from '../store/repositories.ts';
import type { Store, Tx } from '../store/store.ts';

type MaySee = (repository: Repository) => boolean;
type Named = Cache & { fullName: string };

/** Those of repositories that the reader may see; of one that is not there, none. */
export async function browseCaches(tx: Tx, filter: CacheFilter, maySee: MaySee): Promise<CachesView> {
  const found = await select(tx, filter, maySee);
  const views = found.slice(0, limits.cachesListed).map(({ fullName, ...cache }) => ({
    repository: fullName,
    image: cache.image,
    prefix: cache.prefix,
    scope: cache.scope,
    key: cache.key,
    bytes: cache.bytes,
    createdAt: cache.createdAt,
    usedAt: cache.usedAt,
  }));
  const bytes = found.reduce((sum, cache) => sum + cache.bytes, 0);
  return {
    caches: views,
    total: { count: found.length, bytes },
    repositoryBytes: limits.cacheRepositoryBytes,
  };
}

/** @returns how many went; their bytes follow. A job that is being sent one of them runs without. */
export function dropByHand(
  { write }: Pick<Store, 'write'>,
  filter: CacheFilter & { repository: string },
): Promise<number> {
  return write(async tx => {
    const found = await select(tx, filter, () => true);
    await dropCaches(tx, found);
    return found.length;
  });
}

async function select(tx: Tx, { repository, image, prefix }: CacheFilter, maySee: MaySee): Promise<Named[]> {
  const only = repository === undefined ? null : await findRepositoryByName(tx, repository);
  if (repository !== undefined && !only) return [];
  const caches = (await listCaches(tx, only?.id ?? null)).filter(
    cache =>
      (image === undefined || cache.image === image) && (prefix === undefined || cache.prefix === prefix),
  );
  const names = new Map<string, string | null>();
  for (const id of new Set(caches.map(cache => cache.repository))) {
    const found = await findRepository(tx, id);
    names.set(id, found && maySee(found) ? found.fullName : null);
  }
  return caches.flatMap(cache => {
    const fullName = names.get(cache.repository);
    return fullName ? { ...cache, fullName } : [];
  });
}
