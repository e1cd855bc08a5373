/** HTTP schemas of caches: which ones are kept, and dropping some by hand. */
import * as z from 'zod';
import { imageName, instant, slug } from './ids.ts';
import { limits } from './limits.ts';

const repository = z.string().min(1).max(limits.filterChars);

/** What is asked for; what is left out is any. */
export const cacheFilter = z.object({
  repository: repository.optional(),
  image: imageName.optional(),
  prefix: slug.optional(),
});
export type CacheFilter = z.infer<typeof cacheFilter>;

export const cacheView = z.object({
  repository: z.string(),
  image: z.string(),
  prefix: z.string(),
  /** Whose it is: `branch main`, `change 12`, `manual`. */
  scope: z.string(),
  /** The path, and the contents of the files that tell it from others, as a SHA-256. */
  key: z.string(),
  bytes: z.number(),
  createdAt: instant,
  usedAt: instant,
});

export const cachesView = z.object({
  /** Used last first; at most `limits.cachesListed`. */
  caches: z.array(cacheView),
  /** Of all that fit what was asked for, listed or not. */
  total: z.object({ count: z.number(), bytes: z.number() }),
  /** Above this those of a repository go that were not used for the longest time. */
  repositoryBytes: z.number(),
});
export type CachesView = z.infer<typeof cachesView>;

/** `POST /api/v1/caches/drop` */
export const dropCachesRequest = z.strictObject({
  repository,
  image: imageName.optional(),
  prefix: slug.optional(),
});
