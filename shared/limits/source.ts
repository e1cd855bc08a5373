/** Bounds of git, and of what is served from mirrors. */
import { GiB, KiB, MiB, minute, second } from './units.ts';

export const sourceLimits = {
  /** Commits whose presence in the mirror is looked up before it is asked for. */
  gitForeseen: 256,
  /** After this such an answer counts no more: the mirror may have been deleted. */
  gitForeseenMs: 5 * second,
  /** The largest file that a fetch writes, which is its pack: all of Linux, with its history, is half of that. */
  mirrorPackBytes: 8 * GiB,
  gitDeadlineMs: 10 * minute,
  /** Each mirror is packed once in this time, and what was put aside as damaged goes after it. */
  mirrorMaintainMs: 24 * 60 * minute,
  /** Which mirrors are due is looked at this often; one that was needed meanwhile has its turn then. */
  mirrorScanMs: 60 * minute,
  /** Suite files, archives: git children at once, so that a burst of deliveries does not fork the machine to death. */
  gitProcesses: 4,
  /** `git cat-file` children kept open, one per repository; the longest unused goes first. */
  gitReaders: 16,
  gitReaderIdleMs: 2 * minute,
  /** Objects of mirrors kept in memory, each at most so large: 8 MiB in all. */
  gitRemembered: 512,
  gitRememberedBytes: 16 * KiB,
  /** One answer of such a child; beyond it the child is replaced. */
  gitReadMs: 30 * second,
  /** A directory of a tested repository with more entries than fit here is refused, not loaded. */
  gitTreeBytes: 32 * MiB,
  /** Archives and upload-packs served at once, and of one attempt: a guest that reads slowly must not take them all. */
  sourceStreams: 16,
  sourceStreamsPerAttempt: 4,
  /** A reader of a source stream that takes nothing for this long is cut off. */
  sourceStallMs: 60 * second,
  /** The inflated body of one `git-upload-pack` request: wants and haves are 50 bytes each. */
  gitRequestBytes: 8 * MiB,
} as const;
