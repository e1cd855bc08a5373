/** Images that do not start are tried again with exponential back-off, so that a broken one cannot spin a host. */
import type { Instant } from '#shared/ids.ts';
import type { Backoff } from './plan.ts';

const firstMs = 2_000;
const maxMs = 10 * 60_000;

export type BootFailures = {
  failed(image: string, message: string, at: Instant): void;
  succeeded(image: string): void;
  backoffs(): ReadonlyMap<string, Backoff>;
};

/** Kept in memory: a restarted coordinator tries once more at once, which is what its admin expects. */
export function createBootFailures(): BootFailures {
  const failures = new Map<string, Backoff & { count: number }>();
  return {
    failed(image, message, at) {
      const count = (failures.get(image)?.count ?? 0) + 1;
      failures.set(image, { count, message, until: at + Math.min(firstMs * 2 ** (count - 1), maxMs) });
    },
    succeeded: image => failures.delete(image),
    backoffs: () => failures,
  };
}
