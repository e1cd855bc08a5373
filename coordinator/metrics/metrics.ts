/**
 * What is counted, and how it is read. Counting is cheap and always on; the library is loaded, and the process measured,
 * from the first time on that somebody reads. What stands in the store is looked up for each answer and counted by nobody.
 * No label has a name of a repository, a person or a machine in it: whoever reads numbers learns nothing of what is
 * private, and nobody outside makes series without end.
 */
import { type LookUp, type Sample, sample } from '#shared/metrics.ts';
import type { Refused } from '#shared/refusals.ts';
import type { Counted } from '../ground/counted.ts';
import { type Counts, createCounts } from './counts.ts';
import { noteCounted } from './note-counted.ts';
import type { MetricsText } from './registry.ts';

export type Metrics = Pick<Counts, 'count' | 'observe'> & {
  /** Counts one refusal. Never throws. */
  refused: Refused;
  /** Counts what a committed change has brought about. */
  counted(counted: Counted): void;
  /** From now on each answer has these numbers too. */
  lookUp(of: LookUp, look: () => Promise<Sample[]>): void;
  /** The same of what is in memory. */
  show(look: () => Sample[]): void;
  /** All that is counted, in the text format of Prometheus. */
  read(): Promise<MetricsText>;
};

export type MetricsOptions = {
  version: string;
  report?: { warn(fields: object, message: string): void };
};

export function createMetrics({ version, report }: MetricsOptions): Metrics {
  const counts = createCounts();
  const lookUps = new Map<LookUp, () => Promise<Sample[]>>();
  const shown: (() => Sample[])[] = [() => [sample('paddock_build_info', { version }, 1)]];

  async function lookedUp(of: LookUp, look: () => Promise<Sample[]>): Promise<Sample[]> {
    try {
      return [...(await look()), sample('paddock_look_up_failed', { of }, 0)];
    } catch (error) {
      report?.warn(
        { err: error, numbers: of },
        'numbers could not be looked up; they are left out of this answer',
      );
      return [sample('paddock_look_up_failed', { of }, 1)];
    }
  }

  return {
    count: counts.count,
    observe: counts.observe,
    refused: (code, door) => counts.count('paddock_refusals_total', { code, door }),
    counted: counted => noteCounted(counts, counted),
    lookUp: (of, look) => void lookUps.set(of, look),
    show: look => void shown.push(look),
    async read() {
      const { exposition } = await import('./registry.ts');
      const looked = await Promise.all([...lookUps].map(([of, look]) => lookedUp(of, look)));
      return exposition(counts, [...shown.flatMap(look => look()), ...looked.flat()]);
    },
  };
}
