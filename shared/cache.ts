/** What coordinator and machine say of caches: see `suite-cache.ts`. */
import * as z from 'zod';
import { sha256, slug } from './ids.ts';
import { limits } from './limits.ts';

/** What a machine is told of one. */
export const cacheOrder = z.object({ prefix: slug, path: z.string().max(limits.cachePathChars) });
export type CacheOrder = z.infer<typeof cacheOrder>;

/** What a passed attempt hands over to be kept; its bytes were uploaded before. */
export const keptCache = z.object({
  prefix: slug,
  bytes: z.number().int().nonnegative().max(limits.cacheBytes),
  sha256,
});
export type KeptCache = z.infer<typeof keptCache>;
