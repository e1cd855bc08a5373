/** Bounds of logs: written, kept, followed and searched. */
import { GiB, KiB, MiB, minute, second } from './units.ts';

export const logsLimits = {
  /** One log. Beyond it the job ends with a clear reason. */
  logBytes: 1 * GiB,
  logFrameBytes: 256 * KiB,
  /** Bytes sent and not yet answered, per attempt. */
  logWindowBytes: 2 * MiB,
  logFlushMs: 50,
  logReplyMs: 10 * second,
  /** This much new output is sent without waiting for the flush. */
  logBatchBytes: 256 * KiB,
  /** A frame that got no answer is repeated after this, doubled each time up to the maximum. */
  logRetryFirstMs: 200,
  logRetryMaxMs: 2 * second,
  /** The owner said `later`. */
  logLaterMs: 1 * second,
  /** Shorter secrets are not redacted: they would blank ordinary words. */
  redactedSecretBytes: 4,
  /** Logs up to this size live in the attempt's row: no file, no open, no fsync of their own. */
  logInlineBytes: 64 * KiB,
  /** Raw bytes per independently readable zstd frame of a sealed log. */
  logSealFrameBytes: 1 * MiB,
  /** The owner brings this much new log to the disk while more comes, so that its end has less to wait for. */
  logSyncBytes: 4 * MiB,
  marksPerAttempt: 1_000,
  /** Of when the bytes of a log came so much is kept: about 20 kB, and 10 minutes of output to the half second. */
  momentsPerLog: 2_048,
  momentSpacingMs: 250,
  /** A viewer that has this much unsent is skipped forward. */
  viewerBacklogBytes: 1 * MiB,
  viewersPerLog: 5_000,
  /** WebSockets of all kinds; each costs a file descriptor and some 20 KiB. */
  sockets: 10_000,
  /** Of one address: the tabs of everybody behind one router, and not all that there are. */
  socketsPerAddress: 500,
  /** Two of these without an answer, and whoever was there is gone: a closed laptop is no viewer for hours. */
  socketPingMs: 20 * second,
  /** Notices that a live page has not taken; it is sent away, and asks for everything when it comes back. */
  liveBacklogBytes: 64 * KiB,
  /** Where a viewer that was skipped forward goes on: this much before the end, so that it sees a screen of context. */
  viewerResumeBytes: 64 * KiB,
  /** Bytes of one log that may wait for the disk: an agent keeps one window unanswered, repeats may double it. */
  logQueueBytes: 4 * MiB,
  /** How often the owner looks for logs that ended without its hearing of it. */
  sealScanMs: 10 * minute,
  /** Indexes of sealed logs kept in memory, so that paging through a log opens it once (at most 16 KiB each). */
  sealedIndexes: 64,
  /** One answer with lines of a log: some screens of them, in a few milliseconds. */
  logPageLines: 2_000,
  logPageBytes: 512 * KiB,
  /** A text that is looked for in a log; longer is no longer one that somebody typed. */
  logQueryChars: 1_000,
  /** Lines that one answer of a search names; how many there are is counted all the same. */
  logHits: 100_000,
  /** One search, waiting included. A gigabyte takes longer, and is gone on with. */
  logSearchMs: 5 * second,
  /** Searches at once, each on a thread of its own; others wait, up to so many. */
  logSearchesAtOnce: 2,
  logSearchesWaiting: 64,
  /** As much of a line as is searched. */
  logSearchLineBytes: 64 * KiB,
  /** Memory of the thread that searches: a few pieces of a log and its hits. */
  logSearchMiB: 128,
} as const;
