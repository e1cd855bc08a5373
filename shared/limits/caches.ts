/** Bounds of what jobs leave for later ones. */
import { GiB, hour, minute } from './units.ts';

export const cachesLimits = {
  /** One cache of a job, packed. */
  cacheBytes: 2 * GiB,
  /** Unpacked, by what the archive says of its files, and how many these are: what would be more is not restored. */
  cacheUnpackedBytes: 16 * GiB,
  cacheEntries: 300_000,
  cachesPerSuite: 5,
  /** Files of a commit whose contents tell one cache from another. */
  cacheFiles: 20,
  cachePathChars: 500,
  /** Restoring one, or handing one over, may take a job so long; then it goes on without. */
  cacheDeadlineMs: 5 * minute,
  /** All caches of a repository; those that were not used for the longest time go. */
  cacheRepositoryBytes: 10 * GiB,
  /** One that no job has used for so long goes. */
  cacheKeepMs: 14 * 24 * hour,
  /** Caches that are too many or too old are looked for this often. */
  cacheScanMs: 10 * minute,
  /** In one answer; the rest is counted. */
  cachesListed: 500,
} as const;
