/** Bounds of the command line, of `paddock doctor` and of the demonstration. */
import { GiB, KiB, MiB, minute, second } from './units.ts';

export const cliLimits = {
  /** One step of the demonstration: seconds on any computer, unless something is broken. */
  demoChapterMs: 2 * minute,
  /** Pages of its pull requests that are open at once. */
  demoPages: 32,
  /** One call of the command line to a coordinator, answered. */
  cliCallMs: 30 * second,
  /** A coordinator that does not answer is asked again after this, and given up after that: a restart takes seconds. */
  cliRetryMs: 500,
  cliPatienceMs: 2 * minute,
  /** What is watched is asked for again this often, in case word of a change was lost. */
  cliRefreshMs: 5 * second,
  /** And not more often than this, however much changes. */
  cliLookMs: 100,
  /** The lines under a moving log are drawn at most this often; their seconds tick anyway. */
  cliRedrawMs: 50,
  /** A line of a log that is longer is shown in pieces. */
  cliLineBytes: 64 * KiB,
  /** The end of a failed step that a summary shows, and the part of its log that is read for it. */
  cliFailureLines: 12,
  cliFailureBytes: 64 * KiB,
  /** Files left out of a run that are named one by one. */
  cliFilesNamed: 5,
  /** Views of single jobs asked for at once. */
  cliCallsAtOnce: 8,
  /** `paddock doctor`: warns below the first (a day of logs), and says that nothing works below the second. */
  diskLowBytes: 5 * GiB,
  diskFullBytes: 256 * MiB,
  /** Wall clock and monotonic clock may differ by this much over the life of a process. */
  clockDriftMs: 1 * second,
} as const;
