/**
 * Which cache a job gets, and which it may hand over. Pure.
 *
 * A scope is whose caches they are. What has landed on a branch writes to that branch's; a change writes to its own, and
 * reads those of its base as well: what one pull request leaves behind reaches no other, and nothing that has landed
 * works with anything that has not. A change that is not trusted writes nothing, and neither does what an attempt that
 * has not passed left behind count.
 */
import type { RunPurpose } from '#shared/run.ts';

export type CacheFacts = {
  purpose: RunPurpose;
  isTrusted: boolean;
  /** The branch it was pushed to, or is to be merged into. */
  branch: string;
  /** Of the pull request; null without one. */
  change: number | null;
};

export type Scopes = {
  /** In the order in which they are looked through. */
  reads: string[];
  /** Null: it hands nothing over. */
  writes: string | null;
};

/** What a job may read and write. */
export function scopesOf({ purpose, isTrusted, branch, change }: CacheFacts): Scopes {
  const ofBranch = `branch ${branch}`;
  const own = ownScope(purpose, change);
  if (!isTrusted) return { reads: [ofBranch], writes: null };
  return own === null ? { reads: [ofBranch], writes: ofBranch } : { reads: [own, ofBranch], writes: own };
}

/** Null: that of its branch. */
function ownScope(purpose: RunPurpose, change: number | null): string | null {
  if (purpose === 'landed') return null;
  return purpose === 'change' && change !== null ? `change ${change}` : purpose;
}

export type Found<Cache> = { cache: Cache; isExact: boolean } | null;

/** The exact one of any scope before the newest of another key. */
export async function chooseCache<Cache>(
  reads: readonly string[],
  key: string,
  newest: (scope: string, key: string | null) => Promise<Cache | null>,
): Promise<Found<Cache>> {
  for (const wanted of [key, null])
    for (const scope of reads) {
      const cache = await newest(scope, wanted);
      if (cache) return { cache, isExact: wanted !== null };
    }
  return null;
}

export type Weighed = { repository: string; bytes: number; usedAt: number };

/** What goes: unused for too long, or beyond what its repository may have. `caches`: used last first. */
export function evictions<Cache extends Weighed>(
  caches: readonly Cache[],
  { now, keepMs, repositoryBytes }: { now: number; keepMs: number; repositoryBytes: number },
): Cache[] {
  const held = new Map<string, number>();
  return caches.filter(({ repository, bytes, usedAt }) => {
    const total = (held.get(repository) ?? 0) + bytes;
    if (usedAt < now - keepMs || total > repositoryBytes) return true;
    held.set(repository, total);
    return false;
  });
}
