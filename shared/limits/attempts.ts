/** Bounds of an attempt: its steps, its lease, what it fetches and hands over. */
import { GiB, hour, MiB, minute, second } from './units.ts';

export const attemptsLimits = {
  /** Defaults of a step; a suite file may lower or raise them up to `jobDeadlineMs`. */
  stepTimeoutMs: 60 * minute,
  stepIdleTimeoutMs: 10 * minute,
  /** Hard end of one attempt from its lease, whatever its steps ask for. */
  jobDeadlineMs: 6 * hour,
  /** TERM, then this long, then KILL. */
  killGraceMs: 10 * second,
  /** After a step's process tree is dead its output is drained this long; later bytes are counted, not stored. */
  drainMs: 2 * second,
  /** A process that lives this long after KILL hangs in the kernel: it is named and left behind. */
  killSettleMs: 5 * second,
  /** Nobody reads the output of a step before that; measured, see `agent/guest/process/relay.ts`. */
  relayStartMs: 15,
  /** How long output gathers after a small read, so that its reader is not woken for each line. */
  pipeRestMs: 1,
  /** Named pipes made ahead by one `mkfifo`, so that a step does not wait for that process. */
  pipesAhead: 16,
  /** With less than this free on its disk, a guest gives up the checkout before it reports the end. */
  guestSpareBytes: 64 * MiB,
  sourceDeadlineMs: 10 * minute,
  uploadDeadlineMs: 30 * minute,
  /** One chunk of an upload, answered: 8 MiB in this time is 70 kB/s; slower is repeated from where it broke off. */
  uploadReplyMs: 2 * minute,
  /** A lease lives this long without a renewal. Six renewals fit. */
  leaseMs: 30 * second,
  renewalMs: 5 * second,
  /** Phases and steps that follow each other this closely are told in one renewal. */
  progressGatherMs: 50,
  /** The answer to a renewal; shorter than the interval, so that renewals never pile up. */
  renewalReplyMs: 4 * second,
  /** A `once` job kills itself when no reply came for this long (counted from sending, monotonic): less than a lease. */
  onceSilenceMs: 20 * second,
  /** How long a machine that was told to cancel may take to report before its job settles without it. */
  cancelDeadlineMs: 60 * second,
  finishingDeadlineMs: 45 * minute,
  artifactBytes: 2 * GiB,
  artifactsPerJob: 200,
  /** All that one attempt hands over, begun or complete: artifacts, reports and caches. */
  attemptUploadBytes: 20 * GiB,
  uploadChunkBytes: 8 * MiB,
  /** How often uploads are looked for that nobody can come back to. */
  uploadScanMs: 1 * hour,
} as const;
