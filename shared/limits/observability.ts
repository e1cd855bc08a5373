import { second } from './units.ts';

/** What is told of a coordinator to whoever looks after it. */
export const observabilityLimits = {
  /** Attempts whose leases are counted for one answer of `/metrics`: more do not run at a time. */
  leasesCounted: 100_000,
  /** For which `/readyz` waits for the database: whoever asks gives up soon after. */
  readinessMs: 2 * second,
} as const;
