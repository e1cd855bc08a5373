/** The life of jobs as lines of the log, with every id by which somebody may look for it. No words of a suite are in them. */
import type { Counted } from '../ground/counted.ts';

type Log = Record<'info' | 'warn', (fields: object, message: string) => void>;

export function tellCounted(counted: Counted, log: Log): void {
  switch (counted.what) {
    case 'lease':
      log.info({ ...counted.ids, image: counted.image, ms: counted.waitedMs }, 'a job was given a machine');
      break;
    case 'attempt':
      if (counted.isLost)
        log.warn({ ...counted.ids, image: counted.image }, 'an attempt was lost with its machine');
      break;
    case 'job':
      log.info({ ...counted.ids, image: counted.image, outcome: counted.outcome }, 'a job has settled');
      break;
    case 'driver':
      if (counted.outcome === 'done') break;
      log.warn(counted.ids, troubles[counted.operation][counted.outcome]);
      break;
    case 'boot':
    case 'driver-time':
      break;
  }
}

const troubles = {
  start: { failed: 'a machine did not start', lost: 'a machine ended while it started' },
  stop: { failed: 'a host did not say what became of a machine', lost: 'a machine ended by itself' },
} as const;
