import type { Counted } from '../ground/counted.ts';
import type { Counts } from './counts.ts';

/** Adds what came out of a transaction to the counts. */
export function noteCounted({ count, observe }: Pick<Counts, 'count' | 'observe'>, counted: Counted): void {
  switch (counted.what) {
    case 'lease':
      observe('paddock_queue_wait_seconds', { image: counted.image }, counted.waitedMs / 1_000);
      break;
    case 'attempt': {
      const { image, phases, isLost, jobMs } = counted;
      for (const { phase, ms } of phases)
        observe('paddock_attempt_phase_seconds', { image, phase }, ms / 1_000);
      if (isLost) count('paddock_attempts_lost_total', { image });
      if (jobMs !== null) observe('paddock_job_seconds', { image }, jobMs / 1_000);
      break;
    }
    case 'job':
      count('paddock_jobs_settled_total', { image: counted.image, outcome: counted.outcome });
      break;
    case 'boot':
      observe('paddock_machine_boot_seconds', { image: counted.image }, counted.ms / 1_000);
      break;
    case 'driver': {
      const { driver, operation, outcome } = counted;
      count('paddock_driver_operations_total', { driver, operation, outcome });
      break;
    }
    case 'driver-time': {
      const { driver, operation, ms } = counted;
      observe('paddock_driver_operation_seconds', { driver, operation }, ms / 1_000);
      break;
    }
  }
}
