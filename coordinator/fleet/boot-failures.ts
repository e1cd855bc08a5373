/**
 * An image that does not start on a host is tried there again with exponential back-off, so that a broken one cannot spin
 * the host, and a broken host does not take the image's machines from the others. Machines that fail during the pause
 * were made before it: they fail of what is known already, and make it no longer.
 */
import type { HostId, Instant } from '#shared/ids.ts';
import { limits } from '#shared/limits.ts';
import type { Backoff } from './snapshot.ts';

export type BootFailures = {
  failed(image: string, host: HostId, message: string, at: Instant): void;
  /** A machine that was made at `createdAt` is up: whatever failed before that is mended. */
  succeeded(image: string, host: HostId, createdAt: Instant): void;
  /** Null when nothing is wrong; `until` may have passed. */
  backoffOf(image: string, host: HostId): Backoff | null;
  forget(): void;
};

type Failure = Backoff & { count: number; at: Instant };

/** Kept in memory: a restarted coordinator tries once more at once, which is what its admin expects. */
export function createBootFailures(): BootFailures {
  const failures = new Map<string, Map<HostId, Failure>>();
  const find = (image: string, host: HostId) => failures.get(image)?.get(host);
  return {
    failed(image, host, message, at) {
      const ofImage = failures.get(image) ?? new Map<HostId, Failure>();
      const known = ofImage.get(host);
      if (known && at < known.until) return void ofImage.set(host, { ...known, message });
      const count = (known?.count ?? 0) + 1;
      const pauseMs = Math.min(limits.bootRetryFirstMs * 2 ** (count - 1), limits.bootRetryMaxMs);
      failures.set(image, ofImage.set(host, { count, message, at, until: at + pauseMs }));
    },
    succeeded(image, host, createdAt) {
      if ((find(image, host)?.at ?? createdAt) < createdAt) failures.get(image)?.delete(host);
    },
    backoffOf: (image, host) => find(image, host) ?? null,
    forget: () => failures.clear(),
  };
}
