import { MiB, minute, second } from './units.ts';

/** What is told of a coordinator to whoever looks after it. */
export const observabilityLimits = {
  /** Attempts whose leases are counted for one answer of `/metrics`: more do not run at a time. */
  leasesCounted: 100_000,
  /** For which `/readyz` waits for the database: whoever asks gives up soon after. */
  readinessMs: 2 * second,
  /** Of lines that were logged lately each of two files has so much, and a support bundle this of both. */
  recentLogBytes: 1 * MiB,
  bundleLogBytes: 1 * MiB,
  /** Spans that wait for the collector of traces: a thousand runs of ten jobs. What comes beyond is not kept. */
  traceQueueSpans: 100_000,
  /** In one request, a few hundred KiB, and how long it may take. */
  traceBatchSpans: 500,
  traceSendMs: 10 * second,
  /** Between tries while the collector is away, and for what is left when the coordinator ends. */
  traceRetryMs: 30 * second,
  traceCloseMs: 2 * second,
  /** Runs that are over are looked at so often, until GitHub has been told of them, and no longer than this. */
  traceGatherMs: 1 * second,
  traceStatusesMs: 1 * minute,
  /** Of which it is known that they were traced, and that are to be. */
  tracedRuns: 10_000,
} as const;
