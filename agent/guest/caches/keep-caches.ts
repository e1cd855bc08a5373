/** After the last step has passed: directories are packed and handed over, for later jobs. It never changes a verdict. */
import type { CacheOrder, KeptCache } from '#shared/cache.ts';
import { limits } from '#shared/limits.ts';
import { bytesText } from '#shared/quantity-text.ts';
import { reasonOf } from '../errors.ts';
import { handOver } from '../uploads/upload-artifacts.ts';
import { boundedBy } from '../waiting.ts';
import type { CacheWork } from './restore-caches.ts';

/** Where its bytes go, as those of artifacts do; the token is that of uploads. */
export type CacheUploads = { url: string; token: string };

/** Returns those whose bytes the coordinator has. Throws the signal's reason. */
export async function keepCaches(
  work: CacheWork,
  uploads: CacheUploads,
  orders: readonly CacheOrder[],
): Promise<KeptCache[]> {
  const { log, signal } = work;
  const kept: KeptCache[] = [];
  for (const order of orders) {
    const deadline = boundedBy(signal, limits.cacheDeadlineMs, 'it took too long');
    try {
      const cache = await keepOne(work, uploads, order, deadline.signal);
      if (cache) kept.push(cache);
    } catch (error) {
      signal.throwIfAborted();
      log('cache-not-kept', { cache: order.prefix, message: reasonOf(error) });
    } finally {
      deadline.clear();
    }
  }
  return kept;
}

async function keepOne(
  { site, place, way, log }: CacheWork,
  uploads: CacheUploads,
  { prefix, path }: CacheOrder,
  signal: AbortSignal,
): Promise<KeptCache | null> {
  const packed = await site.caches?.pack(place, path, signal);
  if (!packed) {
    log('cache-not-kept', { cache: prefix, message: `there is no directory ${path}` });
    return null;
  }
  try {
    if (packed.bytes > limits.cacheBytes)
      throw new Error(
        `it has ${bytesText(packed.bytes)} packed, at most ${bytesText(limits.cacheBytes)} are kept`,
      );
    const found = { path: `caches/${prefix}.tar.gz`, ...packed };
    const { bytes, sha256 } = await handOver(found, signal, { artifacts: uploads, way, log });
    return { prefix, bytes, sha256 };
  } finally {
    await packed.release();
  }
}
