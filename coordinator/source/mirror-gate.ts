/**
 * Maintenance of a mirror beside what makes or keeps commits in it. Git spares young objects, and those that a ref keeps; an old one
 * that somebody finds and wants to keep just then it would take away. So maintenance begins where nobody is inside, and stops as
 * soon as somebody comes: it can be done later, and a commit that is to be tested cannot.
 */
import type { RepositoryId } from '#shared/ids.ts';

export type MirrorGate = {
  /** Beside others like it. */
  pass<Result>(repository: RepositoryId, work: () => Promise<Result>): Promise<Result>;
  /** Null, at once, where somebody is inside, and when somebody has come meanwhile. */
  alone<Result>(
    repository: RepositoryId,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | null>;
};

export function createMirrorGate(): MirrorGate {
  const inside = new Map<RepositoryId, number>();
  const alone = new Map<RepositoryId, { stop: AbortController; over: Promise<void> }>();

  const count = (repository: RepositoryId, by: number) => {
    const now = (inside.get(repository) ?? 0) + by;
    if (now > 0) inside.set(repository, now);
    else inside.delete(repository);
  };

  return {
    async pass(repository, work) {
      count(repository, 1);
      try {
        const other = alone.get(repository);
        other?.stop.abort(new Error('the mirror is needed'));
        await other?.over;
        return await work();
      } finally {
        count(repository, -1);
      }
    },
    async alone(repository, signal, work) {
      if (inside.has(repository) || alone.has(repository)) return null;
      const stop = new AbortController();
      const { promise: over, resolve } = Promise.withResolvers<void>();
      alone.set(repository, { stop, over });
      try {
        return await work(AbortSignal.any([signal, stop.signal]));
      } catch (error) {
        if (stop.signal.aborted && !signal.aborted) return null;
        throw error;
      } finally {
        alone.delete(repository);
        resolve();
      }
    },
  };
}
