/**
 * What is counted, and how it is read: the one registry of the coordinator. Counting is cheap and always on; the library is
 * loaded, and the process measured, from the first time on that somebody reads. No label has a name of a repository, a person or
 * a machine in it: whoever reads numbers learns nothing of what is private, and nobody outside makes series without end.
 */
import type { Refused } from '#shared/refusals.ts';
import type { MetricsText, RefusalCount } from './sources.ts';

export type Metrics = {
  /** Counts one refusal. Never throws. */
  refused: Refused;
  /** All that is counted, in the text format of Prometheus. */
  read(): Promise<MetricsText>;
};

export function createMetrics({ version }: { version: string }): Metrics {
  const counts = new Map<string, RefusalCount>();
  let registry: Promise<() => Promise<MetricsText>> | null = null;
  return {
    refused(code, door) {
      const key = `${code} ${door}`;
      const known = counts.get(key);
      if (known) known.count += 1;
      else counts.set(key, { code, door, count: 1 });
    },
    async read() {
      registry ??= import('./registry.ts').then(({ openRegistry }) =>
        openRegistry({ version, refusals: () => [...counts.values()] }),
      );
      return (await registry)();
    },
  };
}
